#include "server/runner/glob.h"

#include "protocol/errors.h"

#include <algorithm>
#include <fnmatch.h>

namespace acpd::runner {
namespace {

constexpr std::size_t max_alternatives = 256; // of {a,b}{c,d}…

std::unexpected<protocol::failure> bad(std::string text) {
  return std::unexpected(protocol::failure{protocol::invalid_params, std::move(text)});
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    auto slash = path.find('/');
    auto part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return parts;
}

bool wild(std::string_view part) { return part.find_first_of("*?[") != std::string_view::npos; }

// The matching "}" of the "{" at `open`, and the commas of that level. npos: there is none.
std::size_t closing(std::string_view text, std::size_t open, std::vector<std::size_t>& commas) {
  int depth = 0;
  for (auto i = open; i < text.size(); ++i) {
    if (text[i] == '{') ++depth;
    if (text[i] == ',' && depth == 1) commas.push_back(i);
    if (text[i] == '}' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

bool expand(std::string_view text, std::vector<std::string>& out) {
  auto open = text.find('{');
  if (open == std::string_view::npos) {
    out.emplace_back(text);
    return out.size() <= max_alternatives;
  }
  std::vector<std::size_t> commas;
  auto close = closing(text, open, commas);
  if (close == std::string_view::npos) return false;
  commas.push_back(close);
  auto begin = open + 1;
  for (auto end : commas) {
    std::string one{text.substr(0, open)};
    one += text.substr(begin, end - begin);
    one += text.substr(close + 1);
    if (!expand(one, out)) return false;
    begin = end + 1;
  }
  return true;
}

} // namespace

glob::glob(std::string text) : text_(std::move(text)), parts_(split(text_)) {
  fixed_ = static_cast<std::size_t>(std::ranges::find_if(parts_, wild) - parts_.begin());
  literal_ = fixed_ == parts_.size();
}

protocol::result<std::vector<glob>> glob::compile(std::string_view text, std::string_view cwd) {
  auto shown = "\"" + std::string(text) + "\"";
  if (text.starts_with('/')) {
    if (!text.starts_with(cwd) || text.size() <= cwd.size() ||
        (text[cwd.size()] != '/' && !cwd.ends_with('/')))
      return bad(shown + " is not inside " + std::string(cwd) +
                 ": patterns are relative to the session's directory");
    text.remove_prefix(cwd.size());
  }
  std::vector<std::string> alternatives;
  if (!expand(text, alternatives))
    return bad(shown + " has an unclosed { or too many alternatives: quote it as \"[{]\" if a "
                       "brace is meant");
  std::vector<glob> globs;
  for (auto& one : alternatives) {
    auto parts = split(one);
    if (parts.empty()) return bad(shown + " names no file: try **/*");
    if (std::ranges::find(parts, "..") != parts.end())
      return bad(shown + " leaves the session's directory: patterns cannot contain ..");
    std::string joined;
    for (auto& part : parts)
      joined += (joined.empty() ? "" : "/") + part;
    globs.push_back(glob(std::move(joined)));
  }
  return globs;
}

bool glob::matches(std::string_view path) const {
  // reach[i]: the first i parts of the pattern match the names seen so far.
  std::vector<char> reach(parts_.size() + 1, 0);
  auto skip_stars = [&] {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (reach[i] && parts_[i] == "**") reach[i + 1] = 1;
  };
  reach[0] = 1;
  for (const auto& name : split(path)) {
    skip_stars();
    std::vector<char> next(reach.size(), 0);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (!reach[i]) continue;
      if (parts_[i] == "**") {
        next[i] = 1;
        next[i + 1] = 1;
      } else if (fnmatch(parts_[i].c_str(), name.c_str(), FNM_NOESCAPE) == 0) {
        next[i + 1] = 1;
      }
    }
    reach = std::move(next);
  }
  return reach.back() != 0;
}

bool glob::may_be_below(std::string_view directory) const {
  auto names = split(directory);
  for (std::size_t i = 0; i < names.size() && i < fixed_; ++i)
    if (names[i] != parts_[i]) return false;
  return names.size() < parts_.size() || fixed_ < parts_.size();
}

} // namespace acpd::runner
