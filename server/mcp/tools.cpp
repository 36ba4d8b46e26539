#include "server/mcp/tools.h"

#include "protocol/errors.h"
#include "protocol/json_view.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace acpd::mcp {

using namespace protocol;

namespace {

constexpr std::int64_t bytes_a_token = 4;
constexpr std::int64_t default_tokens = 6'000;
constexpr std::int64_t most_tokens = 50'000;

/// What an agent reads to choose: when a tool is better than grep, and what comes back. Line ends
/// are left out before it is sent.
constexpr std::string_view tools = R"json([
{"name":"code_search","title":"Search the code",
"description":"Finds code by meaning in an always fresh index of this workspace: give words, a
 question or identifiers (\"where are retries limited\", \"parse config file\", \"HttpClient
 timeout\"). Use it before grep or reading files: it ranks whole functions, types and sections
 over all languages, splits identifiers (httpClient matches \"http client\"), and returns their
 source text with path and line range, so that you rarely need to open the file. A file that was
 saved a moment ago is already in it. Use grep only for exact strings and regular expressions.",
"inputSchema":{"type":"object","properties":{
"query":{"type":"string","description":"Words, a question, or identifiers."},
"path_glob":{"type":"string","description":"Only files whose path matches, relative to the
 workspace; * crosses folders: \"src/*\", \"*_test.go\"."},
"lang":{"type":"string","description":"Only this language: python, cpp, typescript, go, rust
 ..."},
"kind":{"type":"string","enum":["function","type","value","container","section","window"],"description":"Only such pieces: functions and methods, types, constants and variables, what is left of a class or namespace, sections of documents, windows of plain text."},
"group":{"type":"string","enum":["file"],"description":"\"file\": at most the best hit of each
 file, to survey where something is."},
"limit":{"type":"integer","minimum":1,"maximum":100,"default":10,"description":"How many hits."},
"max_tokens":{"type":"integer","minimum":100,"maximum":50000,"default":6000,"description":"Upper
 limit for the size of the answer."}},
"required":["query"]},
"annotations":{"readOnlyHint":true,"openWorldHint":false}},
{"name":"symbol","title":"Definitions, references, callers",
"description":"Everything about one name, exactly: where it is defined (with source text), every
 place that refers to it, and the functions that call it. Use it instead of grepping for a
 function, class, method, type or constant: comments and strings are not hits, and each use says
 which function it is in.",
"inputSchema":{"type":"object","properties":{
"name":{"type":"string","description":"The exact name, or a qualified one: \"flush\",
 \"Writer.flush\", \"writer::flush\"."},
"limit":{"type":"integer","minimum":1,"maximum":1000,"default":50,"description":"How many of
 each."},
"max_tokens":{"type":"integer","minimum":100,"maximum":50000,"default":6000,"description":"Upper
 limit for the size of the answer."}},
"required":["name"]},
"annotations":{"readOnlyHint":true,"openWorldHint":false}},
{"name":"outline","title":"Outline of a file",
"description":"The symbols that a file defines, with their lines: what is in it, without reading
 it. For a file that is not indexed, the reason.",
"inputSchema":{"type":"object","properties":{
"path":{"type":"string","description":"The file, relative to the workspace or absolute."}},
"required":["path"]},
"annotations":{"readOnlyHint":true,"openWorldHint":false}},
{"name":"related","title":"Files that belong together",
"description":"The files that use a file or that it uses, most related first: what else to look
 at, or to change, with it. Give a path, or a symbol for the file that defines it.",
"inputSchema":{"type":"object","properties":{
"path":{"type":"string","description":"The file, relative to the workspace or absolute."},
"symbol":{"type":"string","description":"Instead of path: a name that the file defines."},
"limit":{"type":"integer","minimum":1,"maximum":200,"default":20,"description":"How many
 files."}}},
"annotations":{"readOnlyHint":true,"openWorldHint":false}},
{"name":"repo_map","title":"Map of the repository",
"description":"The most important definitions of the workspace, file by file, as their source
 lines: an overview for work in code that you do not know yet. Importance is how much the rest of
 the code refers to them.",
"inputSchema":{"type":"object","properties":{
"budget":{"type":"integer","minimum":100,"maximum":50000,"default":2000,"description":"Size of
 the map in tokens."},
"focus":{"type":"array","items":{"type":"string"},"description":"Paths from which the map is
 seen: what they need comes first."}}},
"annotations":{"readOnlyHint":true,"openWorldHint":false}},
{"name":"index_status","title":"State of the code index",
"description":"What the index covers just now: files indexed, files still waiting, and problems.
 Ask when an answer says that the index is not complete.",
"inputSchema":{"type":"object","properties":{}},
"annotations":{"readOnlyHint":true,"openWorldHint":false}}
])json";

/// The raw JSON on one line, as the stdio transport wants it. Built once.
std::string without_newlines(std::string_view text) {
  std::string out(text);
  std::erase(out, '\n');
  return out;
}

/// An agent's arguments, read member by member; what is wrong is kept, the first of it.
class tool_arguments {
public:
  explicit tool_arguments(std::string_view raw) : raw_{raw} {}

  std::string text(std::string_view name) {
    const json_view value = raw_[name];
    if (value && !value.is_string()) refuse(name, "a string");
    return value.text();
  }
  std::string needed(std::string_view name) {
    std::string value = text(name);
    if (value.empty()) refuse(name, "a string that is not empty");
    return value;
  }
  std::int64_t number(std::string_view name, std::int64_t otherwise, std::int64_t most) {
    const json_view value = raw_[name];
    if (!value) return otherwise;
    const auto given = value.number();
    if (!given || *given < 1) refuse(name, "a whole number from 1");
    return std::min(given.value_or(otherwise), most);
  }
  std::string_view raw(std::string_view name) const { return raw_[name].raw; }
  void refuse(std::string_view name, std::string_view expected) {
    if (wrong_.empty()) wrong_ = "\"" + std::string(name) + "\" must be " + std::string(expected);
  }
  void refuse(std::string text) {
    if (wrong_.empty()) wrong_ = std::move(text);
  }
  const std::string& wrong() const { return wrong_; }

private:
  json_view raw_;
  std::string wrong_;
};

void add_text(std::string& params, std::string_view name, const std::string& value) {
  if (!value.empty()) params += ",\"" + std::string(name) + "\":" + protocol::quoted(value);
}

void add_number(std::string& params, std::string_view name, std::int64_t value) {
  params += ",\"" + std::string(name) + "\":" + std::to_string(value);
}

/// A session's folder may be the path of a link; its agent's current folder never is.
std::string without_links(const std::string& root) {
  std::error_code ec;
  const auto real = std::filesystem::canonical(root, ec);
  return ec ? root : real.string();
}

/// Which folder the path lies in, and the path in it.
void add_path(tool_question& q, tool_arguments& in, std::string path,
              const std::vector<std::string>& roots) {
  if (path.starts_with("./")) path.erase(0, 2);
  q.root = roots.empty() ? "" : roots.front();
  if (path.starts_with('/')) {
    std::size_t inside = 0;
    const auto at = std::ranges::find_if(roots, [&](const std::string& root) {
      for (const auto& name : {root, without_links(root)})
        if (path.starts_with(name + "/")) inside = name.size() + 1;
      return inside > 0;
    });
    if (at == roots.end())
      return in.refuse(path + " is in none of this session's folders; the index has no others");
    q.root = *at;
    path.erase(0, inside);
  }
  add_text(q.params, "path", path);
}

void ask_search(tool_question& q, tool_arguments& in) {
  const auto tokens = in.number("max_tokens", default_tokens, most_tokens);
  add_text(q.params, "query", in.needed("query"));
  add_text(q.params, "path_glob", in.text("path_glob"));
  add_text(q.params, "language", in.text("lang"));
  add_text(q.params, "kind", in.text("kind"));
  add_text(q.params, "group", in.text("group"));
  add_number(q.params, "limit", in.number("limit", 10, 100));
  add_number(q.params, "max_tokens", tokens);
  q.params += R"(,"text":true)";
  q.max_bytes = static_cast<std::size_t>(tokens * bytes_a_token);
}

void ask_symbol(tool_question& q, tool_arguments& in) {
  const auto tokens = in.number("max_tokens", default_tokens, most_tokens);
  add_text(q.params, "name", in.needed("name"));
  add_number(q.params, "limit", in.number("limit", 50, 1000));
  add_number(q.params, "max_tokens", std::max<std::int64_t>(tokens / 2, 1)); // uses need room, too
  q.params += R"(,"text":true)";
  q.max_bytes = static_cast<std::size_t>(tokens * bytes_a_token);
}

void ask_related(tool_question& q, tool_arguments& in, const std::vector<std::string>& roots) {
  const std::string path = in.text("path"), symbol = in.text("symbol");
  if (path.empty() && symbol.empty()) in.refuse("give \"path\" or \"symbol\"");
  if (!path.empty())
    add_path(q, in, path, roots);
  else
    add_text(q.params, "symbol", symbol);
  add_number(q.params, "limit", in.number("limit", 20, 200));
}

void ask_map(tool_question& q, tool_arguments& in) {
  const auto tokens = in.number("budget", 2'000, most_tokens);
  add_number(q.params, "max_tokens", tokens);
  if (const auto focus = in.raw("focus"); focus.starts_with('['))
    q.params.append(R"(,"focus":)").append(focus);
  q.max_bytes = static_cast<std::size_t>(tokens * bytes_a_token) * 2; // paths and coverage
}

} // namespace

std::string_view tool_list() {
  static const std::string list = without_newlines(tools);
  return list;
}

result<tool_question> question_of(std::string_view tool, std::string_view arguments,
                                  const std::vector<std::string>& roots) {
  tool_arguments in(arguments);
  tool_question q;
  q.max_bytes = static_cast<std::size_t>(default_tokens * bytes_a_token);
  const auto about = [&](std::string_view name) { q.method = "_acpd/index/" + std::string(name); };
  if (tool == "code_search") {
    about("search");
    ask_search(q, in);
  } else if (tool == "symbol") {
    about("symbol");
    ask_symbol(q, in);
  } else if (tool == "outline") {
    about("outline");
    add_path(q, in, in.needed("path"), roots);
  } else if (tool == "related") {
    about("related");
    ask_related(q, in, roots);
  } else if (tool == "repo_map") {
    about("repo_map");
    ask_map(q, in);
  } else if (tool == "index_status") {
    about("status");
  } else {
    return std::unexpected(
        failure{invalid_params, "there is no tool \"" + std::string(tool) + "\""});
  }
  if (!in.wrong().empty()) return std::unexpected(failure{0, in.wrong()});
  q.params = "{" + (q.params.empty() ? q.params : q.params.substr(1)) + "}";
  return q;
}

} // namespace acpd::mcp
