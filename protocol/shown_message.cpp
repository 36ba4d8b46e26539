#include "protocol/shown_message.h"

#include "protocol/render_fields.h"

#include <algorithm>

namespace acpd::protocol {
namespace {

using namespace fields;

constexpr std::uint64_t prime = 0x100000001b3ULL;

/// The raw text of a text block; empty for another.
std::string_view text_of(std::string_view block) {
  const auto text = member(block, "text");
  return says(member(block, "type"), "text") && is_string(text) ? text : std::string_view{};
}

/// A text block with another text.
std::string with_text(std::string_view block, std::string_view text) {
  return rewritten(block, [&](json_builder& to, std::string_view key, std::string_view value) {
    if (same_text(key, "text")) {
      to.text(key, text);
    } else {
      to.raw(key, value);
    }
  });
}

} // namespace

void shown_message::extent::text(std::string_view plain) {
  for (const char c : plain)
    hash = (hash ^ static_cast<unsigned char>(c)) * prime;
  units += plain.size();
}

void shown_message::extent::block(std::string_view raw) {
  hash = (hash ^ 0xFFU) * prime; // no byte of UTF-8
  for (const char c : raw)
    hash = (hash ^ static_cast<unsigned char>(c)) * prime;
  hash = (hash ^ 0xFFU) * prime;
  ++units;
}

void shown_message::append(std::string_view block) {
  const auto raw = text_of(block);
  if (raw.empty()) return shown_.block(block);
  const auto words = raw.substr(1, raw.size() - 2);
  if (words.find('\\') == std::string_view::npos) return shown_.text(words);
  shown_.text(unquote(raw));
}

/// The blocks behind what was shown; nothing when the content does not begin with that.
std::optional<std::vector<std::string>> shown_message::rest_of(std::string_view content) const {
  extent seen;
  std::vector<std::string> rest;
  for_each_element(content, [&](std::string_view block) {
    if (seen.units >= shown_.units) return rest.emplace_back(block), void();
    const auto raw = text_of(block);
    if (raw.empty()) return seen.block(block);
    const std::string words = unquote(raw);
    const auto left =
        static_cast<std::size_t>(std::min<std::uint64_t>(shown_.units - seen.units, words.size()));
    seen.text(std::string_view(words).substr(0, left));
    if (left < words.size()) rest.push_back(with_text(block, std::string_view(words).substr(left)));
  });
  if (seen != shown_) return std::nullopt;
  return rest;
}

std::vector<std::string> shown_message::replace(std::string_view content) {
  auto rest = rest_of(content);
  if (!rest) {
    rest.emplace();
    for_each_element(content, [&](std::string_view block) { rest->emplace_back(block); });
    ++replaced_;
  }
  shown_ = {};
  for_each_element(content, [&](std::string_view block) { append(block); });
  return std::move(*rest);
}

std::string shown_message::id(std::string_view agents) const {
  std::string out(agents);
  if (!is_original()) out.insert(out.size() - 1, "~" + std::to_string(replaced_ + 1));
  return out;
}

} // namespace acpd::protocol
