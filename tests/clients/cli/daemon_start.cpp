// Processes: acpctl itself beside a stand-in for acpd.
#include "tests/clients/cli/fake_daemon.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace acpd::test;
namespace fs = std::filesystem;

namespace {

/// Listens as a daemon would: --socket S; one at a time by a lock; greets each bridge and acks its
/// lines. Detaches as `acpd serve --background` does. Every start leaves a line in `starts`.
constexpr auto stand_in = R"(#!/usr/bin/env python3
import fcntl, os, socket, struct, sys, threading
here = os.path.dirname(os.path.abspath(__file__))
with open(here + "/starts", "a") as f:
  session = os.environ.get("ACPD_SESSION", "")
  f.write(" ".join(sys.argv[1:]) + " S=" + session + "\n")
if os.path.exists(here + "/broken"):
    sys.stderr.write("the database is from a newer version: install that\n"); sys.exit(1)
path = sys.argv[sys.argv.index("--socket") + 1]
lock = open(here + "/lock", "w")
try: fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError: sys.stderr.write("another daemon holds the state\n"); sys.exit(1)
server = socket.socket(socket.AF_UNIX)
os.makedirs(os.path.dirname(path), exist_ok=True)
if os.path.exists(path): os.unlink(path)
server.bind(path); server.listen(16)
if os.fork() > 0: os._exit(0)
os.setsid()
if os.fork() > 0: os._exit(0)
null = os.open("/dev/null", os.O_RDWR)
for fd in (0, 1, 2): os.dup2(null, fd)
with open(here + "/pid", "w") as f: f.write(str(os.getpid()))
def head(kind, size, number): return struct.pack("<IBBHQQ", size, kind, 0, 0, number, 0)
def serve(c):
    data = b""
    def need(n):
        nonlocal data
        while len(data) < n:
            more = c.recv(65536)
            if not more: raise EOFError
            data += more
    try:
        need(7); data = data[7:]
        while True:
            need(24); size, kind, _, _, number, _ = struct.unpack("<IBBHQQ", data[:24])
            need(24 + size); payload = data[24:24 + size]; data = data[24 + size:]
            if kind == 1:
                p = b'{"protocol":1}'; c.sendall(head(16, len(p), 0) + p)
                with open(here + "/hello", "wb") as f: f.write(payload)
            if kind == 2:
                p = b'{"jsonrpc":"2.0","id":0,"result":{"pid":%d}}\n' % os.getpid()
                c.sendall(head(20, len(p), number) + p)
    except (EOFError, OSError): pass
while True:
    c, _ = server.accept()
    threading.Thread(target=serve, args=(c,), daemon=True).start()
)";

void write_program(const fs::path& file, std::string_view text) {
  std::ofstream(file) << text;
  ::chmod(file.c_str(), 0755);
}

