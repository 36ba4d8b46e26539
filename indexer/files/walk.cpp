#include "indexer/files/walk.h"

#include "indexer/files/marks.h"
#include "indexer/files/read_folder.h"
#include "indexer/files/unique_fd.h"

#include <cerrno>
#include <climits>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <optional>

namespace acpd::index {
namespace {

class walker {
public:
  walker(const ignore_rules& rules, walk_visitor& visitor, const walk_options& options, int root_fd)
      : rules_(rules), visitor_(visitor), options_(options), root_fd_(root_fd),
        prefix_(rules.prefix().size()) {}

  /// False: the limit is reached.
  bool run() {
    full_ = rules_.prefix();
    if (!options_.start.empty()) full_ += options_.start + "/";
    if (!start_place()) return true;
    return folder({}, 0);
  }
  const walk_totals& totals() const { return totals_; }
  int start_error() const { return start_error_; }

private:
  /// Nothing: the rules leave it out. Read when the folder's watch stands, so that a change of the
  /// ignore files is either read here or reported there.
  std::optional<place> start_place() const {
    if (options_.start.empty()) return rules_.root_place();
    if (auto found = rules_.descend(options_.start)) return *found;
    return std::nullopt;
  }

  /// The path from the root of what full_ names now, a slash at its end taken off.
  std::string_view path() const {
    auto path = std::string_view(full_).substr(prefix_);
    if (path.ends_with('/')) path.remove_suffix(1);
    return path;
  }

  /// full_ names the folder, with a slash at its end. False: the limit is reached.
  bool folder(const place& outside, std::size_t depth) {
    const auto folder_size = full_.size();
    unique_fd fd(open_folder_below(root_fd_, std::string(path())));
    if (!fd) return unreadable(errno, depth);
    ++totals_.folders;
    if (levels_.size() <= depth) levels_.emplace_back();
    auto& listing = levels_[depth];
    const auto inside = list(fd.get(), outside, depth, listing);
    if (!inside) return true;
    choose(fd.get(), *inside, listing);
    fd.reset(); // a deep tree must not use up the descriptors
    for (const auto& entry : listing.entries) {
      full_.resize(folder_size);
      full_ += listing.name(entry);
      if (!report(entry, *inside, depth)) return false;
    }
    full_.resize(folder_size);
    return true;
  }

  /// Tells of the folder, reads it and its ignore files. Nothing: there is no more to do in it.
  std::optional<place> list(int fd, const place& outside, std::size_t depth,
                            folder_listing& listing) {
    visitor_.begin_folder(path());
    if (const int error = read_folder(fd, listing); error != 0) {
      unreadable(error, depth);
      return std::nullopt;
    }
    folder_marks marks;
    ignore_rules::rule_names names{false, false, false};
    for (const auto& entry : listing.entries)
      note(fd, listing.name(entry), marks, names);
    std::optional<place> inside =
        depth == 0 ? start_place() : rules_.enter(outside, fd, full_, outside.how, names);
    if (!inside) return std::nullopt;
    const bool is_root = full_.size() == prefix_;
    const auto reason =
        is_root || inside->how != reach::normal ? std::string_view() : generated_reason(marks);
    if (!reason.empty()) inside->how = reach::closed;
    visitor_.folder(path(), *inside);
    if (reason.empty()) return inside;
    visitor_.closed(path(), reason);
    return std::nullopt;
  }

  static void note(int fd, std::string_view name, folder_marks& marks,
                   ignore_rules::rule_names& names) {
    if (name == ".gitignore") names.git_ignore = true;
    if (name == ".ignore") names.ignore = true;
    if (name == ".git") names.git = true;
    note_mark(marks, fd, name);
  }

  /// Keeps the entries that the rules take, with what stat says, in path order.
  void choose(int fd, const place& inside, folder_listing& listing) {
    const auto folder_size = full_.size();
    std::erase_if(listing.entries, [&](folder_entry& entry) {
      full_.resize(folder_size);
      full_ += listing.name(entry);
      return !take(fd, inside, listing, entry, folder_size);
    });
    full_.resize(folder_size);
    sort_by_path(listing);
  }

  bool take(int fd, const place& inside, const folder_listing& listing, folder_entry& entry,
            std::size_t name_at) {
    if (entry.kind == entry_kind::other) return false;
    if (entry.kind == entry_kind::file && !options_.want_files) return false;
    const bool is_folder = entry.kind == entry_kind::folder;
    const auto decided = rules_.check(inside, full_, name_at, is_folder);
    if (decided.what == verdict::ignored) ++totals_.ignored;
    if (decided.what == verdict::denied) ++totals_.denied;
    if (decided.what != verdict::take) return false;
    entry.below = decided.below;
    if (is_folder) return true;
    struct stat found{};
    if (::fstatat(fd, listing.c_name(entry), &found, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) unreadable(errno, 1);
      return false;
    }
    entry.stat = to_file_stat(found);
    return S_ISREG(found.st_mode);
  }

  bool report(const folder_entry& entry, const place& inside, std::size_t depth) {
    if (entry.kind == entry_kind::folder) {
      full_ += '/';
      return folder({inside.rules, entry.below}, depth + 1);
    }
    if (totals_.files == options_.file_limit) return false;
    ++totals_.files;
    visitor_.file(path(), entry.stat);
    return true;
  }

  bool unreadable(int error, std::size_t depth) {
    if (depth == 0) start_error_ = error;
    // Gone, or replaced by something else, since its parent was listed: that is no trouble.
    if (error == ENOENT || error == ENOTDIR || error == ELOOP) return true;
    ++totals_.unreadable;
    visitor_.unreadable(path(), error);
    return true;
  }

  const ignore_rules& rules_;
  walk_visitor& visitor_;
  const walk_options& options_;
  int root_fd_;
  std::size_t prefix_;
  std::string full_;                  // prefix + path of what is looked at
  std::deque<folder_listing> levels_; // a deque: listings in use stay where they are
  walk_totals totals_;
  int start_error_ = 0;
};

walk_failure no_folder(const std::string& root, int error) {
  return {walk_problem::no_folder, "cannot read the folder " + root + ": " + std::strerror(error) +
                                       "; check the path and its permissions"};
}

walk_failure too_many(const std::string& root, std::uint64_t limit) {
  return {walk_problem::too_many_files,
          "more than " + std::to_string(limit) + " files in " + root +
              ": index a folder inside it, leave folders out by an .ignore file, or raise the "
              "limit"};
}

} // namespace

void walk_visitor::begin_folder(std::string_view) {}
void walk_visitor::folder(std::string_view, const place&) {}
void walk_visitor::closed(std::string_view, std::string_view) {}
void walk_visitor::file(std::string_view, const file_stat&) {}
void walk_visitor::unreadable(std::string_view, int) {}

std::expected<walk_totals, walk_failure> walk(const ignore_rules& rules, walk_visitor& visitor,
                                              const walk_options& options) {
  const auto& root = rules.root();
  if (auto checked = check_root(root, options.allow_wide_roots); !checked)
    return std::unexpected(checked.error());
  const unique_fd root_fd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root_fd) return std::unexpected(no_folder(root, errno));
  walker walker(rules, visitor, options, root_fd.get());
  if (!walker.run()) return std::unexpected(too_many(root, options.file_limit));
  if (options.start.empty() && walker.start_error() != 0)
    return std::unexpected(no_folder(root, walker.start_error()));
  return walker.totals();
}

} // namespace acpd::index
