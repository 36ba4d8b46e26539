#include "tests/indexer/worker/worker_process.h"

#include "indexer/worker/worker.h"

#include <boost/json.hpp>
#include <csignal>
#include <fstream>
#include <poll.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace acpd::index::test {

namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr auto guard = 60s;

[[noreturn]] void be_worker(int socket, const std::function<void()>& before, unsigned threads) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The test program's own handlers are not the worker's.
  for (const int signal : {SIGSEGV, SIGABRT, SIGTERM, SIGINT})
    ::signal(signal, SIG_DFL);
  before();
  ::_exit(run_worker({.in = socket, .out = socket, .threads = threads}));
}

} // namespace

worker_process::worker_process(const std::function<void()>& before, unsigned threads) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error("socketpair");
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) {
    ::close(ends[0]);
    be_worker(ends[1], before, threads);
  }
  ::close(ends[1]);
  socket_ = ends[0];
}

worker_process::~worker_process() {
  if (pid_ > 0) kill();
  ::close(socket_);
}

void worker_process::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

int worker_process::end() {
  ::shutdown(socket_, SHUT_WR);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return status;
}

void worker_process::send_text(const std::string& line) {
  const auto text = line + "\n";
  if (::send(socket_, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("the worker does not read");
}

void worker_process::send(const json::object& request) { send_text(json::serialize(request)); }

json::object worker_process::next_line() {
  const auto until = std::chrono::steady_clock::now() + guard;
  for (;;) {
    if (const auto end = waiting_.find('\n'); end != waiting_.npos) {
      const auto line = waiting_.substr(0, end);
      waiting_.erase(0, end + 1);
      return json::parse(line).as_object();
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd ready{socket_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
      throw std::runtime_error("the worker says nothing");
    char buffer[65536];
    const auto n = ::read(socket_, buffer, sizeof buffer);
    if (n <= 0) throw std::runtime_error("the worker has ended");
    waiting_.append(buffer, static_cast<std::size_t>(n));
  }
}

json::object worker_process::ask(json::object request) {
  const auto id = next_id_++;
  request["id"] = id;
  send(request);
  for (;;) {
    auto line = next_line();
    if (const auto* of = line.if_contains("id"); of && of->is_int64() && of->as_int64() == id)
      return line;
    events.push_back(std::move(line));
  }
}

json::object worker_process::ok(json::object request) {
  auto answer = ask(std::move(request));
  if (const auto* error = answer.if_contains("error"))
    throw std::runtime_error(std::string(error->at("text").as_string()));
  return answer.at("ok").as_object();
}

void worker_process::add(const std::string& root, const std::string& db) {
  ok({{"do", "add"}, {"workspace", "w"}, {"root", root}, {"db", db}});
}

json::object worker_process::settled() {
  const auto until = std::chrono::steady_clock::now() + guard;
  for (;;) {
    // A question first: it has the worker read what inotify has to tell.
    search("settle");
    const auto now = ok({{"do", "status"}, {"workspace", "w"}}).at("coverage").as_object();
    if (now.at("complete").as_bool() && now.at("pending").to_number<int>() == 0) return now;
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error("not settled: " + json::serialize(now));
  }
}

json::object worker_process::search(const std::string& query, json::object more) {
  more["do"] = "search";
  more["workspace"] = "w";
  more["query"] = query;
  return ok(std::move(more));
}

std::size_t worker_process::memory() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/statm");
  std::size_t all = 0, resident = 0;
  in >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace acpd::index::test
