#include "clients/cli/bridge/memory.h"

#include "server/wire/bridge_frames.h"

#include <utility>

namespace acpd::bridge {

using protocol::append_quoted;
using protocol::shape;
using wire::bridge_frame;

namespace {

std::string_view first_line(std::string_view payload) {
  return payload.substr(0, payload.find('\n'));
}

std::string text_member(std::string_view object, std::string_view key) {
  return protocol::unquote(protocol::member(object, key));
}

bool asks_for_link(std::string_view initialize) {
  const auto parts = protocol::scan(initialize);
  if (!parts || !parts->params) return false;
  const std::string_view params = parts->params.in(initialize);
  for (const char* capabilities : {"clientCapabilities", "capabilities"}) { // v1, v2
    const std::string_view meta = protocol::member(protocol::member(params, capabilities), "_meta");
    if (protocol::member(protocol::member(meta, "acpd"), "link") == "true") return true;
  }
  return false;
}

} // namespace

std::uint64_t memory::keep(std::string_view text) {
  const std::uint64_t n = ++last_number_;
  open_line& line = lines_[n];
  line.text = text;
  classify(line, n);
  if (line.kind != line_kind::other) ++open_requests_;
  ++unacked_;
  unacked_bytes_ += text.size();
  kept_bytes_ += text.size();
  return n;
}

void memory::classify(open_line& line, std::uint64_t n) {
  const auto parts = protocol::scan(line.text);
  if (!parts) return; // the daemon says what is wrong with it
  if (parts->kind == shape::response) {
    const auto question = shown_.find(protocol::unquote(parts->id.in(line.text)));
    if (question != shown_.end()) question->second = n;
  }
  if (parts->kind != shape::request) return;
  line.id = parts->id.in(line.text);
  const std::string_view method = parts->method.in(line.text);
  line.kind = line_kind::request;
  if (protocol::same_text(method, "initialize")) line.kind = line_kind::initialize;
  const bool may_replay = protocol::same_text(method, "session/load") ||
                          protocol::same_text(method, "session/resume"); // v2
  if (may_replay && parts->session_id) {
    line.kind = line_kind::load;
    line.session = protocol::unquote(parts->session_id.in(line.text));
  }
}

const std::string* memory::next_line(std::uint64_t& n) const {
  const auto at = lines_.upper_bound(n);
  if (at == lines_.end()) return nullptr;
  n = at->first;
  return &at->second.text;
}

void memory::acked_once(open_line& line) {
  if (std::exchange(line.acked, true)) return;
  --unacked_;
  unacked_bytes_ -= line.text.size();
}

memory::lines::iterator memory::settle(lines::iterator at) {
  open_line& line = at->second;
  acked_once(line);
  if (line.kind != line_kind::other) --open_requests_;
  kept_bytes_ -= line.text.size();
  std::erase_if(shown_, [n = at->first](const auto& question) { return question.second == n; });
  return lines_.erase(at);
}

void memory::ack(std::uint64_t n) {
  const auto at = lines_.find(n);
  if (at == lines_.end()) return;
  if (at->second.kind == line_kind::other)
    settle(at);
  else
    acked_once(at->second);
}

bool memory::answered(std::uint64_t n, std::string_view payload) {
  const auto at = lines_.find(n);
  if (at == lines_.end()) return false;
  if (at->second.kind == line_kind::initialize) {
    const std::string_view line = first_line(payload);
    const auto parts = protocol::scan(line);
    if (!parts || !parts->error) {
      initialize_ = at->second.text;
      wants_link_ = asks_for_link(initialize_);
    }
  }
  settle(at);
  return true;
}

std::string_view memory::accept(const wire::frame_header& h, std::string_view payload) {
  switch (static_cast<bridge_frame>(h.type)) {
  case bridge_frame::data: moved(h); return payload;
  case bridge_frame::answer: moved(h); return answered(h.number, payload) ? payload : "";
  case bridge_frame::ask:
    moved(h);
    asked(payload);
    return payload;
  case bridge_frame::withdraw: moved(h); return withdrawn(payload) ? payload : "";
  case bridge_frame::replay: replayed(h); return payload;
  case bridge_frame::ack: ack(h.number); return {};
  case bridge_frame::slot: open_slot(h.slot, h.seq, payload); return {};
  case bridge_frame::unslot: close_slot(h.slot); return {};
  case bridge_frame::welcome:
  case bridge_frame::refused:
  case bridge_frame::bye: // the loop's
  case bridge_frame::hello:
  case bridge_frame::line:
  case bridge_frame::ping:
  case bridge_frame::pong: return {};
  }
  return {}; // a newer daemon's: nothing in it is for the editor
}

void memory::moved(const wire::frame_header& h) {
  if (h.seq != 0 && h.slot < slots_.size() && slots_[h.slot] != nullptr)
    slots_[h.slot]->second.seq = h.seq;
}

void memory::open_slot(std::uint16_t slot, std::uint64_t seq, std::string_view json) {
  if (slot == 0) return;
  if (slots_.size() <= slot) slots_.resize(slot + std::size_t{1}, nullptr);
  auto& session = *sessions_.try_emplace(text_member(json, "sessionId")).first;
  session.second = {text_member(json, "epoch"), seq};
  slots_[slot] = &session;
}

void memory::close_slot(std::uint16_t slot) {
  if (slot >= slots_.size() || slots_[slot] == nullptr) return;
  const auto* gone = slots_[slot];
  for (auto*& open : slots_)
    if (open == gone) open = nullptr;
  sessions_.erase(std::string(gone->first));
}

void memory::replayed(const wire::frame_header& h) {
  if (h.slot >= slots_.size() || slots_[h.slot] == nullptr) return;
  for (auto& [n, line] : lines_) // loads of one session are replayed one after the other
    if (line.kind == line_kind::load && line.session == slots_[h.slot]->first) {
      line.replay = {slots_[h.slot]->second.epoch, h.seq, h.number};
      return;
    }
}

void memory::asked(std::string_view payload) {
  const std::string_view line = first_line(payload);
  if (const auto parts = protocol::scan(line))
    shown_.insert_or_assign(protocol::unquote(parts->id.in(line)), 0);
}

bool memory::withdrawn(std::string_view payload) {
  const std::string_view line = first_line(payload);
  const auto parts = protocol::scan(line);
  if (!parts) return true;
  const auto at = shown_.find(text_member(parts->params.in(line), "requestId"));
  if (at == shown_.end()) return true;
  const bool has_answered = at->second != 0; // the editor shows it no longer: nothing to withdraw
  shown_.erase(at);
  return !has_answered;
}

std::string memory::hello() const {
  std::string out = R"({"protocol":1,"bridge":)";
  append_quoted(out, who_.uuid);
  out += R"(,"version":)";
  append_quoted(out, who_.version);
  if (!who_.agent.empty()) append_quoted(out += R"(,"agent":)", who_.agent);
  out += R"(,"env":)" + (who_.environment.empty() ? "{}" : who_.environment);
  if (!who_.session.empty()) append_quoted(out += R"(,"session":)", who_.session);
  if (!initialize_.empty()) append_quoted(out += R"(,"initialize":)", initialize_);

  std::string_view comma;
  auto next = [&] { out += std::exchange(comma, ","); };
  auto begin = [&](std::string_view list) { out.append(list), comma = {}; };
  begin(R"(,"sessions":[)");
  for (const auto& [id, at] : sessions_) {
    next();
    append_quoted(out += R"({"sessionId":)", id);
    append_quoted(out += R"(,"epoch":)", at.epoch);
    out += R"(,"seq":)" + std::to_string(at.seq) + "}";
  }
  begin(R"(],"shown":[)");
  for (const auto& [id, line] : shown_)
    next(), append_quoted(out, id);
  begin(R"(],"replays":[)");
  for (const auto& [n, line] : lines_) {
    if (line.replay.head == 0) continue;
    next();
    append_quoted(out += R"({"n":)" + std::to_string(n) + R"(,"epoch":)", line.replay.epoch);
    out += R"(,"head":)" + std::to_string(line.replay.head) + R"(,"index":)" +
           std::to_string(line.replay.index) + "}";
  }
  return out += "]}";
}

std::string memory::fail_requests(int code, std::string_view text) {
  std::string out;
  for (auto at = lines_.begin(); at != lines_.end();) {
    if (at->second.kind == line_kind::other) {
      ++at;
      continue;
    }
    out += R"({"jsonrpc":"2.0","id":)" + at->second.id + R"(,"error":{"code":)" +
           std::to_string(code) + R"(,"message":)";
    append_quoted(out, text);
    out += "}}\n";
    at = settle(at);
  }
  return out;
}

} // namespace acpd::bridge