std::string contents(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

long lines_in(const fs::path& file) {
  const std::string text = contents(file);
  return std::count(text.begin(), text.end(), '\n');
}

class machine {
public:
  machine() {
    std::error_code ec;
    fs::create_hard_link(ACPCTL, bin() / "acpctl", ec); // its own path says where acpd is
    if (ec) fs::copy_file(ACPCTL, bin() / "acpctl");
    write_program(bin() / "acpd", stand_in);
  }
  ~machine() {
    const std::string pid = contents(bin() / "pid");
    if (!pid.empty()) ::kill(std::stoi(pid), SIGKILL);
  }
  fs::path bin() const { return folder.path(); }

  /// Starts acpctl with the editor's pipes, in a process group of its own.
  pid_t start(fake_editor& editor, std::vector<std::string> words,
              std::vector<std::string> extra = {}) const {
    words.insert(words.begin(), (bin() / "acpctl").string());
    std::vector<std::string> variables{"PATH=" + path + ":/usr/bin:/bin",
                                       "HOME=" + folder.path().string(), "SECRET=kept",
                                       "ACPD_STATE_DIR=" + (folder.path() / "state").string()};
    variables.insert(variables.begin(), extra.begin(), extra.end()); // the first one counts
    auto pointers = [](std::vector<std::string>& texts) {
      std::vector<char*> out;
      for (std::string& t : texts)
        out.push_back(t.data());
      out.push_back(nullptr);
      return out;
    };
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, editor.bridge_in(), 0);
    posix_spawn_file_actions_adddup2(&files, editor.bridge_out(), 1);
    posix_spawn_file_actions_addopen(&files, 2, (bin() / "stderr").c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    pid_t child = -1;
    const int error = ::posix_spawn(&child, words[0].c_str(), &files, &attributes,
                                    pointers(words).data(), pointers(variables).data());
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    REQUIRE(error == 0);
    return child;
  }

  temporary_folder folder;
  std::string path = "/nonexistent:/usr/bin:/bin";
};

int wait_for(pid_t child) {
  int status = 0;
  const bool ended = eventually([&] { return ::waitpid(child, &status, WNOHANG) == child; });
  if (!ended) {
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    FAIL("the process did not end");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// No systemd on PATH: the tests must not depend on the machine's.
std::string path_without_systemd(const machine& m) {
  const fs::path tools = m.bin() / "tools";
  fs::create_directories(tools);
  for (const char* program : {"python3", "env"})
    for (const char* folder : {"/usr/bin", "/bin", "/usr/local/bin"})
      if (fs::exists(fs::path(folder) / program) && !fs::exists(tools / program))
        fs::create_symlink(fs::path(folder) / program, tools / program);
  return tools.string();
}

constexpr auto initialize = R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{}})";

} // namespace

TEST_CASE("a bridge starts the daemon, which survives the end of the editor's process group") {
  machine m;
  m.path = path_without_systemd(m);
  fake_editor editor;
  const pid_t bridge = m.start(editor, {"connect"});
  editor.write(initialize);
  const std::string answer = editor.next_line();
  CHECK(answer.find("\"pid\":") != std::string::npos);
  ::kill(-bridge, SIGKILL);
  CHECK(wait_for(bridge) == 128 + SIGKILL);

  fake_editor second;
  const pid_t next = m.start(second, {"connect"});
  second.write(initialize);
  CHECK(second.next_line() == answer); // the same process
  second.close_input();
  CHECK(wait_for(next) == 0);
  CHECK(lines_in(m.bin() / "starts") == 1);
}

TEST_CASE("two bridges that start at once find one daemon") {
  machine m;
  m.path = path_without_systemd(m);
  fake_editor one, two;
  const pid_t a = m.start(one, {"connect"});
  const pid_t b = m.start(two, {"connect"});
  one.write(initialize);
  two.write(initialize);
  CHECK(one.next_line() == two.next_line());
  one.close_input();
  two.close_input();
  CHECK(wait_for(a) == 0);
  CHECK(wait_for(b) == 0);
}

TEST_CASE("the start goes through systemd-run where it works, and around it where it fails") {
  machine m;
  m.path = path_without_systemd(m);
  const bool works = GENERATE(true, false);
  const fs::path note = m.bin() / "scoped";
  write_program(m.bin() / "tools" / "systemd-run",
                "#!/bin/sh\necho \"$@\" > " + note.string() +
                    (works ? "\nwhile [ \"$1\" != -- ]; do shift; done; shift; exec \"$@\"\n"
                           : "\necho 'Failed to connect to bus' >&2; exit 1\n"));
  fake_editor editor;
  const pid_t bridge = m.start(editor, {"connect"});
  editor.write(initialize);
  CHECK(editor.next_line().find("\"pid\":") != std::string::npos);
  editor.close_input();
  CHECK(wait_for(bridge) == 0);
  CHECK(contents(note).starts_with("--user --scope --collect --quiet -- " +
                                   (m.bin() / "acpd").string() + " serve --background --socket "));
  CHECK(lines_in(m.bin() / "starts") == 1);
}

