#include "protocol/errors.h"
#include "server/core/lines.h"
#include "server/net/agent_link.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/net/mcp_servers.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace acpd::net {

using namespace protocol;
namespace fs = std::filesystem;

namespace {

std::string error_json(int code, std::string_view text) {
  return R"({"code":)" + std::to_string(code) + R"(,"message":)" + protocol::quoted(text) + "}";
}

/// What an agent asked of the disk.
struct file_request {
  bool write = false;
  std::string path, content;
  std::size_t line = 1, limit = SIZE_MAX;
  std::vector<std::string> roots; // cwd and additionalDirectories
};

struct file_answer {
  std::string result, error;
};

/// Inside one of the roots, symlinks resolved: of the file, or of the folder that it is to be made
/// in.
bool inside(const file_request& f) {
  std::error_code ec;
  const fs::path real = fs::weakly_canonical(f.path, ec);
  if (ec) return false;
  return std::ranges::any_of(f.roots, [&](const std::string& root) {
    std::error_code bad;
    const fs::path top = fs::canonical(root, bad);
    return !bad &&
           std::mismatch(top.begin(), top.end(), real.begin(), real.end()).first == top.end();
  });
}

/// Lines [line, line + limit) of the text, counted from 1.
std::string_view cut(std::string_view text, std::size_t line, std::size_t limit) {
  std::size_t begin = 0;
  for (; line > 1 && begin < text.size(); --line)
    begin = std::min(text.find('\n', begin), text.size() - 1) + 1;
  std::size_t end = begin;
  for (; limit > 0 && end < text.size(); --limit)
    end = std::min(text.find('\n', end), text.size() - 1) + 1;
  return text.substr(begin, end - begin);
}

file_answer do_file(const file_request& f) {
  if (!f.path.starts_with('/'))
    return {{}, error_json(invalid_params, "params.path: expected an absolute path")};
  if (!inside(f))
    return {{}, error_json(invalid_params, f.path + " lies outside this session's folders")};
  if (f.write) {
    std::error_code ec;
    fs::create_directories(fs::path(f.path).parent_path(), ec);
    std::ofstream out(f.path, std::ios::binary | std::ios::trunc);
    out << f.content;
    out.close();
    if (!out) return {{}, error_json(internal_error, "cannot write " + f.path)};
    return {"{}", {}};
  }
  std::error_code ec;
  if (!fs::is_regular_file(f.path, ec)) return {{}, error_json(not_found, "no file " + f.path)};
  std::ifstream in(f.path, std::ios::binary);
  if (!in) return {{}, error_json(internal_error, "cannot read " + f.path)};
  const std::string text(std::istreambuf_iterator<char>(in), {});
  return {R"({"content":)" + protocol::quoted(cut(text, f.line, f.limit)) + "}", {}};
}

file_request request_of(const core::question& q, const core::session_seed& s) {
  auto e = scan(q.line);
  const std::string_view params = e->params.in(q.line);
  file_request f;
  f.write = q.method == "fs/write_text_file";
  f.path = unquote(member(params, "path"));
  f.content = unquote(member(params, "content"));
  const auto count = [&](std::string_view name, std::size_t& out) {
    const std::string_view raw = member(params, name);
    std::from_chars(raw.data(), raw.data() + raw.size(), out);
  };
  count("line", f.line);
  count("limit", f.limit);
  f.roots.push_back(s.cwd);
  if (s.additional_dirs.starts_with('['))
    for_each_element(s.additional_dirs,
                     [&](std::string_view dir) { f.roots.push_back(unquote(dir)); });
  return f;
}

/// The editor that is asked: the running turn's author if it can, else the one used last.
link* editor_for(const session_host& host, const core::question& q) {
  link* best = nullptr;
  const bool mcp = q.method == "mcp/message" && !host.servers_of.empty();
  for (link* l : host.log.followers) {
    if (mcp && l->author() != host.servers_of) continue; // the server lives in that one
    const bool can =
        q.kind == core::question_kind::extension ||
        (q.method == "fs/write_text_file" ? l->abilities().write_file : l->abilities().read_file);
    if (!can) continue;
    if (host.core.running() && host.core.running()->author == l->author()) return l;
    if (!best || best->last_active() < l->last_active()) best = l;
  }
  return best;
}

} // namespace

/// fs/*, terminal/* and extension requests of an agent, once they are rows.
void hub::serve(session_host& host, const core::question& q) {
  const std::int64_t session = host.core.data().id;
  if (q.kind == core::question_kind::terminal) {
    if (host.agent) host.agent->serve_terminal(q);
    return;
  }
  link* editor = editor_for(host, q);
  if (!editor) {
    if (q.method == "mcp/message")
      return answer_question(session, q.id,
                             mcp_unavailable("the editor that has this MCP server is not attached; "
                                             "the tool works again when it is back"),
                             {});
    if (q.kind == core::question_kind::file) return serve_from_disk(session, q.id);
    return answer_question(
        session, q.id, {},
        error_json(method_not_found, "no editor is attached that could answer " + q.method));
  }
  editor->ask(host, q);
  if (q.method != "fs/read_text_file") return;
  // An editor that does not answer in time: the disk has the file, too.
  auto timer = std::make_shared<asio::steady_timer>(io, std::chrono::seconds(2));
  timer->async_wait([this, timer, session, id = q.id](error_code ec) {
    if (!ec) serve_from_disk(session, id);
  });
}

void hub::serve_from_disk(std::int64_t session, std::int64_t question) {
  session_host* host = find(session);
  if (!host || !host->core.questions().contains(question)) return;
  file_request f = request_of(host->core.questions().at(question), host->core.data());
  pool.block([f = std::move(f)] { return do_file(f); },
             [this, session, question](const file_answer& a) {
               answer_question(session, question, a.result, a.error);
             });
}

void hub::answer_question(std::int64_t session, std::int64_t question, std::string result,
                          std::string error) {
  session_host* host = find(session);
  if (!host) return;
  step(*host, core::answer_in{question, result, error});
  log.flush();
}

/// The editor that was asked is gone, or would not: a read goes to the disk, a write is not
/// repeated.
void hub::unanswered(session_host& host, const core::question& q) {
  const std::int64_t session = host.core.data().id;
  if (q.method == "fs/read_text_file") return serve_from_disk(session, q.id);
  if (q.method == "mcp/message")
    return answer_question(session, q.id,
                           mcp_unavailable("the editor that has this MCP server went away before "
                                           "it answered; the call may or may not have been done"),
                           {});
  answer_question(
      session, q.id, {},
      error_json(internal_error, "the editor did not answer " + q.method +
                                     "; it may or may not have done it: look before trying again"));
}

} // namespace acpd::net
