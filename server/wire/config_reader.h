#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <vector>

namespace acpd::wire {

/// Where the first error is kept; the reader goes on with defaults, so that callers need no checks.
struct config_diagnosis {
  std::string file;
  std::string text; // "config.toml:12: agents.codex.command: …"; empty: no error so far
};

/// One table of the configuration, read key by key. Knows where it stands, so that each error names
/// file, line and key. Lives on the stack of a parse; the diagnosis and the document outlive it.
class config_reader {
public:
  /// `known`: the keys that the table may have; empty: any.
  config_reader(config_diagnosis& diagnosis, const toml::table& table, std::string path,
                std::initializer_list<std::string_view> known);

  bool fine() const { return diagnosis_.text.empty(); }
  const toml::node* find(std::string_view key) const { return table_.get(key); }

  /// The table below `key`; an empty one when it is absent or (an error) something else.
  config_reader table(std::string_view key, std::initializer_list<std::string_view> known);
  config_reader table(std::string_view key, const toml::node& node,
                      std::initializer_list<std::string_view> known);

  /// Each leaves `out` as it is when the key is absent or wrong.
  void text(std::string_view key, std::string& out);
  void flag(std::string_view key, bool& out);
  void one_of(std::string_view key, std::string& out, std::span<const std::string_view> choices);
  template <class Number>
  void number(std::string_view key, Number& out, std::int64_t least, std::int64_t most) {
    out = static_cast<Number>(integer(key, static_cast<std::int64_t>(out), least, most));
  }
  /// A non-empty array of strings whose first is not empty.
  std::vector<std::string> strings(const toml::node& node, std::string_view key);

  /// An array of strings, none of them empty.
  std::vector<std::string> names(const toml::node& node, std::string_view key);

  template <class F>
  void for_each(F&& f) const {
    for (auto&& [key, node] : table_)
      f(key, node);
  }

  void fail_at(const toml::source_region& where, std::string_view key, std::string_view text);
  /// At the key's line; at the table's when the key is absent.
  void fail_here(std::string_view key, std::string_view text);

private:
  std::int64_t integer(std::string_view key, std::int64_t otherwise, std::int64_t least,
                       std::int64_t most);
  void refuse_unknown_keys(std::span<const std::string_view> known);

  config_diagnosis& diagnosis_;
  const toml::table& table_;
  std::string path_; // "agents.codex"; empty for the document
};

} // namespace acpd::wire
