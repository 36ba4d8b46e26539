#include "indexer/search/path_factor.h"

#include "indexer/store/analyser.h"

#include <algorithm>

namespace acpd::index {
namespace {

/// "test", "tests", "testutil", "htesting", "UserTest", not "latest".
bool names_tests(std::string_view word) {
  static constexpr std::string_view others[] = {"latest",  "fastest",   "shortest",
                                                "contest", "attest",    "greatest",
                                                "protest", "testament", "testimonial"};
  if (std::ranges::count(others, word) > 0) return false;
  return word.starts_with("test") || word.ends_with("test") || word.ends_with("tests") ||
         word.ends_with("testing");
}

/// A folder or file that stands beside what people look for: tests, examples, copies of others.
bool is_beside(std::string_view component, bool is_file) {
  static constexpr std::string_view folders[] = {
      "bench",   "benches",  "benchmark", "benchmarks", "compat",      "demo",   "demos",
      "example", "examples", "fixture",   "fixtures",   "legacy",      "mock",   "mocks",
      "sample",  "samples",  "spec",      "specs",      "third_party", "vendor", "__mocks__"};
  static constexpr std::string_view words[] = {"bench", "benchmark", "benchmarks", "mock",
                                               "mocks", "example",   "examples"};
  if (!is_file && std::ranges::count(folders, component) > 0) return true;
  bool found = false;
  const auto dot = is_file ? component.rfind('.') : std::string_view::npos;
  if (is_file && component.substr(0, dot).ends_with("spec")) return true;
  for_each_part(component.substr(0, dot), [&](std::string_view part) {
    found = found || names_tests(part) || std::ranges::count(words, part) > 0;
  });
  return found;
}

} // namespace

double path_factor(std::string_view path, const ranking& r) {
  double factor = 1;
  const auto slash = path.rfind('/');
  const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  bool beside = false;
  for (std::size_t at = 0; at < path.size() && !beside;) {
    const auto end = std::min(path.find('/', at), path.size());
    beside = is_beside(path.substr(at, end - at), end == path.size());
    at = end + 1;
  }
  if (beside) factor *= r.test_path;
  if (name == "__init__.py") factor *= r.init_file;
  if (name.ends_with(".d.ts")) factor *= r.declaration_file;
  return factor;
}

} // namespace acpd::index
