#include "indexer/files/listing.h"

#include <ctime>

namespace acpd::index {

listing::listing() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  begun_ns_ = static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

void listing::add(std::string_view path, const file_stat& stat) {
  paths_ += path;
  entries_.push_back({paths_.size(), stat});
}

void listing::add_unread(std::string_view path, int error) {
  unread_.push_back({std::string(path), error});
}

std::string_view listing::path(std::size_t at) const {
  const auto begin = at == 0 ? 0 : entries_[at - 1].end;
  return std::string_view(paths_).substr(begin, entries_[at].end - begin);
}

std::expected<listing, walk_failure> list_files(const ignore_rules& rules,
                                                const walk_options& options) {
  listing made;
  lister visitor(made);
  const auto walked = walk(rules, visitor, options);
  if (!walked) return std::unexpected(walked.error());
  return made;
}

} // namespace acpd::index
