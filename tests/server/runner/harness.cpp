#include "tests/server/runner/harness.h"

#include "server/runner/runner.h"

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace acpd::runner::testing {

using namespace std::chrono_literals;

scratch::scratch() {
  std::string pattern = "/tmp/acpd-runner-XXXXXX";
  REQUIRE(::mkdtemp(pattern.data()) != nullptr);
  path_ = pattern;
}

scratch::~scratch() {
  std::error_code ec;
  std::filesystem::remove_all(path_, ec);
}

void scratch::file(const std::string& name, const std::string& text) const {
  auto path = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

void scratch::numbered_files(int count) const {
  for (int i = 1; i <= count; ++i) {
    auto n = std::to_string(i);
    file("f" + std::string(n.size() < 2 ? "0" : "") + n + ".c");
  }
}

std::vector<std::string> scratch::lines(const std::string& name) const {
  std::ifstream in(path_ + "/" + name);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  return out;
}

bool eventually(const std::function<bool()>& met) {
  auto guard = std::chrono::steady_clock::now() + 30s;
  while (!met()) {
    if (std::chrono::steady_clock::now() > guard) return false;
    std::this_thread::sleep_for(2ms); // between two looks at the condition
  }
  return true;
}

bool is_dead(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(in, stat);
  auto at = stat.rfind(')');
  return at == std::string::npos || stat.substr(at).starts_with(") Z");
}

std::string reply::stop_reason() const {
  auto* result = frame.if_contains("result");
  if (result == nullptr) return json::serialize(frame);
  return std::string(result->at("stopReason").as_string());
}

std::vector<json::object> reply::kind(const std::string& variant) const {
  std::vector<json::object> out;
  for (const auto& params : updates)
    if (params.at("update").at("sessionUpdate").as_string() == variant)
      out.push_back(params.at("update").as_object());
  return out;
}

std::string reply::said() const {
  std::string out;
  for (const auto& update : kind("agent_message_chunk"))
    out += std::string(update.at("content").at("text").as_string());
  return out;
}

runner_process::runner_process(const std::string& database, void (*prepare)()) {
  ::signal(SIGPIPE, SIG_IGN); // a runner that is gone fails the test, not the test program
  std::array<int, 2> in{}, out{};
  REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
  REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    ::setenv("ACPD_RUNNER_STATE", database.c_str(), 1);
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    for (int fd : {in[0], in[1], out[0], out[1]})
      ::close(fd);
    if (prepare != nullptr) prepare();
    std::string name = "acpd runner";
    std::array<char*, 2> argv{name.data(), nullptr};
    ::_exit(acpd::runner::run(1, argv.data()));
  }
  ::close(in[0]);
  ::close(out[1]);
  in_ = in[1];
  out_ = out[0];
}

runner_process::~runner_process() {
  kill();
  if (in_ >= 0) ::close(in_);
  ::close(out_);
}

void runner_process::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(std::exchange(pid_, -1), nullptr, 0);
}

int runner_process::finish() {
  ::close(std::exchange(in_, -1));
  while (read_more())
    buffer_.clear();
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return status;
}

void runner_process::send_raw(const std::string& line) {
  auto text = line + "\n";
  REQUIRE(::write(in_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

int runner_process::request(const std::string& method, json::object params) {
  json::object frame{
      {"jsonrpc", "2.0"}, {"id", ++last_id_}, {"method", method}, {"params", std::move(params)}};
  send_raw(json::serialize(frame));
  return last_id_;
}

void runner_process::notify(const std::string& method, json::object params) {
  json::object frame{{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
  send_raw(json::serialize(frame));
}

bool runner_process::read_more() {
  pollfd fd{out_, POLLIN, 0};
  if (::poll(&fd, 1, 60'000) <= 0) return false;
  std::array<char, 65536> bytes{};
  auto n = ::read(out_, bytes.data(), bytes.size());
  if (n <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(n));
  return true;
}

json::object runner_process::next() {
  auto end = buffer_.find('\n');
  while (end == std::string::npos) {
    if (!read_more()) FAIL("the runner is silent or gone");
    end = buffer_.find('\n');
  }
  auto line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return json::parse(line).as_object();
}

reply runner_process::wait(int id) {
  reply out;
  for (;;) {
    out.frame = next();
    if (auto* found = out.frame.if_contains("id"); found && *found == id) return out;
    if (auto* params = out.frame.if_contains("params")) out.updates.push_back(params->as_object());
  }
}

std::string runner_process::open(const std::string& cwd) {
  call("initialize", {{"protocolVersion", 1}});
  auto made = call("session/new", {{"cwd", cwd}, {"mcpServers", json::array{}}});
  return std::string(made.frame.at("result").at("sessionId").as_string());
}

void runner_process::load(const std::string& session, const std::string& cwd) {
  call("initialize", {{"protocolVersion", 1}});
  auto done =
      call("session/load", {{"sessionId", session}, {"cwd", cwd}, {"mcpServers", json::array{}}});
  REQUIRE(done.frame.contains("result"));
}

int runner_process::prompt(const std::string& session, const std::string& text) {
  json::array blocks{json::object{{"type", "text"}, {"text", text}}};
  return request("session/prompt", {{"sessionId", session}, {"prompt", blocks}});
}

} // namespace acpd::runner::testing
