#include "indexer/script/build.h"

#include "indexer/files/sweep.h"
#include "indexer/script/parse_pool.h"

#include <optional>

namespace acpd::index {
namespace {

known_source source_of(const std::vector<file_row>& rows) {
  return [at = rows.begin(), end = rows.end()]() mutable -> std::optional<known_file> {
    if (at == end) return std::nullopt;
    const auto& row = *at++;
    return known_file{row.path, {row.stamp.size, row.stamp.changed_ns, row.stamp.inode}};
  };
}

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

build_report build(store& s, const std::string& root, listing found, unsigned threads) {
  const auto differing = sweep(found, source_of(s.files()));
  std::vector<std::string> to_read;
  for (const auto at : differing.to_read)
    to_read.emplace_back(found.path(at));
  build_report report;
  report.files = found.size();
  report.unreadable = found.unreadable().size();
  found = {}; // its memory
  for (const auto& file : differing.removed) {
    s.erase(file.path);
    ++report.removed;
  }
  if (threads <= 1) {
    parse_and_write(s, root, to_read, report);
  } else {
    parse_pool pool(root, to_read, threads);
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
