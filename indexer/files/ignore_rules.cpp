#include "indexer/files/ignore_rules.h"

#include "indexer/files/marks.h"
#include "indexer/files/read_file.h"
#include "indexer/files/read_folder.h"
#include "indexer/files/unique_fd.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>

namespace acpd::index {
namespace {

std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/'))
    path.pop_back();
  return path;
}

/// Git answers with real paths: they must be comparable.
std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr),
                                                         &std::free);
  return real ? real.get() : without_slash(path);
}

pattern_list read_patterns(int folder_fd, const char* name) {
  // git does not follow a link of this name, since what it points to may be anybody's.
  const auto content = read_small_file_at(folder_fd, name, O_NOFOLLOW);
  return content ? pattern_list::parse(*content) : pattern_list();
}

pattern_list read_exclude(const std::string& common_dir) {
  const auto content = read_small_file(common_dir + "/info/exclude");
  return content ? pattern_list::parse(*content) : pattern_list();
}

unique_fd open_folder(const std::string& path) {
  return unique_fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

/// Relative, and without a step out of the tree.
bool is_inside(std::string_view path) {
  const auto slashed = "/" + std::string(path) + "/";
  return !path.empty() && slashed.find("/../") == slashed.npos &&
         slashed.find("/./") == slashed.npos && slashed.find("//") == slashed.npos;
}

/// Without following links: what they point to is not ours.
unique_fd open_below(const std::string& root, const std::string& path) {
  const auto fd = open_folder(root);
  return fd ? unique_fd(open_folder_below(fd.get(), path)) : unique_fd();
}

} // namespace

std::shared_ptr<const ignore_rules> ignore_rules::load(const std::string& root,
                                                       const user_rules& user) {
  std::shared_ptr<ignore_rules> made(new ignore_rules);
  made->root_ = real_path(root);
  made->git_ = find_git(made->root_);
  made->settings_ = read_git_settings(made->root_);
  if (const auto& top = made->git_.top; made->root_.starts_with(top + "/") && !top.empty())
    made->prefix_ = made->root_.substr(top.size() + 1) + "/";
  if (const auto content = read_small_file(made->settings_.excludes_file))
    made->global_ = pattern_list::parse(*content);
  made->deny_ = pattern_list::of(user.deny);
  made->include_ = pattern_list::of(user.include);
  return made;
}

place ignore_rules::root_place() const {
  // From the working tree's top down to the root: what stands above the root counts, too.
  auto top = std::make_shared<scope>();
  top->repository = true;
  if (!git_.common_dir.empty()) top->git_exclude = read_exclude(git_.common_dir);
  place at{top, reach::normal};
  std::string folder = root_.substr(0, root_.size() - std::min(prefix_.size(), root_.size()));
  for (std::size_t end = 0;;) {
    if (const auto fd = open_folder(folder.empty() ? "/" : folder))
      at = enter(at, fd.get(), std::string_view(prefix_).substr(0, end), reach::normal,
                 {.git = false});
    if (end == prefix_.size()) return at;
    const auto next = prefix_.find('/', end);
    folder += "/" + prefix_.substr(end, next - end);
    end = next + 1;
  }
}

place ignore_rules::enter(const place& outside, int folder_fd, std::string_view full, reach how,
                          rule_names names) const {
  place inside{outside.rules, how};
  auto made = std::make_shared<scope>();
  made->outer = outside.rules;
  made->base = full.size();
  if (names.git_ignore) made->git_ignore = read_patterns(folder_fd, ".gitignore");
  if (names.ignore) made->ignore = read_patterns(folder_fd, ".ignore");
  if (names.git && full != prefix_) {
    const auto folder = root_ + "/" + std::string(full.substr(prefix_.size()));
    if (const auto git_dir = git_dir_of(without_slash(folder))) {
      made->repository = true;
      made->git_exclude = read_exclude(*git_dir);
    }
  }
  if (made->repository || !made->git_ignore.empty() || !made->ignore.empty())
    inside.rules = std::move(made);
  return inside;
}

const pattern* ignore_rules::match(const pattern_list& list, std::size_t base,
                                   std::string_view full, std::size_t name_at,
                                   bool is_folder) const {
  if (list.empty()) return nullptr;
  return list.find(full.substr(base), name_at - base, is_folder, settings_.ignore_case);
}

ignore_rules::found ignore_rules::deny(std::string_view full, std::size_t name_at,
                                       bool is_folder) const {
  if (const auto reason = secret_reason(full.substr(name_at), is_folder); !reason.empty())
    return {verdict::denied, nullptr, reason};
  const auto* by = match(deny_, prefix_.size(), full, name_at, is_folder);
  if (by && !by->negated()) return {verdict::denied, by, "the deny list"};
  return {};
}

