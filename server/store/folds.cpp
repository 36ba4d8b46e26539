#include "server/store/folds.h"

#include "protocol/acp_v2.h"
#include "server/store/split_calls.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace acpd::store {
namespace {

constexpr char encoding_version = 3;
constexpr char without_behind = 2; // before there was folded_frame::behind; read, not written

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void put_text(std::string& out, std::string_view text) {
  put_varint(out, text.size());
  out += text;
}

bool take_varint(std::string_view& in, std::uint64_t& value) {
  value = 0;
  for (unsigned shift = 0; shift < 64 && !in.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool take_text(std::string_view& in, std::string& text) {
  std::uint64_t size = 0;
  if (!take_varint(in, size) || size > in.size()) return false;
  text = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

/// A byte that may be at most `last`; empty: it is more, or not there.
std::optional<std::uint8_t> take_byte(std::string_view& in, std::uint8_t last) {
  if (in.empty() || static_cast<std::uint8_t>(in.front()) > last) return std::nullopt;
  const auto byte = static_cast<std::uint8_t>(in.front());
  in.remove_prefix(1);
  return byte;
}

bool take_frame(std::string_view& in, protocol::folded_frame& f, char version) {
  std::uint64_t where = 0;
  if (!take_varint(in, f.seq)) return false;
  const auto single = take_byte(in, static_cast<std::uint8_t>(protocol::last_singleton));
  const auto acp = take_byte(in, static_cast<std::uint8_t>(protocol::acp_version::v2));
  if (!single || !acp || !take_varint(in, where) || !take_text(in, f.message_id) ||
      !take_text(in, f.line))
    return false;
  if (version != without_behind && !take_text(in, f.behind)) return false;
  f.single = static_cast<protocol::singleton>(*single);
  f.version = static_cast<protocol::acp_version>(*acp);
  f.where = protocol::splice::unpack(where);
  return true;
}

bool is_compacted(entry_kind kind) {
  switch (kind) {
  case entry_kind::update:
  case entry_kind::gated:
  case entry_kind::user_message:
  case entry_kind::own_update: return true;
  case entry_kind::turn_started:
  case entry_kind::turn_ended:
  case entry_kind::question_asked:
  case entry_kind::question_settled:
  case entry_kind::agent_notification:
  case entry_kind::prompt_inserted:
  case entry_kind::notice: return false;
  }
  return false;
}

} // namespace

std::string encode_frames(const std::vector<protocol::folded_frame>& frames) {
  std::string out(1, encoding_version);
  for (const auto& f : frames) {
    put_varint(out, f.seq);
    out += static_cast<char>(f.single);
    out += static_cast<char>(f.version);
    put_varint(out, f.where.pack());
    put_text(out, f.message_id);
    put_text(out, f.line);
    put_text(out, f.behind);
  }
  return out;
}

std::optional<std::vector<protocol::folded_frame>> decode_frames(std::string_view in) {
  if (in.empty()) return std::nullopt;
  const char version = in.front();
  if (version != encoding_version && version != without_behind) return std::nullopt;
  in.remove_prefix(1);
  std::vector<protocol::folded_frame> frames;
  while (!in.empty())
    if (!take_frame(in, frames.emplace_back(), version)) return std::nullopt;
  return frames;
}

void run_compactor::add(const entry& e) {
  if (is_compacted(e.kind)) {
    const bool prompt = e.kind == entry_kind::user_message && e.message_id.empty();
    const std::string id = prompt ? protocol::v2::prompt_message_id(e.ref) : std::string();
    if (may_be_tool_call(e.bytes)) tools_[e.seq] = {e.turn, e.process, announces_call(e.bytes)};
    compactor_.add({.seq = e.seq,
                    .turn = e.turn,
                    .process = e.process,
                    .message_id = prompt ? std::string_view(id) : e.message_id,
                    .line = e.bytes,
                    .version = static_cast<protocol::acp_version>(e.version),
                    .stands_in = e.kind == entry_kind::own_update && e.ref == stands_in});
  }
  ++entries_;
  if (e.kind == entry_kind::turn_ended) {
    end_run();
    end_ = e.seq;
    if (split_) done_.calls.push_back(end_of_turn(e.seq));
    split_ = false;
  } else if (entries_ == run_entries) {
    split_ = true;
    end_run();
    end_ = e.seq;
  }
}

void run_compactor::end_run() {
  auto& frames = done_.frames.emplace_back(compactor_.finish());
  for (const auto& f : frames) {
    const auto by = split_ ? tools_.find(f.seq) : tools_.end();
    if (by == tools_.end()) continue;
    const auto& [turn, process, announced] = by->second;
    if (auto call = split_call(f, turn, process, announced))
      done_.calls.push_back(*std::move(call));
  }
  tools_.clear();
  entries_ = 0;
}

compacted_runs run_compactor::finish() {
  if (entries_ != 0) end_run();
  return std::exchange(done_, {});
}

std::vector<fold_piece> cut(const std::vector<protocol::folded_frame>& frames,
                            const std::vector<protocol::folded_frame>& calls) {
  constexpr std::size_t piece_bytes = std::size_t{128} << 10; // so that the first is there at once
  std::vector<fold_piece> pieces;
  std::vector<protocol::folded_frame> all;
  std::vector<protocol::folded_frame> singles;
  std::size_t bytes = 0;
  auto call = calls.begin();
  const auto end_piece = [&](std::uint64_t next) {
    for (; call != calls.end() && call->seq < next; ++call)
      singles.push_back(*call);
    pieces.push_back({encode_frames(singles), encode_frames(all)});
    all.clear();
    singles.clear();
    bytes = 0;
  };
  for (const auto& f : frames) {
    if (bytes >= piece_bytes) end_piece(f.seq);
    all.push_back(f);
    if (f.single != protocol::singleton::none) singles.push_back(f);
    bytes += f.line.size();
  }
  end_piece(UINT64_MAX);
  return pieces;
}

std::vector<protocol::folded_frame> joined(std::vector<std::vector<protocol::folded_frame>> runs) {
  protocol::drop_superseded(runs);
  std::vector<protocol::folded_frame> frames;
  for (auto& run : runs)
    std::ranges::move(run, std::back_inserter(frames));
  return frames;
}

} // namespace acpd::store
