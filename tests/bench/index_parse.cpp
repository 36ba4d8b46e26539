// Parse-only against extract() over a folder: bench_index_parse FOLDER [ROUNDS]
// The floor of everything the index does is the parse; this says what extraction adds to it.
#include "indexer/grammars/languages.h"
#include "indexer/parse/content.h"
#include "indexer/parse/extract.h"
#include "indexer/parse/tree.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace acpd::index;
namespace fs = std::filesystem;

struct source_file {
  std::string path, bytes;
};

struct tally {
  double parse = 0, extract = 0; // CPU seconds: for each file the least of its rounds
  std::size_t bytes = 0, files = 0, errors_before = 0, errors = 0;
  std::size_t chunks = 0, symbols = 0, references = 0;
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::map<std::string, std::vector<source_file>> read_folder(const fs::path& folder) {
  std::map<std::string, std::vector<source_file>> by_language;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.is_symlink()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    source_file file{fs::relative(entry.path(), folder).string(),
                     {std::istreambuf_iterator<char>(in), {}}};
    const auto* lang = language_of(file.path, file.bytes);
    if (lang && content_of(file.path, file.bytes) == content::source)
      by_language[std::string(lang->name)].push_back(std::move(file));
  }
  return by_language;
}

/// The arms alternate file by file, so that a busy machine slows both.
void measure(const source_file& file, int rounds, tally& into) {
  thread_local tree_parser parser;
  double parse = 1e9, extracted = 1e9;
  for (int i = 0; i < rounds; ++i) {
    auto start = cpu_seconds();
    {
      const auto tree = parser.parse(*language_of(file.path, file.bytes), file.bytes);
      if (i == 0) into.errors_before += tree && ts_node_has_error(ts_tree_root_node(tree.get()));
    }
    parse = std::min(parse, cpu_seconds() - start);
    start = cpu_seconds();
    const auto facts = extract(file.path, file.bytes);
    extracted = std::min(extracted, cpu_seconds() - start);
    if (i > 0) continue;
    into.errors += facts.error_nodes;
    into.chunks += facts.chunks.size();
    into.symbols += facts.symbols.size();
    into.references += facts.references.size();
  }
  ++into.files;
  into.bytes += file.bytes.size();
  into.parse += parse;
  into.extract += extracted;
}

void print(const std::string& name, const tally& t) {
  const auto mb = static_cast<double>(t.bytes) / 1e6;
  std::printf("%-12s %6zu %8.2f %8.2f %8.2f %7.2f %6zu %6zu %8zu %8zu %8zu\n", name.c_str(),
              t.files, mb, mb / t.parse, mb / t.extract, t.extract / t.parse, t.errors_before,
              t.errors, t.chunks, t.symbols, t.references);
}

void add(const tally& one, tally& all) {
  all.parse += one.parse;
  all.extract += one.extract;
  for (const auto member : {&tally::bytes, &tally::files, &tally::errors_before, &tally::errors,
                            &tally::chunks, &tally::symbols, &tally::references})
    all.*member += one.*member;
}

} // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: bench_index_parse FOLDER [ROUNDS]\n");
    return 2;
  }
  const int rounds = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
  std::printf("%-12s %6s %8s %8s %8s %7s %6s %6s %8s %8s %8s\n", "language", "files", "MB",
              "parse/s", "extr./s", "ratio", "errors", "left", "chunks", "symbols", "refs");
  tally all;
  for (const auto& [name, files] : read_folder(argv[1])) {
    tally one;
    extract(files[0].path, files[0].bytes); // reads the queries
    for (const auto& file : files)
      measure(file, rounds, one);
    print(name, one);
    add(one, all);
  }
  if (all.files > 0) print("all", all);
}
