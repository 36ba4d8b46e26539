#pragma once

#include "indexer/store/reader.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace acpd::index {

/// Which files a file's imports can mean. An import's module is compared with the ends of the
/// paths in the index, the way that most languages derive one from the other: `a.b.c`, `a::b::c`,
/// `a/b/c`, `./c` and `<a/b/c.h>` all mean `…/a/b/c.*` or `…/a/b/c/index.*` (and, for a name taken
/// out of a module, `…/a/b.*`). Of several, the longest common end counts.
class import_resolver {
public:
  explicit import_resolver(const reader::view& v);

  /// The catalog's numbers of the files that `file` imports, ascending.
  std::vector<std::uint32_t> imported_by(std::uint32_t file);

private:
  std::vector<std::uint32_t> resolve(const import& i, std::string_view importer);
  const std::vector<std::uint32_t>& best(const std::vector<std::string>& parts);

  const reader::view& view_;
  // The last word of a path (its ending cut off, folders that are named by their index included)
  // → files.
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_last_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> best_; // of modules seen before
};

} // namespace acpd::index