ignore_rules::found ignore_rules::ignore(const scope& in, std::string_view full,
                                         std::size_t name_at, bool is_folder) const {
  const auto say = [](const pattern* by, std::string_view where) -> found {
    if (by->negated()) return {verdict::take, by, where, true};
    return {verdict::ignored, by, where};
  };
  for (const auto* at = &in; at; at = at->outer.get())
    if (const auto* by = match(at->ignore, at->base, full, name_at, is_folder))
      return say(by, ".ignore");
  for (const auto* at = &in; at; at = at->outer.get()) {
    if (const auto* by = match(at->git_ignore, at->base, full, name_at, is_folder))
      return say(by, ".gitignore");
    if (!at->repository) continue;
    if (const auto* by = match(at->git_exclude, at->base, full, name_at, is_folder))
      return say(by, "info/exclude");
    if (const auto* by = match(global_, at->base, full, name_at, is_folder))
      return say(by, "core.excludesFile");
    break;
  }
  return {};
}

bool ignore_rules::leads_to_included(std::string_view full) const {
  if (include_.empty()) return false;
  const auto folder = std::string(full.substr(prefix_.size())) + "/";
  return std::ranges::any_of(include_.patterns(), [&](const pattern& included) {
    const auto literal = included.literal_prefix();
    if (literal.empty()) return false;
    const auto common = std::min(literal.size(), folder.size());
    return literal.substr(0, common) == std::string_view(folder).substr(0, common);
  });
}

ignore_rules::found ignore_rules::find(const place& in, std::string_view full, std::size_t name_at,
                                       bool is_folder, reach& below) const {
  const auto name = full.substr(name_at);
  if (in.how == reach::closed) return {verdict::denied, nullptr, "it is in a generated folder"};
  // A file of this name is a submodule's or a worktree's pointer.
  if (name == ".git") return {verdict::denied, nullptr, heavy_reason(name)};
  if (const auto denied = deny(full, name_at, is_folder); denied.what != verdict::take)
    return denied;
  const auto* included = match(include_, prefix_.size(), full, name_at, is_folder);
  if (included && !included->negated()) {
    below = reach::included;
    return {verdict::take, included, "the include list", true};
  }
  below = in.how;
  auto found =
      in.how == reach::normal ? ignore(*in.rules, full, name_at, is_folder) : ignore_rules::found{};
  if (in.how == reach::passage) found = {verdict::ignored, nullptr, "its folder is ignored"};
  if (found.what == verdict::take && is_folder && !found.is_explicit)
    if (const auto reason = heavy_reason(name); !reason.empty())
      found = {verdict::denied, nullptr, reason};
  if (found.what != verdict::take && is_folder && leads_to_included(full)) {
    below = reach::passage;
    return {};
  }
  return found;
}

decision ignore_rules::check(const place& in, std::string_view full, std::size_t name_at,
                             bool is_folder) const {
  decision made;
  made.what = find(in, full, name_at, is_folder, made.below).what;
  return made;
}

std::expected<place, decision> ignore_rules::descend(std::string_view folder) const {
  auto at = root_place();
  auto full = prefix_ + std::string(folder);
  for (auto name_at = prefix_.size(); name_at < full.size();) {
    const auto end = std::min(full.find('/', name_at), full.size());
    const auto upto = std::string_view(full).substr(0, end);
    decision made;
    const auto result = find(at, upto, name_at, true, made.below);
    made.what = result.what;
    if (result.what != verdict::take) return std::unexpected(made);
    const auto fd = open_below(root_, full.substr(prefix_.size(), end - prefix_.size()));
    if (!fd) return std::unexpected(made);
    if (end < full.size() && made.below == reach::normal &&
        !generated_reason(read_marks(fd.get())).empty())
      return std::unexpected(decision{verdict::denied, reach::closed, {}});
    const auto inside = std::string(upto) + "/";
    at = enter(at, fd.get(), inside, made.below, {});
    name_at = end + 1;
  }
  return at;
}

bool ignore_rules::allows(const std::string& path) const {
  if (!is_inside(path)) return false;
  const auto name_at = path.rfind('/') == path.npos ? 0 : path.rfind('/') + 1;
  const auto inside = name_at == 0 ? std::expected<place, decision>(root_place())
                                   : descend(path.substr(0, name_at - 1));
  if (!inside) return false;
  if (name_at > 0 && inside->how == reach::normal) { // the root itself is never generated
    const auto folder = open_below(root_, path.substr(0, name_at - 1));
    if (!folder || !generated_reason(read_marks(folder.get())).empty()) return false;
  }
  return check(*inside, prefix_ + path, prefix_.size() + name_at, false).what == verdict::take;
}

decision ignore_rules::explain(std::string_view path, bool is_folder) const {
  const auto full = prefix_ + std::string(path);
  auto in = root_place();
  for (auto name_at = prefix_.size();;) {
    const auto end = std::min(full.find('/', name_at), full.size());
    const bool last = end == full.size();
    decision made;
    const auto result =
        find(in, std::string_view(full).substr(0, end), name_at, is_folder || !last, made.below);
    made.what = result.what;
    made.reason = result.reason;
    if (result.by) made.reason += ": " + result.by->line();
    if (last || made.what != verdict::take) return made;
    const auto fd = open_below(root_, full.substr(prefix_.size(), end - prefix_.size()));
    const auto why =
        fd && made.below == reach::normal ? generated_reason(read_marks(fd.get())) : "";
    if (!why.empty()) return {verdict::denied, reach::closed, std::string(why)};
    in = enter(in, fd.get(), full.substr(0, end + 1), made.below, {});
    name_at = end + 1;
  }
}

} // namespace acpd::index
