#pragma once

#include "clients/cli/commands.h"
#include "server/wire/config.h"
#include "server/wire/paths.h"

#include <optional>
#include <string>
#include <vector>

namespace acpd::cli {

enum class health {
  good,
  remark, // works, but worth knowing
  bad,    // doctor exits with 1
};

struct check {
  std::string name;
  health state = health::good;
  std::string text;
  std::string fix; // what to do; empty when good
};

struct agent_check {
  std::string name;
  std::string program; // path; empty: not found
  std::string how_to_get;
  bool configured = false;
  std::vector<std::string> command;
  std::string note;
};

/// What a program printed to stdout (its first line), or nothing when it is missing or fails.
std::optional<std::string> first_line_of(const std::vector<std::string>& argv);

/// Each looks at one thing; none changes anything.
std::vector<check> check_programs();
std::vector<check> check_files(const common_options& common, const wire::paths& where,
                               const protocol::result<wire::config>& config);
std::vector<check> check_daemon(const wire::paths& where);
std::vector<check> check_session_manager();
std::vector<agent_check> check_agents(const wire::config& config);

} // namespace acpd::cli
