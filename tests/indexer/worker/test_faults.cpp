// What disks, programs and people do to a tree: no crash, nothing that blocks, no wrong answer.
#include "tests/indexer/files/limits.h"
#include "tests/indexer/worker/indexed.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

using namespace acpd::index::test;
namespace fs = std::filesystem;
namespace json = boost::json;
using Catch::Contains;

namespace {

std::string function(const std::string& name) { return "def " + name + "():\n    pass\n"; }

int count(const json::object& coverage, const char* what) {
  return coverage.at(what).to_number<int>();
}

/// Whether it is defined there: by its whole name, of which search() takes parts as well.
bool defines(worker_process& worker, const std::string& path, const std::string& name) {
  const auto answer =
      worker.ok({{"do", "symbol"}, {"workspace", "w"}, {"name", name}, {"uses", false}});
  return std::ranges::any_of(answer.at("definitions").as_array(), [&](const json::value& site) {
    return site.at("path").as_string() == path;
  });
}

/// Told by the kernel when somebody opens one of these.
class opened {
public:
  explicit opened(const std::vector<std::string>& paths) {
    for (const auto& path : paths)
      REQUIRE(::inotify_add_watch(fd_, path.c_str(), IN_OPEN) >= 0);
  }
  ~opened() { ::close(fd_); }
  opened(const opened&) = delete;
  opened& operator=(const opened&) = delete;
  bool any() const {
    char buffer[4096];
    return ::read(fd_, buffer, sizeof buffer) > 0;
  }

private:
  int fd_ = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
};

void make_pipe(const std::string& path) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }

void make_socket(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un at{.sun_family = AF_UNIX, .sun_path = {}};
  REQUIRE(path.size() < sizeof at.sun_path);
  std::ranges::copy(path, at.sun_path);
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0);
  ::close(fd);
}

/// The same length, in place, and with the old time put back.
void rewrite_in_secret(const tree& files, const std::string& path, const std::string& text) {
  const fs::path full = files.path(path);
  const auto time = fs::last_write_time(full);
  REQUIRE(text.size() == fs::file_size(full));
  files.write(path, text);
  fs::last_write_time(full, time);
}

} // namespace

TEST_CASE("a file that may not be read is counted, and indexed when it may") {
  tree files, state;
  two_files(files);
  files.write("src/shut.py", function("behind_the_door"));
  const auto shut = files.path("src/shut.py");
  for (const auto& folder : {files.root(), files.path("src"), state.root()})
    REQUIRE(::chmod(folder.c_str(), 0777) == 0);
  REQUIRE(::chmod(shut.c_str(), 0) == 0);
  worker_process worker([] { // root may read everything
    if (::getuid() == 0 && ::setuid(65534) != 0) ::_exit(9);
  });
  worker.add(files.root(), state.path("index.db"));
  CHECK(count(worker.settled(), "unreadable") == 1);
  CHECK_FALSE(defines(worker, "src/shut.py", "behind_the_door"));
  CHECK(defines(worker, "src/store.py", "open_store"));
  REQUIRE(::chmod(shut.c_str(), 0644) == 0);
  CHECK(defines(worker, "src/shut.py", "behind_the_door"));
  CHECK(count(worker.settled(), "unreadable") == 0);
  REQUIRE(::chmod(shut.c_str(), 0) == 0);
  CHECK(count(worker.settled(), "unreadable") == 1);
  CHECK_FALSE(defines(worker, "src/shut.py", "behind_the_door"));
}

TEST_CASE("a file is asked about while its writer is in the middle of it") {
  indexed it(two_files);
  for (int i = 0; i < 20; ++i) {
    const auto first = "first_half_" + std::to_string(i);
    const auto second = "second_half_" + std::to_string(i);
    std::ofstream out(it.files.path("src/half.py"), std::ios::trunc);
    out << function(first) << std::flush;
    REQUIRE(defines(it.worker, "src/half.py", first));
    out << function(second) << std::flush;
    REQUIRE(defines(it.worker, "src/half.py", second));
    REQUIRE(defines(it.worker, "src/half.py", first));
  }
}

TEST_CASE("edits of equal length in the same second are all seen") {
  indexed it(two_files);
  for (int i = 100; i < 150; ++i) {
    const auto name = "edited" + std::to_string(i);
    it.files.write("src/edited.py", function(name));
    REQUIRE(defines(it.worker, "src/edited.py", name));
    if (i > 100)
      REQUIRE_FALSE(defines(it.worker, "src/edited.py", "edited" + std::to_string(i - 1)));
  }
}

