// The verbs of the code index.
#include "protocol/errors.h"
#include "server/net/control.h"
#include "server/net/hub.h"
#include "server/net/index_questions.h"
#include "server/net/index_service.h"

namespace acpd::net {

using namespace protocol;

namespace {

constexpr std::string_view prefix = "_acpd/index/";

/// Everything below the folder, for a question that names no other files (`*` crosses folders).
std::string only_below(std::string_view folder) {
  std::string glob;
  for (const char c : folder) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') glob += '\\';
    glob += c;
  }
  return R"(,"path_glob":)" + protocol::quoted(glob + "/*");
}

} // namespace

/// Of params.cwd, or of the session's.
protocol::result<std::string> control::index_folder(const link::incoming& r) const {
  if (const std::string cwd = unquote(r.param("cwd")); !cwd.empty()) {
    if (std::string name = folder_name(cwd); !name.empty()) return name;
    return std::unexpected(failure{invalid_params, "params.cwd: expected an absolute path"});
  }
  const std::string sid = unquote(r.param("sessionId"));
  const session_host* host = sid.empty() ? nullptr : hub_.find(sid);
  if (host) return folder_name(host->core.data().cwd);
  return std::unexpected(
      sid.empty() ? failure{invalid_params, "params.cwd: expected an absolute path (or sessionId)"}
                  : failure{not_found, "no session " + sid});
}

void control::ask_index(const link::incoming& r) {
  const auto folder = index_folder(r);
  if (!folder) return link_.reply_error(r, folder.error().code, folder.error().text);
  const index_question* q = find_index_question(r.e.method.in(r.line).substr(prefix.size()));
  const std::string root = hub_.index->folder_around(*folder);
  std::string members = worker_members(*q, r.params());
  if (q->name == "search" && root != *folder && r.param("path_glob").empty())
    members += only_below(std::string_view(*folder).substr(root == "/" ? 1 : root.size() + 1));
  hub_.index->ask(root, std::move(members),
                  [l = link_.shared_from_this(), k = link::kept(r), root](const auto& what) {
                    if (!what) return l->reply_error(k, what.error().code, what.error().text);
                    l->reply_result(k,
                                    R"({"root":)" + protocol::quoted(root) + "," + what->substr(1));
                  });
}

void control::index_status(const link::incoming& r) {
  std::string root;
  if (!r.param("cwd").empty() || !r.param("sessionId").empty()) {
    const auto folder = index_folder(r);
    if (!folder) return link_.reply_error(r, folder.error().code, folder.error().text);
    root = *folder;
  }
  hub_.index->status(root, replies(r));
}

void control::steer_index(const link::incoming& r) {
  const auto folder = index_folder(r);
  if (!folder) return link_.reply_error(r, folder.error().code, folder.error().text);
  const std::string_view verb = r.e.method.in(r.line).substr(prefix.size());
  if (verb == "add") return hub_.index->add(*folder, r.param("wide") == "true", replies(r));
  if (verb == "rm") return hub_.index->remove(*folder, replies(r));
  hub_.index->rebuild(*folder, replies(r));
}

index_service::answer control::replies(const link::incoming& r) const {
  return [l = link_.shared_from_this(), k = link::kept(r)](const auto& what) {
    l->reply_result_or_error(k, what);
  };
}

} // namespace acpd::net
