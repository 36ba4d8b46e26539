#pragma once

#include "protocol/envelope.h"

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::test {

/// Boost.JSON is the judge of what is JSON and of what it means.
inline boost::json::value parsed(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 256;
  return boost::json::parse(text, {}, options);
}

/// The text with another escape for every one of a surrogate ("\\ud800" to "\\udfff").
inline std::string without_surrogates(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    if (out[i] != '\\') continue;
    const bool surrogate = out.size() - i >= 6 && out[i + 1] == 'u' && (out[i + 2] | 0x20) == 'd' &&
                           std::string_view("89abcdefABCDEF").contains(out[i + 3]);
    if (surrogate) out.replace(i + 2, 2, "00");
    ++i;
  }
  return out;
}

/// Whether Boost.JSON takes a text, but for where we differ on purpose: a lone surrogate's escape
/// is legal (RFC 8259, section 8.2), and a newline is refused as it ends a line. None where Boost
/// gives up at a huge exponent, which is legal too (section 6).
inline std::optional<bool> is_json(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 256;
  boost::json::error_code ec;
  boost::json::parse(without_surrogates(text), ec, {}, options);
  if (ec == boost::json::error::exponent_overflow) return std::nullopt;
  return !ec && !text.contains('\n');
}

/// The part of a line that a test is about, "" when absent.
inline std::string at(protocol::span where, std::string_view line) {
  return where ? std::string(where.in(line)) : std::string();
}

inline std::string update_line(std::string_view update, std::string_view meta = {}) {
  std::string line = R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"s1",)";
  if (!meta.empty()) ((line += R"("_meta":)") += meta) += ',';
  return ((line += R"("update":)") += update) += "}}";
}

/// Every message of the recorded conversations with real agents, as it was on the wire.
inline std::vector<std::string> transcript_lines() {
  std::vector<std::string> lines;
  const auto folder =
      std::filesystem::path(__FILE__).parent_path().parent_path() / "data/transcripts";
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path());
    for (std::string line; std::getline(in, line);) {
      const auto from = line.find("\"msg\":") + 6;
      lines.push_back(line.substr(from, line.size() - from - 1));
    }
  }
  return lines;
}

} // namespace acpd::test
