#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::protocol {

/// What a v1 editor has been shown of one v2 message. v1 can only append: when the message is
/// replaced, what is new behind the old text is appended; where the old text changed, the whole is
/// shown again as another message. Keeps a hash of the content, not the content. Owned by a view;
/// private to the room.
class shown_message {
public:
  /// Takes one more block (raw): text blocks count as one text, however it was cut.
  void append(std::string_view block);

  /// Takes a whole content (raw array) instead of what there was; gives the blocks to append (raw).
  /// When it does not begin with what was shown, that is all of them, under a new id.
  std::vector<std::string> replace(std::string_view content);

  /// The messageId to show (raw) for the agent's own (raw).
  std::string id(std::string_view agents) const;
  bool is_original() const { return replaced_ == 0; }

private:
  /// What has been shown: FNV-1a over it, and its length in bytes of text and whole other blocks.
  struct extent {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    std::uint64_t units = 0;

    void text(std::string_view plain);
    void block(std::string_view raw);
    bool operator==(const extent&) const = default;
  };

  std::optional<std::vector<std::string>> rest_of(std::string_view content) const;

  extent shown_;
  unsigned replaced_ = 0; // how often
};

} // namespace acpd::protocol
