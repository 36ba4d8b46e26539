#pragma once

#include "clients/cli/questions.h"
#include "server/wire/paths.h"

#include <cstdint>
#include <string>

namespace acpd::cli {

/// What every command has.
struct common_options {
  wire::path_flags flags;
  bool json = false;
};

struct run_options {
  std::string agent, cwd, prompt;
  bool detach = false;
};
struct attach_options {
  std::string session;
  std::int64_t from = 0; // a seq; 0: the whole conversation
  bool wait = false;     // until the session has nothing to do
};
struct log_options {
  std::string session;
  std::int64_t from = 1;
  bool follow = false;
};
struct token_options {
  std::string role = "controller";
  std::string name;
};
struct agents_options {
  std::string source; // a file, - or an https:// address; empty: the ACP registry
  bool yes = false;
};
struct search_options {
  std::string query, cwd, glob, language, kind;
  std::int64_t limit = 10;
  bool text = false; // all of each hit, not only its first line
  bool now = false;  // from what is indexed, without waiting for the rest
};
struct index_options {
  std::string folder; // empty: this one (status: all)
  bool wide = false, detach = false, wait = false;
};
struct permit_options {
  std::string session;
  std::string id; // of one question
  bool all = false;
  answer_flags answer;
};

// Each is one command: writes to stdout, says what is wrong on stderr, returns the exit code.
int run(const common_options& common, const run_options& o);
int attach(const common_options& common, const attach_options& o);
int list(const common_options& common, bool only_ids);
int log(const common_options& common, const log_options& o);
int cancel(const common_options& common, const std::string& session);
int close(const common_options& common, const std::string& session);
int remove(const common_options& common, const std::string& session);
int permit(const common_options& common, const permit_options& o);
int token_new(const common_options& common, const token_options& o);
int token_list(const common_options& common);
int token_revoke(const common_options& common, const token_options& o);
int search(const common_options& common, const search_options& o);
int index_status(const common_options& common, const index_options& o);
int index_add(const common_options& common, const index_options& o);
int index_remove(const common_options& common, const index_options& o);
int index_rebuild(const common_options& common, const index_options& o);
int status(const common_options& common);
int stop(const common_options& common, bool agents);
int doctor(const common_options& common);
int agents(const common_options& common);
int agents_update(const common_options& common, const agents_options& o);
int completion(const std::string& shell);
int agent_names(const common_options& common); // for completion

/// Says the failure on stderr and gives its exit code.
int report(const protocol::failure& f);

} // namespace acpd::cli
