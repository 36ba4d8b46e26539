#include "protocol/splice.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace acpd::protocol {
namespace {

// Packed: mode, meta_at, session_size, session_at, from the highest bit down. max_line_bytes is
// 2^25, and offsets are below it.
constexpr unsigned at_bits = 25;
constexpr unsigned size_bits = 11;
static_assert(max_line_bytes == std::size_t{1} << at_bits);
static_assert(max_session_id_bytes < (1U << size_bits));

constexpr std::uint64_t low_bits(std::uint64_t value, unsigned bits) {
  return value & ((std::uint64_t{1} << bits) - 1);
}

bool is_empty_object(std::string_view raw) {
  return raw.substr(1, raw.size() - 2).find_first_not_of(" \t\r") == std::string_view::npos;
}

/// Appends what stands at meta_at in the rendered line.
void append_meta(std::string& out, meta_mode mode, std::string_view members) {
  switch (mode) {
  case meta_mode::into_params: ((out += "\"_meta\":{") += members) += "},"; return;
  case meta_mode::into_empty_params: ((out += "\"_meta\":{") += members) += "}"; return;
  case meta_mode::into_meta: (out += ',') += members; return;
  case meta_mode::into_empty_meta: out += members; return;
  case meta_mode::in_place_of_null: ((out += '{') += members) += '}'; return;
  }
}

constexpr std::size_t null_bytes = 4;

} // namespace

std::uint64_t splice::pack() const {
  return std::uint64_t{session_at} | std::uint64_t{session_size} << at_bits |
         std::uint64_t{meta_at} << (at_bits + size_bits) |
         static_cast<std::uint64_t>(mode) << (2 * at_bits + size_bits);
}

splice splice::unpack(std::uint64_t packed) {
  splice s;
  s.session_at = static_cast<std::uint32_t>(low_bits(packed, at_bits));
  s.session_size = static_cast<std::uint32_t>(low_bits(packed >> at_bits, size_bits));
  s.meta_at = static_cast<std::uint32_t>(low_bits(packed >> (at_bits + size_bits), at_bits));
  s.mode = static_cast<meta_mode>(packed >> (2 * at_bits + size_bits));
  return s;
}

splice splice_of(const envelope& e, std::string_view line) {
  splice s;
  if (!e.params) return s;
  s.session_at = e.session_id.begin;
  s.session_size = e.session_id.size;
  if (!e.params_meta) {
    s.meta_at = e.params.begin + 1;
    s.mode =
        is_empty_object(e.params.in(line)) ? meta_mode::into_empty_params : meta_mode::into_params;
  } else if (line[e.params_meta.begin] == 'n') {
    s.meta_at = e.params_meta.begin;
    s.mode = meta_mode::in_place_of_null;
  } else if (is_empty_object(e.params_meta.in(line))) {
    s.meta_at = e.params_meta.begin + 1;
    s.mode = meta_mode::into_empty_meta;
  } else {
    s.meta_at = e.params_meta.begin + e.params_meta.size - 1;
    s.mode = meta_mode::into_meta;
  }
  return s;
}

void render(std::string& out, std::string_view line, const splice& s, std::string_view session,
            std::string_view meta) {
  const bool put_session = s.session_at != 0 && !session.empty();
  const bool put_meta = s.meta_at != 0 && !meta.empty();
  std::size_t done = 0;
  const auto copy_to = [&](std::size_t at) {
    out.append(line.data() + done, at - done);
    done = at;
  };
  const auto do_session = [&] {
    copy_to(s.session_at);
    out += session;
    done += s.session_size;
  };
  if (put_session && s.session_at < s.meta_at) do_session();
  if (put_meta) {
    copy_to(s.meta_at);
    append_meta(out, s.mode, meta);
    if (s.mode == meta_mode::in_place_of_null) done += null_bytes;
  }
  if (put_session && s.session_at >= s.meta_at) do_session();
  copy_to(line.size());
}

void apply(std::string& out, std::string_view line, std::initializer_list<edit> edits) {
  std::vector<edit> in_order;
  std::ranges::copy_if(edits, std::back_inserter(in_order),
                       [](const edit& x) { return bool(x.where); });
  // An insertion stands before a replacement that begins at the same byte.
  std::ranges::sort(in_order, {},
                    [](const edit& x) { return std::pair(x.where.begin, x.where.size); });
  std::size_t done = 0;
  for (const edit& x : in_order) {
    (out += line.substr(done, x.where.begin - done)) += x.with;
    done = x.where.begin + x.where.size;
  }
  out += line.substr(done);
}

namespace {

/// The members of a raw object but those that `drop` names, joined again as they were written.
template <class F>
std::string without_members(std::string_view object, F drop) {
  std::string out = "{";
  for_each_member(object, [&](std::string_view key, std::string_view value) {
    if (drop(key)) return;
    if (out.size() > 1) out += ',';
    ((((out += '"') += key) += "\":")) += value;
  });
  return out += '}';
}

bool is_own(std::string_view key) {
  constexpr std::string_view prefix = "acpd/";
  if (key.find('\\') == std::string_view::npos) return key.starts_with(prefix);
  std::string whole = "\"";
  return unquote((whole += key) += '"').starts_with(prefix);
}

} // namespace

std::string without_own_meta(std::string_view line, const envelope& e) {
  if (!e.params_meta) return std::string(line);
  bool found = false;
  for_each_member(e.params_meta.in(line),
                  [&](std::string_view key, std::string_view) { found |= is_own(key); });
  if (!found) return std::string(line);
  const std::string meta = without_members(e.params_meta.in(line), is_own);
  std::string out;
  if (meta != "{}") {
    apply(out, line, {{e.params_meta, meta}});
    return out;
  }
  const auto is_meta = [](std::string_view key) { return same_text(key, "_meta"); };
  apply(out, line, {{e.params, without_members(e.params.in(line), is_meta)}});
  return out;
}

} // namespace acpd::protocol
