#pragma once

#include "server/agent/shim_frames.h"
#include "server/wire/frame.h"

#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace acpd::agent {

/// Payloads of the shim's frames: structs as they lie (SHIM.md), and term_create's strings.

template <class Struct>
std::string_view pack(const Struct& value) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// The struct at the payload's begin; nothing when the payload is too short.
template <class Struct>
std::optional<Struct> unpack(std::string_view payload) {
  static_assert(std::is_trivially_copyable_v<Struct>);
  if (payload.size() < sizeof(Struct)) return std::nullopt;
  Struct value;
  std::memcpy(&value, payload.data(), sizeof value);
  return value;
}

/// Appends one frame: append(out, shim_frame::ack, 0, offset).
inline void append(std::string& out, shim_frame type, std::uint64_t number = 0,
                   std::uint64_t seq = 0, std::string_view payload = {}) {
  wire::frame_header h;
  h.type = static_cast<std::uint8_t>(type);
  h.number = number;
  h.seq = seq;
  wire::append_frame(out, h, payload);
}

/// What term_create starts.
struct term_command {
  std::string cwd;
  std::string command;
  std::vector<std::string> args;
  std::vector<std::string> env; // NAME=VALUE, added to the agent's environment
};

inline std::string encode_term_create(const term_command& c) {
  std::string out;
  const auto add = [&out](std::string_view s) { out.append(s).push_back('\0'); };
  add(c.cwd);
  add(c.command);
  add(std::to_string(c.args.size()));
  for (const auto& arg : c.args)
    add(arg);
  for (const auto& variable : c.env)
    add(variable);
  return out;
}

/// Nothing when the payload is not what encode_term_create makes.
inline std::optional<term_command> decode_term_create(std::string_view payload) {
  std::vector<std::string> parts;
  while (!payload.empty()) {
    const auto end = payload.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    parts.emplace_back(payload.substr(0, end));
    payload.remove_prefix(end + 1);
  }
  if (parts.size() < 3 || parts[1].empty()) return std::nullopt;
  std::size_t args = 0;
  const auto& text = parts[2];
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), args);
  if (error != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  if (args > parts.size() - 3) return std::nullopt;
  const auto first = parts.begin() + 3;
  const auto last = first + static_cast<std::ptrdiff_t>(args);
  return term_command{parts[0], parts[1], {first, last}, {last, parts.end()}};
}

} // namespace acpd::agent
