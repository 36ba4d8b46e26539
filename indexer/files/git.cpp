#include "indexer/files/git.h"

#include "indexer/files/read_file.h"
#include "indexer/files/run.h"

#include <cstdlib>
#include <string_view>
#include <strings.h>
#include <sys/stat.h>
#include <vector>

namespace acpd::index {
namespace {

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(at), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

bool is_folder(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

std::string absolute(const std::string& path, const std::string& from) {
  return path.starts_with('/') ? path : from + "/" + path;
}

/// For a worktree's git directory, the repository's; else the same.
std::string common_of(const std::string& git_dir) {
  auto named = read_small_file(git_dir + "/commondir");
  if (!named) return git_dir;
  while (named->ends_with('\n'))
    named->pop_back();
  return absolute(*named, git_dir);
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

std::string default_excludes_file() {
  if (const auto xdg = variable("XDG_CONFIG_HOME"); !xdg.empty()) return xdg + "/git/ignore";
  if (const auto home = variable("HOME"); !home.empty()) return home + "/.config/git/ignore";
  return {};
}

bool is_true(const std::string& value) {
  for (const char* word : {"true", "yes", "on", "1"})
    if (strcasecmp(value.c_str(), word) == 0) return true;
  return value.empty(); // "[core] ignorecase" alone
}

} // namespace

git_place find_git(const std::string& folder) {
  const auto output = run_git(
      {"-C", folder, "rev-parse", "--show-toplevel", "--absolute-git-dir", "--git-common-dir"});
  if (output) {
    const auto lines = split(*output, '\n');
    if (lines.size() == 3) return {lines[0], lines[1], absolute(lines[2], folder)};
  }
  const auto git_dir = git_dir_of(folder);
  if (!git_dir) return {};
  return {folder, *git_dir, common_of(*git_dir)};
}

git_settings read_git_settings(const std::string& folder) {
  git_settings settings{default_excludes_file(), false};
  const auto output = run_git({"-C", folder, "config", "-z", "--type=path", "--get-regexp",
                               "^core\\.(excludesfile|ignorecase)$"});
  if (!output) return settings;
  for (const auto& entry : split(*output, '\0')) {
    const auto end = std::min(entry.find('\n'), entry.size());
    const auto value = end < entry.size() ? entry.substr(end + 1) : std::string();
    if (entry.substr(0, end) == "core.excludesfile")
      settings.excludes_file = value;
    else
      settings.ignore_case = is_true(value);
  }
  return settings;
}

std::optional<std::string> git_dir_of(const std::string& folder) {
  const auto path = folder + "/.git";
  if (is_folder(path)) return path;
  const auto content = read_small_file(path);
  constexpr std::string_view key = "gitdir: ";
  if (!content || !content->starts_with(key)) return std::nullopt;
  auto named = content->substr(key.size());
  while (named.ends_with('\n') || named.ends_with('\r'))
    named.pop_back();
  named = absolute(named, folder);
  if (!is_folder(named)) return std::nullopt;
  return named;
}

bool is_linked_worktree(const std::string& git_dir) {
  struct stat found{};
  return ::stat((git_dir + "/commondir").c_str(), &found) == 0;
}

} // namespace acpd::index
