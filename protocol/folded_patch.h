#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::protocol {

/// The v2 patches of one tool call, terminal or message, folded: of each field the last value, null
/// too (it clears what an earlier fold may hold); of _meta the last value of each key. Values are
/// raw and only moved. Owned by a compactor; private to the room.
class folded_patch {
public:
  /// Takes an update (raw) of a line with these params (raw). False, and nothing is taken, when the
  /// folded line would be longer than half of what a line may have.
  bool merge(std::string_view params, std::string_view update, std::string_view line);

  /// Appends an item (raw) to the array in `field`, when there is one or a null.
  bool append_item(std::string_view field, std::string_view item);

  bool empty() const { return update_.empty(); }
  /// The whole line; the one that was taken when there was only one.
  std::string line() const;

private:
  struct field {
    std::string key, value; // raw
  };
  static void put(std::vector<field>& fields, std::string_view key, std::string_view value);
  static field* find(std::vector<field>& fields, std::string_view key);

  std::vector<field> params_; // but update
  std::vector<field> update_; // with sessionUpdate and the id
  std::string only_line_;
  std::size_t bytes_ = 0;
};

} // namespace acpd::protocol
