#include "server/net/index_worker.h"

#include "protocol/envelope.h"

#include <algorithm>
#include <charconv>
#include <spdlog/spdlog.h>

namespace acpd::net {

using protocol::member;

namespace {

constexpr auto first_pause = std::chrono::milliseconds(100);
constexpr unsigned most_doublings = 8; // 25.6 s
constexpr auto long_enough = std::chrono::minutes(1);
constexpr std::size_t most_unread = std::size_t{1} << 20;

} // namespace

index_worker::index_worker(asio::io_context& io, readers& pool, std::filesystem::path program,
                           events to)
    : io_(io), pool_(pool), program_(std::move(program)), to_(std::move(to)), pause_(io) {}

void index_worker::want() {
  if (std::exchange(wanted_, true)) return;
  start();
}

void index_worker::start() {
  started_ = clock::now();
  auto made = index_process::start(io_, pool_, program_,
                                   {[this](std::string_view line) { on_line(line); },
                                    [this](const std::string& how) { on_end(how); }});
  if (!made) return on_end("could not be started: " + made.error());
  process_ = *std::move(made);
  problem_.clear();
  spdlog::info("index worker pid={} started", process_->pid());
  to_.began();
}

void index_worker::end() {
  wanted_ = false;
  pause_.cancel();
  if (process_) std::exchange(process_, nullptr)->stop();
  failures_ = 0;
  fail_asked("the index worker was ended");
}

void index_worker::on_line(std::string_view line) {
  const std::string_view raw = member(line, "id");
  std::uint64_t id = 0;
  std::from_chars(raw.data(), raw.data() + raw.size(), id);
  if (raw.empty()) return to_.told(line);
  const auto at = asked_.find(id);
  if (at == asked_.end()) {
    spdlog::warn("the index worker answered what was not asked: {}", line.substr(0, 200));
    return;
  }
  answer done = std::move(at->second);
  asked_.erase(at);
  done(member(line, "ok"), member(line, "error"));
}

void index_worker::on_end(const std::string& how) {
  process_.reset();
  problem_ = "the index worker " + how;
  spdlog::warn("{}", problem_);
  fail_asked(problem_);
  if (wanted_) again();
}

void index_worker::fail_asked(std::string_view why) {
  const std::string error =
      R"({"code":")" + std::string(ended_code) + R"(","text":)" + protocol::quoted(why) + "}";
  for (auto& [id, done] : std::exchange(asked_, {}))
    done({}, error);
}

void index_worker::again() {
  if (clock::now() - started_ > long_enough) failures_ = 0;
  pause_.expires_after(first_pause * (1 << std::min(failures_++, most_doublings)));
  pause_.async_wait([this](error_code ec) {
    if (ec || !wanted_) return;
    ++restarts_;
    start();
  });
}

void index_worker::ask(std::string_view members, answer done) {
  const std::uint64_t id = next_id_++;
  asked_.emplace(id, std::move(done));
  process_->send(R"({"id":)" + std::to_string(id) + "," + std::string(members) + "}");
}

void index_worker::hint(std::string_view members) {
  if (process_ && process_->unread() < most_unread)
    process_->send("{" + std::string(members) + "}");
}

} // namespace acpd::net
