#include "indexer/files/builtin.h"
#include "tests/indexer/files/collect.h"
#include "tests/indexer/files/tree.h"

#include <catch2/catch.hpp>
#include <cstdlib>

using namespace acpd::index;
using namespace acpd::index::test;
using paths = std::vector<std::string>;

namespace {

paths files_of(const tree& made, const user_rules& user = {}) {
  auto files = walked(made.root(), user).files;
  std::erase_if(files, [](const std::string& path) { return path.ends_with("ignore"); });
  return files;
}

} // namespace

TEST_CASE("keys and environment files are never taken") {
  const tree made;
  for (const auto* path :
       {".env", ".env.local", ".ENVRC", "a/server.pem", "a/ID_RSA.pub", "id_ed25519", "tls.KEY",
        "store.p12", ".netrc", ".npmrc", ".ssh/config", ".aws/credentials", "x.tfstate"})
    made.write(path);
  made.write("environment.py");
  made.write("keys.py");
  CHECK(files_of(made) == paths{"environment.py", "keys.py"});
  // Nothing brings them in: no ignore file, no include list.
  made.write(".ignore", "!.env\n!*.pem\n");
  CHECK(files_of(made, {.deny = {}, .include = {".env", "a/server.pem"}}) ==
        paths{"environment.py", "keys.py"});
}

TEST_CASE("folders that a tool fills are left out, ordinary names are not") {
  const tree made;
  for (const auto* path : {"node_modules/x/i.js", "a/__pycache__/m.pyc", ".git/HEAD", ".tox/py/f",
                           "target/main.rs", "build/f", "vendor/v.go", "dist/d.js"})
    made.write(path);
  CHECK(files_of(made) == paths{"build/f", "dist/d.js", "target/main.rs", "vendor/v.go"});
}

TEST_CASE("a folder that proves to be generated is left out") {
  const tree made;
  made.write("target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n# cargo\n");
  made.write("target/debug/out.rs");
  made.write("env/pyvenv.cfg");
  made.write("env/lib/x.py");
  made.write("out/CMakeCache.txt");
  made.write("out/gen.c");
  made.write("in/CMakeCache.txt"); // built among its sources
  made.write("in/CMakeLists.txt");
  made.write("in/main.c");
  made.write("tag/CACHEDIR.TAG", "no signature");
  const auto all = walked(made.root());
  CHECK(all.files ==
        paths{"in/CMakeCache.txt", "in/CMakeLists.txt", "in/main.c", "tag/CACHEDIR.TAG"});
  CHECK(all.closed_folders == paths{"env", "out", "target"});
}

TEST_CASE("an explicit wish brings a heavy folder back") {
  const tree made;
  made.write("node_modules/mine/i.js");
  made.write("node_modules/theirs/i.js");
  SECTION("a negation in an ignore file") {
    made.write(".ignore", "!node_modules/\n");
    CHECK(files_of(made) == paths{"node_modules/mine/i.js", "node_modules/theirs/i.js"});
  }
  SECTION("the include list, for a part of it") {
    CHECK(files_of(made, {.deny = {}, .include = {"node_modules/mine/"}}) ==
          paths{"node_modules/mine/i.js"});
  }
}

TEST_CASE("the include list reaches into ignored folders") {
  const tree made;
  made.write(".gitignore", "build/\n*.gen.py\n");
  for (const auto* path : {"build/gen/api.py", "build/gen/x/y.py", "build/other.py", "a.gen.py"})
    made.write(path);
  CHECK(files_of(made).empty());
  CHECK(files_of(made, {.deny = {}, .include = {"build/gen/", "*.gen.py"}}) ==
        paths{"a.gen.py", "build/gen/api.py", "build/gen/x/y.py"});
  CHECK(files_of(made, {.deny = {}, .include = {"build/*/api.py"}}) == paths{"build/gen/api.py"});
}

TEST_CASE("the deny list wins over everything") {
  const tree made;
  for (const auto* path : {"a/dump.sql", "a/x.py", "secrets/k.txt"})
    made.write(path);
  made.write(".ignore", "!secrets/\n!*.sql\n");
  CHECK(files_of(made, {.deny = {"*.sql", "/secrets/"}, .include = {"*.sql"}}) == paths{"a/x.py"});
}

