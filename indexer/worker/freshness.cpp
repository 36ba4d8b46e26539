#include "indexer/worker/freshness.h"

#include "indexer/store/rows.h"
#include "indexer/store/source.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <set>
#include <sys/stat.h>

namespace acpd::index {
namespace {

namespace json = boost::json;

/// Every object in the answer that has a "path": hits, definitions, references, the answer itself.
template <class Object, class Each>
void for_each_place(Object& answer, const Each& each) {
  if (answer.contains("path")) each(answer);
  for (auto& member : answer) {
    auto* list = member.value().if_array();
    if (!list) continue;
    for (auto& entry : *list)
      if (auto* place = entry.if_object(); place && place->contains("path")) each(*place);
  }
}

bool is_as_indexed(const reader::view& view, const std::string& root, const std::string& path) {
  struct stat found{};
  const bool is_there = ::lstat((root + "/" + path).c_str(), &found) == 0 && S_ISREG(found.st_mode);
  const auto known = find_stamp(view.db(), path);
  if (!known) return !is_there;
  return is_there && *known == stamp_of(found);
}

} // namespace

std::vector<std::string> stale_paths(const json::object& answer, const reader::view& view,
                                     const std::string& root) {
  std::set<std::string> paths;
  for_each_place(answer,
                 [&](const json::object& place) { paths.emplace(place.at("path").as_string()); });
  std::vector<std::string> stale;
  std::ranges::copy_if(paths, std::back_inserter(stale),
                       [&](const std::string& path) { return !is_as_indexed(view, root, path); });
  return stale;
}

void mark_stale(json::object& answer, const std::vector<std::string>& stale) {
  for_each_place(answer, [&](json::object& place) {
    const auto path = std::string(place.at("path").as_string());
    place["stale"] = std::ranges::binary_search(stale, path);
  });
}

} // namespace acpd::index
