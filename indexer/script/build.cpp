#include "indexer/script/build.h"

#include "indexer/files/walk.h"
#include "indexer/script/parse_pool.h"

#include <algorithm>
#include <map>
#include <unordered_map>

namespace acpd::index {
namespace {

/// Compares a walk with what is known.
class differences : public walk_visitor {
public:
  explicit differences(std::vector<file_row> known)
      : known_(std::move(known)), seen_(known_.size()) {}

  void file(std::string_view path, const file_stat& stat) override {
    const auto at = std::ranges::lower_bound(
        known_, path, {}, [](const file_row& f) { return std::string_view(f.path); });
    if (at != known_.end() && at->path == path) {
      seen_[static_cast<std::size_t>(at - known_.begin())] = true;
      if (at->stamp == file_stamp{stat.size, stat.changed_ns, stat.inode}) return;
    }
    changed.emplace_back(path);
  }
  void unreadable(std::string_view, int) override { ++unreadable_entries; }

  std::vector<std::string> removed() const {
    std::vector<std::string> gone;
    for (std::size_t i = 0; i < known_.size(); ++i)
      if (!seen_[i]) gone.push_back(known_[i].path);
    return gone;
  }

  std::vector<std::string> changed;
  std::uint64_t unreadable_entries = 0;

private:
  std::vector<file_row> known_; // by path
  std::vector<bool> seen_;
};

void write(store& s, parsed_file& f, build_report& report) {
  if (!f.content) {
    if (is_no_file(f.content.error())) {
      s.erase(f.path); // removed since the walk
    } else {
      ++report.unreadable;
      s.mark(f.path, {}, file_state::unreadable);
    }
    return;
  }
  ++report.read;
  report.bytes += f.content->bytes.size();
  s.put(f.path, f.content->stamp, f.content->hash, f.facts, f.content->bytes);
  if (s.full()) s.commit();
}

/// In turns: parsing and writing each push the other's tables out of the processor's cache.
void parse_and_write(store& s, const std::string& root, const std::vector<std::string>& paths,
                     build_report& report) {
  constexpr std::size_t a_turn = 1024 * 1024; // of source
  std::vector<parsed_file> parsed;
  std::size_t bytes = 0;
  for (const auto& path : paths) {
    const auto& f = parsed.emplace_back(parse_file(root, path));
    bytes += f.content ? f.content->bytes.size() : 0;
    if (bytes < a_turn && &path != &paths.back()) continue;
    for (auto& each : parsed)
      write(s, each, report);
    parsed.clear();
    bytes = 0;
  }
}

} // namespace

std::expected<build_report, std::string>
build(store& s, const std::string& root, const ignore_rules& which, const build_options& options) {
  differences found(s.files());
  walk_options how;
  how.allow_wide_roots = options.allow_wide_roots;
  const auto walked = walk(which, found, how);
  if (!walked) return std::unexpected(walked.error().text);
  build_report report;
  report.files = walked->files;
  report.unreadable = found.unreadable_entries;
  for (const auto& path : found.removed()) {
    s.erase(path);
    ++report.removed;
  }
  if (options.threads <= 1) {
    parse_and_write(s, root, found.changed, report);
  } else {
    parse_pool pool(root, found.changed, options.threads);
    while (auto f = pool.next())
      write(s, *f, report);
  }
  s.commit();
  while (s.maintain()) {
  }
  s.settle();
  return report;
}

} // namespace acpd::index
