#include "indexer/files/sweep.h"

#include <algorithm>
#include <cerrno>

namespace acpd::index {
namespace {

class merge : public walk_visitor {
public:
  merge(const known_source& known, sweep_sink& sink) : known_(known), sink_(sink), next_(known()) {}

  void file(std::string_view path, const file_stat& stat) override {
    remove_below(path);
    if (!next_ || next_->path != path) {
      ++totals.added;
      sink_.added(path, stat);
      return;
    }
    if (same_content(next_->stat, stat)) {
      ++totals.unchanged;
    } else {
      ++totals.changed;
      sink_.changed(path, stat);
    }
    next_ = known_();
  }

  void unreadable(std::string_view path, int error) override {
    if (error != EACCES && error != EPERM) kept_.emplace_back(path);
    sink_.unreadable(path, error);
  }

  /// The walk has come to its end.
  void finish() {
    while (next_)
      pass();
  }

  sweep_totals totals;

private:
  void remove_below(std::string_view path) {
    while (next_ && next_->path < path)
      pass();
  }

  void pass() {
    if (is_kept(next_->path)) {
      ++totals.unchanged;
    } else {
      ++totals.removed;
      sink_.removed(next_->path);
    }
    next_ = known_();
  }

  bool is_kept(std::string_view path) const {
    return std::ranges::any_of(kept_, [&](const std::string& kept) {
      return path.starts_with(kept) &&
             (kept.empty() || path.size() == kept.size() || path[kept.size()] == '/');
    });
  }

  const known_source& known_;
  sweep_sink& sink_;
  std::optional<known_file> next_;
  std::vector<std::string> kept_; // what could not be read, for now
};

} // namespace

std::expected<sweep_totals, walk_failure> sweep(const ignore_rules& rules,
                                                const known_source& known, sweep_sink& sink,
                                                const walk_options& options) {
  merge merged(known, sink);
  const auto walked = walk(rules, merged, options);
  if (!walked) return std::unexpected(walked.error());
  merged.finish();
  merged.totals.walk = *walked;
  return merged.totals;
}

} // namespace acpd::index