TEST_CASE(".ignore wins over .gitignore, at every level") {
  const tree made;
  made.write(".gitignore", "gen/\n");
  made.write(".ignore", "!gen/\ndocs/\n");
  made.write("docs/.gitignore", "!*\n");
  made.write("a/.gitignore", "!x.md\n");
  for (const auto* path : {"gen/f", "docs/d", "a/x.md"})
    made.write(path);
  CHECK(files_of(made) == paths{"a/x.md", "gen/f"});
}

TEST_CASE("a repository inside has its own rules, and submodules are walked") {
  const tree made;
  made.git({"init", "-q"});
  made.write(".gitignore", "*.log\n/inner/skip\n");
  for (const auto* path : {"x.log", "inner/x.log", "inner/y.tmp", "inner/skip", "inner/f"})
    made.write(path);
  made.git({"-C", "inner", "init", "-q"});
  made.write("inner/.git/info/exclude", "*.tmp\n");
  CHECK(files_of(made) == paths{"inner/f", "inner/skip", "inner/x.log"});
}

TEST_CASE("a linked worktree inside is another copy, and left to a workspace of its own") {
  const tree made;
  made.git({"init", "-q"});
  made.write("f");
  made.git({"add", "."});
  made.git({"commit", "-qm", "one"});
  made.git({"worktree", "add", "-q", "copies/two"});
  CHECK(files_of(made) == paths{"f"});
  // As a root it has its main repository's info/exclude.
  made.write(".git/info/exclude", "*.tmp\n");
  made.write("copies/two/x.tmp");
  CHECK(walked(made.path("copies/two")).files == paths{"f"});
}

TEST_CASE("without git's program the ignore files still count") {
  const tree made;
  made.git({"init", "-q"});
  made.write(".gitignore", "*.log\n");
  made.write(".git/info/exclude", "*.tmp\n");
  for (const auto* path : {"a.log", "a.tmp", "a"})
    made.write(path);
  const std::string before = std::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  const auto files = files_of(made);
  ::setenv("PATH", before.c_str(), 1);
  CHECK(files == paths{"a"});
}

TEST_CASE("an ignore file that is a link is not followed") {
  const tree made;
  made.write("elsewhere", "*.py\n");
  made.link("elsewhere", ".gitignore");
  made.write("a.py");
  CHECK(files_of(made) == paths{"a.py", "elsewhere"});
}

TEST_CASE("a file that somebody names is allowed only where a walk would find it") {
  const tree made, other;
  other.write("f");
  made.write(".gitignore", "*.log\n");
  made.write("target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
  for (const auto* path : {"a/f", "a/x.log", "a/.env", "node_modules/f", "target/f", "target/d/f"})
    made.write(path);
  made.link(other.root(), "out");
  const auto rules = ignore_rules::load(made.root());
  CHECK(rules->allows("a/f"));
  CHECK(rules->allows("new_file"));
  for (const auto* path :
       {"", "/etc/passwd", "../f", "a/../a/f", "a//f", "./a/f", "a/x.log", "a/.env",
        "node_modules/f", "target/f", "target/d/f", "out/f", "gone/f"}) {
    INFO(path);
    CHECK_FALSE(rules->allows(path));
  }
}

TEST_CASE("a person is told why a file is left out") {
  const tree made;
  made.write(".gitignore", "# no\nbuild/\n");
  made.write("target/CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
  const auto rules = ignore_rules::load(made.root(), {.deny = {"*.sql"}, .include = {}});
  const auto why = [&](std::string_view path) { return rules->explain(path, false).reason; };
  CHECK(why("build/x/y.c") == ".gitignore: build/");
  CHECK(why("a.sql") == "the deny list: *.sql");
  CHECK(why("a/.env") == "environment files hold secrets");
  CHECK(why("node_modules/x.js") == "installed by Node package managers");
  CHECK_THAT(why("target/debug/x"), Catch::Contains("CACHEDIR.TAG"));
  CHECK(rules->explain("src/main.c", false).what == verdict::take);
}