TEST_CASE("hello has the editor's environment without acpd's own variables") {
  machine m;
  m.path = path_without_systemd(m);
  fake_editor editor;
  const pid_t bridge = m.start(editor, {"connect", "--agent", "codex"}, {"ACPD_SESSION=sess-1"});
  editor.write(initialize);
  editor.next_line();
  editor.close_input();
  CHECK(wait_for(bridge) == 0);
  const std::string hello = contents(m.bin() / "hello");
  CHECK(hello.find(R"("SECRET":"kept")") != std::string::npos);
  CHECK(hello.find("ACPD_") == std::string::npos);
  CHECK(hello.find(R"("session":"sess-1")") != std::string::npos);
  CHECK(hello.find(R"("agent":"codex")") != std::string::npos);
  CHECK(contents(m.bin() / "starts").ends_with("S=\n")); // the daemon is nobody's session
}

TEST_CASE("inside an agent the default daemon is not started") {
  machine m;
  m.path = path_without_systemd(m);
  fake_editor editor;
  // No state folder of its own: the default one, below HOME.
  const pid_t bridge =
      m.start(editor, {"connect"},
              {"ACPD_SESSION=sess-1", "ACPD_STATE_DIR=", "XDG_RUNTIME_DIR=" + m.bin().string()});
  editor.write(initialize);
  const std::string answer = editor.next_line();
  CHECK(answer.find("an agent does not start your daemon") != std::string::npos);
  editor.close_input();
  CHECK(wait_for(bridge) == 3);
  CHECK_FALSE(fs::exists(m.bin() / "starts"));
}

TEST_CASE("a daemon that cannot start: the reason is the answer to what was asked") {
  machine m;
  m.path = path_without_systemd(m);
  write_program(m.bin() / "broken", "");
  fake_editor editor;
  const pid_t bridge = m.start(editor, {"connect"});
  editor.write(initialize);
  const std::string answer = editor.next_line();
  INFO(answer);
  CHECK(answer.find(R"("id":0,"error":{"code":-32603)") != std::string::npos);
  CHECK(answer.find("the database is from a newer version: install that") != std::string::npos);
  CHECK(answer.find("acpctl doctor") != std::string::npos);
  CHECK_FALSE(editor.has_output(0));
  fs::remove(m.bin() / "broken"); // and the next request is served
  editor.write(initialize);
  CHECK(editor.next_line().find("\"pid\":") != std::string::npos);
  editor.close_input();
  CHECK(wait_for(bridge) == 0);
}

TEST_CASE("a SIGTERM delivers what the editor had written") {
  machine m;
  m.path = path_without_systemd(m);
  fake_editor editor;
  const pid_t bridge = m.start(editor, {"connect"});
  editor.write(initialize);
  editor.next_line();
  ::kill(bridge, SIGSTOP);
  editor.write(initialize);
  ::kill(bridge, SIGTERM);
  ::kill(bridge, SIGCONT);
  CHECK(editor.next_line().find("\"pid\":") != std::string::npos);
  CHECK(wait_for(bridge) == 0);
}

TEST_CASE("`acpctl connect --agent NAME ARGS` on a terminal runs the agent's own program") {
  machine m;
  std::ofstream(m.bin() / "config.toml")
      << "[agents.mine]\ncommand = [\"" << (m.bin() / "agent").string()
      << "\", \"--acp\"]\nenv = { TOKEN = \"t\" }\n";
  write_program(m.bin() / "agent",
                "#!/bin/sh\necho \"$@ $TOKEN\" > " + (m.bin() / "login").string() + "\nexit 5\n");
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(::grantpt(terminal) == 0);
  REQUIRE(::unlockpt(terminal) == 0);
  const int inside = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(inside, 0);
    ::execl((m.bin() / "acpctl").c_str(), "acpctl", "connect", "--config",
            (m.bin() / "config.toml").c_str(), "--agent", "mine", "--login", "now", nullptr);
    ::_exit(127);
  }
  CHECK(wait_for(child) == 5);
  CHECK(contents(m.bin() / "login") == "--acp --login now t\n");
  ::close(inside);
  ::close(terminal);
}
