#pragma once

#include "protocol/envelope.h"

#include <string>
#include <string_view>
#include <utility>

namespace acpd::protocol {

/// Writes an object or array of raw values behind what `out` already holds. Private to the room.
class json_builder {
public:
  json_builder(std::string& out, char open) : out_(out), close_(open == '{' ? '}' : ']') {
    out_ += open;
  }

  /// `key` as written in JSON, without quotes. A value that a peer left out becomes null.
  json_builder& raw(std::string_view key, std::string_view value) {
    name(key);
    out_ += value.empty() ? "null" : value;
    return *this;
  }
  json_builder& text(std::string_view key, std::string_view plain) {
    name(key);
    append_quoted(out_, plain);
    return *this;
  }
  /// Leaves it out when there is no value.
  json_builder& raw_if(std::string_view key, std::string_view value) {
    return value.empty() ? *this : raw(key, value);
  }
  json_builder& text_if(std::string_view key, std::string_view plain) {
    return plain.empty() ? *this : text(key, plain);
  }
  json_builder& element(std::string_view value) {
    (out_ += separator()) += value;
    return *this;
  }

  bool empty() const { return first_; }
  void end() { out_ += close_; }

private:
  void name(std::string_view key) {
    (out_ += separator()) += '"';
    (out_ += key) += "\":";
  }
  std::string_view separator() { return std::exchange(first_, false) ? "" : ","; }

  std::string& out_;
  char close_;
  bool first_ = true;
};

inline std::string text_block(std::string_view text) {
  std::string out;
  json_builder(out, '{').raw("type", R"("text")").text("text", text).end();
  return out;
}

} // namespace acpd::protocol
