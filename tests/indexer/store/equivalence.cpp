// After any sequence of edits the index equals one made from scratch.
#include "tests/indexer/store/support.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <map>
#include <random>

using namespace acpd::index;
using namespace acpd::index::testing;

namespace {

using tree = std::map<std::string, std::string>;

class author {
public:
  explicit author(unsigned seed) : dice_(seed) {}

  unsigned roll(unsigned sides) { return static_cast<unsigned>(dice_() % sides); }
  std::string word() {
    static constexpr const char* words[] = {"queue",  "flushBuffer", "read_line", "HTTPServer",
                                            "socket", "retry",       "parse",     "token"};
    return fmt::format("{}{}", words[roll(8)], roll(3) == 0 ? "2" : "");
  }
  std::string function() {
    std::string text = fmt::format("def {}.{}\n", word(), word());
    for (unsigned lines = roll(5); lines > 0; --lines)
      text += fmt::format("  {} {}() {}\n", word(), word(), word());
    return text;
  }
  std::string file() {
    std::string text = roll(2) == 0 ? fmt::format("use {}.{}\n", word(), word()) : "";
    for (unsigned n = 1 + roll(5); n > 0; --n)
      text += function();
    return text;
  }
  std::string path() { return fmt::format("{}/{}.toy", word(), word()); }

private:
  std::mt19937 dice_;
};

void edit(tree& files, store& s, author& a) {
  const auto write = [&](const std::string& path, std::string text) {
    put(s, path, text);
    files[path] = std::move(text);
  };
  if (files.empty() || a.roll(4) == 0) return write(a.path(), a.file());
  auto at = files.begin();
  std::advance(at, a.roll(static_cast<unsigned>(files.size())));
  const auto [path, text] = *at;
  switch (a.roll(5)) {
  case 0: // gone
    s.erase(path);
    files.erase(path);
    return;
  case 1: // moved
    s.erase(path);
    files.erase(path);
    return write(a.path(), text);
  case 2: return write(path, a.function() + text);
  case 3: return write(path, text + a.function());
  default: return write(path, a.file());
  }
}

} // namespace

TEST_CASE("any history gives the index that the files alone give") {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    folder f;
    author a(seed);
    tree files;
    {
      store s(f / "lived.db");
      for (int step = 0; step < 120; ++step) {
        edit(files, s, a);
        if (a.roll(3) == 0) s.commit();
        if (a.roll(10) == 0) {
          s.commit();
          while (s.maintain()) {
          }
        }
      }
      s.commit();
    }
    store lived(f / "lived.db");
    store fresh(f / "fresh.db");
    for (const auto& [path, text] : files)
      put(fresh, path, text);
    fresh.commit();
    CHECK(dump(lived) == dump(fresh));
    CHECK(lived.files().size() == files.size());
  }
}
