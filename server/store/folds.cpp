#include "server/store/folds.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace acpd::store {
namespace {

constexpr char encoding_version = 1;

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
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
    put_varint(out, f.where.pack());
    put_varint(out, f.line.size());
    out += f.line;
  }
  return out;
}

std::optional<std::vector<protocol::folded_frame>> decode_frames(std::string_view in) {
  if (in.empty() || in.front() != encoding_version) return std::nullopt;
  in.remove_prefix(1);
  std::vector<protocol::folded_frame> frames;
  while (!in.empty()) {
    std::uint64_t seq = 0;
    std::uint64_t where = 0;
    std::uint64_t size = 0;
    if (!take_varint(in, seq) || in.empty()) return std::nullopt;
    const auto single = static_cast<protocol::singleton>(in.front());
    in.remove_prefix(1);
    if (single > protocol::singleton::title || !take_varint(in, where) || !take_varint(in, size) ||
        size > in.size())
      return std::nullopt;
    frames.push_back({.seq = seq,
                      .single = single,
                      .where = protocol::splice::unpack(where),
                      .line = std::string(in.substr(0, size))});
    in.remove_prefix(size);
  }
  return frames;
}

void run_compactor::add(const entry& e) {
  if (is_compacted(e.kind))
    compactor_.add({.seq = e.seq,
                    .turn = e.turn,
                    .process = e.process,
                    .message_id = e.message_id,
                    .line = e.bytes});
  open_ = true;
  if (e.kind == entry_kind::turn_ended) end_run();
}

void run_compactor::end_run() {
  runs_.push_back(compactor_.finish());
  open_ = false;
}

std::vector<std::vector<protocol::folded_frame>> run_compactor::finish() {
  if (open_) end_run();
  return std::exchange(runs_, {});
}

std::vector<fold_piece> cut(const std::vector<protocol::folded_frame>& frames) {
  constexpr std::size_t piece_bytes = std::size_t{128} << 10; // so that the first is there at once
  std::vector<fold_piece> pieces;
  std::vector<protocol::folded_frame> all;
  std::vector<protocol::folded_frame> singles;
  std::size_t bytes = 0;
  const auto end_piece = [&] {
    pieces.push_back({encode_frames(singles), encode_frames(all)});
    all.clear();
    singles.clear();
    bytes = 0;
  };
  for (const auto& f : frames) {
    if (bytes >= piece_bytes) end_piece();
    all.push_back(f);
    if (f.single != protocol::singleton::none) singles.push_back(f);
    bytes += f.line.size();
  }
  end_piece();
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