TEST_CASE("an edit that keeps a file's size and time is seen, also when nobody watched") {
  indexed it([](const tree& files) { files.write("a.py", function("one_word")); });
  rewrite_in_secret(it.files, "a.py", function("two_word"));
  CHECK(defines(it.worker, "a.py", "two_word"));
  it.worker.kill();
  rewrite_in_secret(it.files, "a.py", function("new_word"));
  worker_process again;
  again.add(it.files.root(), it.db());
  again.settled();
  CHECK(defines(again, "a.py", "new_word"));
}

TEST_CASE("pipes, sockets and devices are never opened, whatever they replace") {
  tree files, state;
  two_files(files);
  make_pipe(files.path("pipe.py"));
  make_pipe(files.path("src/.gitignore"));
  make_socket(files.path("socket.py"));
  const opened seen({files.path("pipe.py"), files.path("src/.gitignore")});
  worker_process worker;
  worker.add(files.root(), state.path("index.db"));
  CHECK(count(worker.settled(), "indexed") == 2);
  CHECK_FALSE(seen.any());

  make_pipe(files.path("other")); // watched before it stands where a file stood
  const opened moved({files.path("other")});
  files.move("other", "src/store.py");
  CHECK_FALSE(defines(worker, "src/store.py", "open_store"));
  files.remove("src/wire.py");
  if (::mknod(files.path("src/wire.py").c_str(), S_IFCHR | 0600, makedev(1, 5)) != 0)
    files.link("/dev/zero", "src/wire.py"); // only root makes devices
  CHECK_FALSE(defines(worker, "src/wire.py", "send_frame"));
  const auto shown = worker.ok({{"do", "outline"}, {"workspace", "w"}, {"path", "src/store.py"}});
  CHECK(shown.at("indexed").as_bool() == false);
  CHECK(count(worker.settled(), "indexed") == 0);
  CHECK_FALSE(moved.any());
  files.remove("src/store.py");
  files.write("src/store.py", function("a_file_again"));
  CHECK(defines(worker, "src/store.py", "a_file_again"));
}

TEST_CASE("a folder becomes a file, a file a folder, and back") {
  indexed it(two_files);
  for (int i = 0; i < 5; ++i) {
    it.files.remove("src");
    it.files.write("src", "now a_plain_file\n");
    CHECK_FALSE(defines(it.worker, "src/store.py", "open_store"));
    CHECK(finds(it.worker, "a_plain_file", "src"));
    it.files.remove("src");
    two_files(it.files);
    CHECK(defines(it.worker, "src/store.py", "open_store"));
    CHECK_FALSE(finds(it.worker, "a_plain_file", "src"));
  }
  CHECK(count(it.worker.settled(), "indexed") == 2);
}

TEST_CASE("links that go round, and folders that become links, lead nowhere") {
  indexed it([](const tree& files) {
    two_files(files);
    files.link("..", "src/up");
    files.link("round", "round");
  });
  CHECK(count(it.worker.settled(), "indexed") == 2);
  const tree outside;
  outside.write("store.py", function("open_store") + function("not_of_this_tree"));
  it.files.remove("src");
  it.files.link(outside.root(), "src");
  CHECK_FALSE(defines(it.worker, "src/store.py", "open_store"));
  CHECK_FALSE(defines(it.worker, "src/store.py", "not_of_this_tree"));
  CHECK(count(it.worker.settled(), "indexed") == 0);
}

TEST_CASE("without watches a folder that becomes a link is not looked through either") {
  const tree files, state, outside;
  two_files(files);
  outside.write("store.py", function("open_store") + function("not_of_this_tree"));
  CHECK(with_limits({{"max_inotify_instances", 0}}, [&] {
    worker_process worker;
    worker.add(files.root(), state.path("index.db"));
    worker.settled();
    if (!defines(worker, "src/store.py", "open_store")) return false;
    files.remove("src");
    files.link(outside.root(), "src");
    return !defines(worker, "src/store.py", "open_store") &&
           !defines(worker, "src/store.py", "not_of_this_tree");
  }));
}

