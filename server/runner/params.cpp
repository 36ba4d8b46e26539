#include "server/runner/params.h"

#include "protocol/errors.h"

#include <sys/stat.h>

namespace acpd::runner {
namespace {

std::unexpected<protocol::failure> bad(std::string text) {
  return std::unexpected(protocol::failure{protocol::invalid_params, std::move(text)});
}

} // namespace

protocol::result<std::string> string_at(std::string_view params, std::string_view key) {
  auto raw = protocol::member(params, key);
  if (!raw.starts_with('"')) return bad("expected a string at params." + std::string(key));
  return protocol::unquote(raw);
}

protocol::result<std::string> directory_at(std::string_view params, std::string_view key) {
  auto path = string_at(params, key);
  if (!path) return path;
  auto where = "params." + std::string(key) + ": ";
  if (!path->starts_with('/')) return bad(where + "\"" + *path + "\" is no absolute path");
  struct stat found{};
  if (path->contains('\0') || ::stat(path->c_str(), &found) != 0 || !S_ISDIR(found.st_mode))
    return bad(where + *path + " is no directory");
  return path;
}

protocol::result<std::string> prompt_text(std::string_view params) {
  auto raw = protocol::member(params, "prompt");
  if (!raw.starts_with('[')) return bad("expected an array at params.prompt");
  std::string text;
  protocol::for_each_element(raw, [&](std::string_view block) {
    if (protocol::unquote(protocol::member(block, "type")) != "text") return;
    if (!text.empty()) text += "\n";
    text += protocol::unquote(protocol::member(block, "text"));
  });
  return text;
}

} // namespace acpd::runner
