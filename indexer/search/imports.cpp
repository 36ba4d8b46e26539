#include "indexer/search/imports.h"

#include "indexer/store/document.h"

#include <algorithm>

namespace acpd::index {
namespace {

/// What an import of this file would name, its last word apart: in Go a folder is a package.
std::pair<std::string_view, std::string_view> importable(const file_entry& f) {
  const auto [folders, stem] = split_path(f.path);
  return f.language == "go" && !folders.empty() ? split_last(folders) : std::pair(folders, stem);
}

bool is_source_ending(std::string_view ending) {
  static constexpr std::string_view endings[] = {"h",   "hh",  "hpp", "hxx", "inc", "c",
                                                 "cc",  "js",  "jsx", "ts",  "tsx", "mjs",
                                                 "cjs", "css", "py",  "rb",  "php", "vue"};
  return std::ranges::count(endings, ending) > 0;
}

/// A module as written, cut at what the languages put between its parts.
std::vector<std::string> module_parts(std::string_view module) {
  while (!module.empty() && (module.front() == '<' || module.front() == '"'))
    module.remove_prefix(1);
  while (!module.empty() && (module.back() == '>' || module.back() == '"'))
    module.remove_suffix(1);
  const bool by_slash = module.find('/') != std::string_view::npos;
  if (const auto dot = module.rfind('.');
      dot != std::string_view::npos && dot > 0 && is_source_ending(module.substr(dot + 1)))
    module = module.substr(0, dot);
  std::vector<std::string> parts;
  std::string part;
  for (const char c : module) {
    const bool cut = c == '/' || c == '\\' || c == ':' || (c == '.' && !by_slash);
    if (!cut) {
      part += c;
      continue;
    }
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
    part.clear();
  }
  if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  return parts;
}

/// How many of a module's parts the file's path ends in; its last word is the last part.
std::size_t common_end(const std::vector<std::string>& parts, const file_entry& f) {
  auto left = importable(f).first;
  std::size_t n = 1;
  for (; n < parts.size() && !left.empty(); ++n) {
    const auto [before, last] = split_last(left);
    if (last != parts[parts.size() - 1 - n]) break;
    left = before;
  }
  return n;
}

std::size_t common_begin(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

} // namespace

import_resolver::import_resolver(const reader::view& v) : view_(v) {
  v.entries().for_each_file([&](std::uint32_t id, const file_entry& f) {
    by_last_[std::string(importable(f).second)].push_back(id);
  });
}

const std::vector<std::uint32_t>& import_resolver::best(const std::vector<std::string>& parts) {
  std::string module;
  for (const auto& part : parts)
    (module += part) += '\0'; // a name may hold any other sign
  const auto [known, is_new] = best_.try_emplace(std::move(module));
  auto& files = known->second;
  if (!is_new || parts.empty()) return files;
  const auto at = by_last_.find(parts.back());
  if (at == by_last_.end()) return files;
  std::size_t longest = 1;
  for (const auto id : at->second) {
    const auto common = common_end(parts, view_.entries().file(id));
    if (common < longest) continue;
    if (common > longest) files.clear();
    longest = common;
    files.push_back(id);
  }
  // One word of several is a coincidence more often than not.
  if (parts.size() > 1 && longest == 1) files.clear();
  return files;
}

std::vector<std::uint32_t> import_resolver::resolve(const import& i, std::string_view importer) {
  const auto parts = module_parts(i.module);
  auto files = best(parts);
  for (const auto& name : i.names) {
    auto longer = parts;
    longer.push_back(name);
    const auto more = best(longer);
    files.insert(files.end(), more.begin(), more.end());
  }
  if (files.empty() && parts.size() > 1) { // the last part is a name of the module before it
    auto shorter = parts;
    shorter.pop_back();
    files = best(shorter);
  }
  // Equally good ones: the nearest to the file that imports them.
  std::size_t nearest = 0;
  for (const auto id : files)
    nearest = std::max(nearest, common_begin(view_.entries().file(id).path, importer));
  if (i.names.empty())
    std::erase_if(files, [&](auto id) {
      return common_begin(view_.entries().file(id).path, importer) < nearest;
    });
  return files;
}

std::vector<std::uint32_t> import_resolver::imported_by(std::uint32_t file) {
  std::vector<std::uint32_t> all;
  const auto& path = view_.entries().file(file).path;
  for (const auto& i : imports_of(view_.db(), file)) {
    const auto files = resolve(i, path);
    all.insert(all.end(), files.begin(), files.end());
  }
  std::ranges::sort(all);
  const auto repeated = std::ranges::unique(all);
  all.erase(repeated.begin(), repeated.end());
  std::erase(all, file);
  return all;
}

} // namespace acpd::index