TEST_CASE("with 100 watches a worker finds what was saved in the other folders, and says partial") {
  const tree files, state;
  for (int i = 0; i < 150; ++i)
    files.write("d" + std::to_string(i) + "/f.py", function("of_folder_" + std::to_string(i)));
  CHECK(with_limits({{"max_inotify_watches", 100}}, [&] {
    worker_process worker;
    worker.add(files.root(), state.path("index.db"));
    const auto now = worker.settled();
    bool good = now.at("partial").as_bool() && count(now, "indexed") == 150;
    good &= std::string(now.at("reason").as_string()).find("max_user_watches") != std::string::npos;
    for (int i = 0; i < 150; ++i) {
      // Found before: its file is looked at, watch or not.
      const auto path = "d" + std::to_string(i) + "/f.py", old = "of_folder_" + std::to_string(i);
      files.write(path, function("renamed_" + std::to_string(i)));
      good &= !defines(worker, path, old);
    }
    return good && defines(worker, "d149/f.py", "renamed_149");
  }));
}

TEST_CASE("20,000 files in one folder are indexed, and one of them changes") {
  indexed it([](const tree& files) {
    files.fill("big", 20'000);
    files.write("big/one.py", function("needle"));
  });
  CHECK(count(it.worker.settled(), "indexed") == 20'001);
  CHECK(defines(it.worker, "big/one.py", "needle"));
  it.files.write("big/7777", "haystack\n");
  CHECK(finds(it.worker, "haystack", "big/7777"));
}

TEST_CASE("a workspace that is deleted while it is indexed keeps what it has, and comes back") {
  const tree outer, state;
  for (int i = 0; i < 2000; ++i)
    outer.write("w/f" + std::to_string(i) + ".py", function("of_file_" + std::to_string(i)));
  worker_process worker;
  worker.add(outer.path("w"), state.path("index.db"));
  outer.remove("w");
  const auto gone = worker.ok({{"do", "search"}, {"workspace", "w"}, {"query", "of_file"}});
  for (const auto& hit : gone.at("hits").as_array())
    CHECK(hit.at("stale").as_bool());
  outer.write("w/new.py", function("after_the_end"));
  worker.settled();
  CHECK(defines(worker, "new.py", "after_the_end"));
  CHECK(count(worker.settled(), "indexed") == 1);
}

TEST_CASE("hits of a workspace that is not there stay, as stale ones") {
  const tree outer, state;
  outer.write("w/a.py", function("kept_for_later"));
  worker_process worker;
  worker.add(outer.path("w"), state.path("index.db"));
  worker.settled();
  outer.move("w", "elsewhere");
  for (int i = 0; i < 3; ++i) {
    const auto answer = worker.search("kept_for_later");
    REQUIRE(paths(answer) == std::vector<std::string>{"a.py"});
    CHECK(answer.at("hits").at(0).at("stale").as_bool());
    CHECK_THAT(text(answer.at("coverage")), Contains("is not there"));
  }
}

TEST_CASE("a linked worktree as a workspace, with rules that stand in the repository") {
  const tree outer, state;
  outer.git({"init", "-q"});
  outer.write("a.py", function("on_main"));
  outer.git({"add", "-A"});
  outer.git({"commit", "-qm", "one"});
  outer.git({"worktree", "add", "-q", "-b", "side", "linked"});
  REQUIRE(fs::is_regular_file(outer.path("linked/.git")));
  outer.write(".git/info/exclude", "/private.py\n");
  outer.write("linked/private.py", function("left_out"));
  worker_process worker;
  worker.add(outer.path("linked"), state.path("index.db"));
  worker.settled();
  CHECK(defines(worker, "a.py", "on_main"));
  CHECK_FALSE(defines(worker, "private.py", "left_out"));
  outer.write("linked/b.py", function("on_side"));
  CHECK(defines(worker, "b.py", "on_side"));
  outer.write(".git/info/exclude", "\n");
  CHECK(defines(worker, "private.py", "left_out"));
}

TEST_CASE("files vanish and come back with the ignore file that names them") {
  indexed it(two_files);
  for (int i = 0; i < 5; ++i) {
    it.files.write(".gitignore", "/src/store.py\n");
    CHECK_FALSE(defines(it.worker, "src/store.py", "open_store"));
    it.files.write(".gitignore", "# nothing\n");
    CHECK(defines(it.worker, "src/store.py", "open_store"));
    it.files.write("src/.gitignore", "*\n");
    CHECK_FALSE(defines(it.worker, "src/store.py", "open_store"));
    it.files.remove("src/.gitignore");
    CHECK(defines(it.worker, "src/store.py", "open_store"));
  }
}
