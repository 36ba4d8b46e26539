#include "server/wire/agent_updates.h"

#include "protocol/envelope.h"
#include "protocol/errors.h"
#include "server/wire/paths.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <unistd.h>

namespace acpd::wire {
namespace {

using protocol::failure;
using protocol::member;

std::unexpected<failure> wrong(const std::string& file, const std::string& what) {
  return std::unexpected(failure{protocol::invalid_params, file + ": " + what});
}

/// One entry; the text of an error is what is wrong with it.
std::expected<known_agent, std::string> read_agent(std::string_view raw) {
  known_agent a;
  const auto text = [&](std::string_view name) { return protocol::unquote(member(raw, name)); };
  a.id = text("id");
  if (!is_registry_id(a.id)) return std::unexpected("id: expected [a-z][a-z0-9-]*");
  a.name = text("name");
  a.install = text("install");
  a.note = text("note");
  bool strings = true;
  protocol::for_each_element(member(raw, "command"), [&](std::string_view word) {
    strings = strings && word.starts_with('"');
    a.command.push_back(protocol::unquote(word));
  });
  if (a.command.empty() || !strings || a.command.front().empty())
    return std::unexpected(a.id + ".command: expected an array of strings");
  protocol::for_each_member(member(raw, "env"), [&](std::string_view name, std::string_view value) {
    a.env.emplace(protocol::unquote("\"" + std::string(name) + "\""), protocol::unquote(value));
  });
  return a;
}

/// A scan's error with the byte counted from the document's begin.
std::string in_document(std::string text, std::size_t begin) {
  constexpr std::string_view before = ", at byte ";
  const std::size_t at = text.rfind(before);
  if (at == std::string::npos) return text;
  const std::size_t number = at + before.size();
  const std::size_t byte = std::strtoul(text.c_str() + number, nullptr, 10);
  return text.replace(number, std::string::npos, std::to_string(byte - std::min(byte, begin)));
}

/// Written, synced and renamed; an errno otherwise.
int replace_file(const std::filesystem::path& file, std::string_view text) {
  const std::string temporary = file.string() + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return errno;
  int error = 0;
  while (!text.empty() && error == 0) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n >= 0)
      text.remove_prefix(static_cast<std::size_t>(n));
    else if (errno != EINTR)
      error = errno;
  }
  if (error == 0 && ::fsync(fd) != 0) error = errno;
  ::close(fd);
  if (error == 0 && ::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(temporary.c_str());
  return error;
}

} // namespace

bool is_registry_id(std::string_view id) {
  const auto inside = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !id.empty() && id.size() <= 64 && id.front() >= 'a' && id.front() <= 'z' &&
         std::ranges::all_of(id, inside);
}

protocol::result<std::string> one_line(std::string_view document, const std::string& file) {
  static constexpr std::string_view head = R"({"jsonrpc":"2.0","method":"x","params":)";
  std::string line(head);
  line.append(document);
  // Between values a newline is a blank; inside a string it is no JSON, and stays an error.
  bool in_string = false;
  for (std::size_t i = head.size(); i < line.size(); ++i) {
    if (in_string && line[i] == '\\')
      ++i;
    else if (line[i] == '"')
      in_string = !in_string;
    else if (!in_string && (line[i] == '\n' || line[i] == '\r'))
      line[i] = ' ';
  }
  const std::size_t size = line.size() - head.size();
  line += '}';
  const auto parts = protocol::scan(line);
  if (!parts) return wrong(file, in_document(parts.error().text, head.size()));
  if (!parts->params) return wrong(file, "expected a JSON object");
  const std::string_view text = std::string_view(line).substr(head.size(), size);
  const std::string_view object = parts->params.in(line);
  const std::size_t end = static_cast<std::size_t>(object.data() - line.data()) + object.size();
  if (object.data() != text.data() + text.find_first_not_of(" \t") ||
      line.find_first_not_of(" \t", end) != line.size() - 1)
    return wrong(file, "expected one JSON object and nothing after it");
  return std::string(text);
}

std::filesystem::path updates_file(const std::filesystem::path& state_dir) {
  return state_dir / "agents.json";
}

protocol::result<agent_updates> parse_updates(std::string_view text, const std::string& file) {
  const auto line = one_line(text, file);
  if (!line) return std::unexpected(line.error());
  if (member(*line, "version") != "1")
    return wrong(file, "version: expected 1; `acpctl agents update` writes the file anew");
  agent_updates out;
  out.source = protocol::unquote(member(*line, "source"));
  std::string problem;
  protocol::for_each_element(member(*line, "agents"), [&](std::string_view raw) {
    auto agent = read_agent(raw);
    if (agent)
      out.agents.push_back(*std::move(agent));
    else if (problem.empty())
      problem = agent.error();
  });
  if (!problem.empty()) return wrong(file, problem);
  return out;
}

protocol::result<agent_updates> read_updates(const std::filesystem::path& state_dir) {
  const std::filesystem::path file = updates_file(state_dir);
  std::error_code ec;
  if (!std::filesystem::exists(file, ec)) return agent_updates{};
  std::ifstream in(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return wrong(file.string(), "cannot be read");
  return parse_updates(text, file.string());
}

std::string to_json(const known_agent& a) {
  std::string out = R"({"id":)" + protocol::quoted(a.id) + R"(,"name":)" +
                    protocol::quoted(a.name) + R"(,"command":[)";
  for (const std::string& word : a.command)
    out += (out.ends_with('[') ? "" : ",") + protocol::quoted(word);
  out += R"(],"install":)" + protocol::quoted(a.install);
  if (!a.note.empty()) out += R"(,"note":)" + protocol::quoted(a.note);
  if (!a.env.empty()) {
    out += R"(,"env":{)";
    for (const auto& [name, value] : a.env)
      out +=
          (out.ends_with('{') ? "" : ",") + protocol::quoted(name) + ":" + protocol::quoted(value);
    out += "}";
  }
  return out + "}";
}

protocol::result<void> write_updates(const std::filesystem::path& state_dir,
                                     const agent_updates& updates) {
  if (auto made = make_private_dir(state_dir); !made) return made;
  std::string text =
      R"({"version":1,"source":)" + protocol::quoted(updates.source) + ",\n\"agents\":[";
  for (const known_agent& a : updates.agents)
    text += (text.ends_with('[') ? "\n" : ",\n") + to_json(a);
  text += "]}\n";
  const std::filesystem::path file = updates_file(state_dir);
  if (const int error = replace_file(file, text); error != 0)
    return wrong(file.string(), std::strerror(error));
  return {};
}

protocol::result<void> load_updates(const std::filesystem::path& state_dir) {
  auto updates = state_dir.empty() ? agent_updates{} : read_updates(state_dir);
  overlay_known_agents(updates ? std::move(updates->agents) : std::vector<known_agent>{});
  if (!updates) return std::unexpected(updates.error());
  return {};
}

} // namespace acpd::wire
