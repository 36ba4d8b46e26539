#pragma once

#include "indexer/store/varint.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace acpd::index {

/// A segment is a sorted run of (key, list), cut into blocks: the row that SQLite keeps. In a block
/// a key is what it shares with the one before, and the rest.
inline constexpr std::size_t block_bytes = 12 * 1024;

/// Cuts a sorted run into blocks.
class block_writer {
public:
  using emit = std::function<void(std::string_view first_key, std::string_view data)>;

  explicit block_writer(emit e) : emit_(std::move(e)) {}
  void add(std::string_view key, std::string_view list); // keys ascending
  void finish();                                         // emits the last block

private:
  emit emit_;
  std::string first_, last_, data_;
};

/// Walks the entries of one block, whose bytes must outlive it.
class block_cursor {
public:
  explicit block_cursor(std::string_view data) : in_(data) {}
  bool next();
  const std::string& key() const { return key_; }
  std::string_view list() const { return list_; }

private:
  byte_reader in_;
  std::string key_;
  std::string_view list_;
};

/// The list of `key` in a block.
std::optional<std::string_view> find_in_block(std::string_view data, std::string_view key);

} // namespace acpd::index
