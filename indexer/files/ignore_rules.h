#pragma once

#include "indexer/files/builtin.h"
#include "indexer/files/git.h"
#include "indexer/files/pattern.h"

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// The ignore files in force inside one folder: its own, and by `outer` those of the folders above.
/// Immutable; a folder without ignore files shares the scope of the folder above.
struct scope {
  std::shared_ptr<const scope> outer;
  std::size_t base = 0;     // length of the folder's full path, its slash included
  bool repository = false;  // a working tree's top: the .gitignore files outside do not count here
  pattern_list git_ignore;  // .gitignore
  pattern_list ignore;      // .ignore
  pattern_list git_exclude; // of a repository: info/exclude
};

/// What holds for everything in a folder, beside its scope.
enum class reach {
  normal,   // the rules decide
  included, // the include list names this folder: only secrets, deny and heavy folders stay out
  passage,  // left out itself; walked for what the include list names below it
  closed,   // generated: nothing of it is taken but news of what made it so
};

/// Where in the tree a decision is made.
struct place {
  std::shared_ptr<const scope> rules;
  reach how = reach::normal;
};

enum class verdict {
  take,
  ignored, // by an ignore file
  denied,  // by acpd or the user's deny list
};

struct decision {
  verdict what = verdict::take;
  reach below = reach::normal; // of a folder that is taken: what holds inside
  std::string reason;          // of one that is not; only filled by ignore_rules::explain
};

/// What a user configured. All are lines in gitignore's syntax, relative to the workspace's root.
struct user_rules {
  std::vector<std::string> deny;    // never indexed, whatever else says so
  std::vector<std::string> include; // indexed although ignored or heavy. Never opens secrets or
                                    // deny. One with a slash reaches into ignored folders.
};

/// Which files of a workspace are indexed: git's rules, `.ignore` files (gitignore's syntax; they
/// win over git's at every level, as ripgrep has it), acpd's own and the user's. Immutable once
/// loaded but for what enter() reads; load again when an ignore file above the root or git's
/// settings changed. Any thread.
///
/// Paths here are full: from the top of the working tree that the root is in, so that the ignore
/// files above the root count. full = prefix() + path from the root.
class ignore_rules {
public:
  static std::shared_ptr<const ignore_rules> load(const std::string& root,
                                                  const user_rules& user = {});

  const std::string& root() const { return root_; } // absolute, no slash at its end
  const std::string& prefix() const { return prefix_; }
  const git_place& git() const { return git_; }
  const git_settings& settings() const { return settings_; }
  /// The root's own place: its ignore files are read now.
  place root_place() const;

  /// May an entry be taken? `full` ends in its name, which begins at `name_at`.
  decision check(const place& in, std::string_view full, std::size_t name_at, bool is_folder) const;
  /// The same with the reason in words, for a person; `path` is relative to the root, and every
  /// folder on the way is asked.
  decision explain(std::string_view path, bool is_folder) const;
  /// Whether a file may be indexed that somebody names: the path stays in the tree, no link on the
  /// way to it, its folder is there and everything is taken.
  bool allows(const std::string& path) const;

  /// Which of the names that matter a folder holds; all: look for every one.
  struct rule_names {
    bool git_ignore = true, ignore = true, git = true;
  };
  /// The place inside a folder that check() took. `full` ends in a slash, or is empty.
  place enter(const place& outside, int folder_fd, std::string_view full, reach how,
              rule_names names) const;
  /// The place inside `folder` (from the root, no slash at its end), each step of the way checked
  /// and read from disk. An error: the folder is not taken, or is not there.
  std::expected<place, decision> descend(std::string_view folder) const;

private:
  struct found {
    verdict what = verdict::take;
    const pattern* by = nullptr;
    std::string_view reason;
    bool is_explicit = false; // taken because a negation says so
  };

  ignore_rules() = default;
  found deny(std::string_view full, std::size_t name_at, bool is_folder) const;
  found ignore(const scope& in, std::string_view full, std::size_t name_at, bool is_folder) const;
  found find(const place& in, std::string_view full, std::size_t name_at, bool is_folder,
             reach& below) const;
  const pattern* match(const pattern_list& list, std::size_t base, std::string_view full,
                       std::size_t name_at, bool is_folder) const;
  bool leads_to_included(std::string_view full) const;
  bool is_root_relative(std::string_view full) const { return full.size() > prefix_.size(); }

  std::string root_, prefix_;
  git_place git_;
  git_settings settings_;
  pattern_list global_; // core.excludesFile
  pattern_list deny_, include_;
};

} // namespace acpd::index
