#include "indexer/script/script.h"

#include "indexer/script/build.h"
#include "indexer/search/search.h"

#include <boost/json.hpp>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <future>
#include <iostream>
#include <optional>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace acpd::index {
namespace {

namespace json = boost::json;

/// A folder of our own for an index that nobody asked to keep.
class temporary_folder {
public:
  temporary_folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "acpd-index-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw std::filesystem::filesystem_error("cannot create a temporary folder", pattern,
                                              std::error_code(errno, std::system_category()));
    path_ = pattern;
  }
  ~temporary_folder() {
    std::error_code ignored; // left behind at worst
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

double cpu_seconds(const struct rusage& u) {
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(u.ru_utime) + seconds(u.ru_stime);
}

json::object figures(const build_report& b, const store& s, double seconds) {
  struct rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto sums = s.sums();
  return {{"files", b.files},
          {"read", b.read},
          {"removed", b.removed},
          {"unreadable", b.unreadable},
          {"bytes", b.bytes},
          {"chunks", sums.chunks},
          {"seconds", seconds},
          {"cpu_seconds", cpu_seconds(used)},
          {"peak_memory_bytes", static_cast<std::uint64_t>(used.ru_maxrss) * 1024},
          {"database_bytes", s.size_on_disk()}};
}

std::string answer(reader& r, std::string_view line, unsigned hits) {
  const auto asked = json::parse(line).as_object();
  search_options options;
  options.limit = hits;
  json::array found;
  const auto v = r.look();
  const std::string_view query = asked.at("query").as_string();
  for (const auto& h : search(v, query, options))
    found.push_back(json::object{{"path", h.path},
                                 {"start_line", h.first_line},
                                 {"end_line", h.last_line},
                                 {"score", h.score}});
  return json::serialize(json::object{{"id", asked.at("id")}, {"hits", std::move(found)}});
}

bool answer_all(const store& s, std::istream& in, const script_options& options) {
  reader r(s);
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    try {
      std::cout << answer(r, line, options.hits) << '\n';
    } catch (const database_error&) {
      throw;
    } catch (const std::exception& e) {
      std::cerr << "acpd index: line " << number << " of " << options.queries.string()
                << " is not an object with \"id\" and \"query\": " << e.what() << '\n';
      return false;
    }
  }
  std::cout.flush();
  return true;
}

bool run_queries(const store& s, const script_options& options) {
  if (options.queries.empty()) return true;
  if (options.queries == "-") return answer_all(s, std::cin, options);
  std::ifstream file(options.queries);
  if (file) return answer_all(s, file, options);
  std::cerr << "acpd index: cannot read " << options.queries.string() << '\n';
  return false;
}

int run(const script_options& options) {
  const auto started = std::chrono::steady_clock::now();
  std::error_code missing;
  const auto root = std::filesystem::canonical(options.root, missing);
  if (missing) {
    std::cerr << "acpd index: --root " << options.root.string() << ": " << missing.message()
              << '\n';
    return 1;
  }
  std::optional<temporary_folder> temporary;
  if (options.db.empty()) temporary.emplace();
  // Beside each other: a start without changes is little else.
  auto listed = std::async(std::launch::async,
                           [&root] { return list_files(*ignore_rules::load(root.string())); });
  store s(temporary ? temporary->path() / "index.db" : options.db);
  if (!s.rebuilt().empty())
    std::cerr << "acpd index: the index was begun anew: " << s.rebuilt() << '\n';
  auto found = listed.get();
  if (!found) {
    std::cerr << "acpd index: " << found.error().text << '\n';
    return 1;
  }
  const unsigned threads =
      options.threads != 0 ? options.threads : std::thread::hardware_concurrency();
  const auto report = build(s, root.string(), *std::move(found), threads);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  const auto line = json::serialize(figures(report, s, took.count()));
  const bool answered = run_queries(s, options);
  std::cerr << line << '\n';
  return answered ? 0 : 1;
}

} // namespace

int run_script(const script_options& options) {
  try {
    return run(options);
  } catch (const std::exception& e) { // a disk that is full, a database that cannot be written
    std::cerr << "acpd index: " << e.what() << '\n';
    return 1;
  }
}

} // namespace acpd::index
