#pragma once

#include "protocol/envelope.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::net {

/// Which files an agent has written, as its tool calls tell: their diffs, and their locations
/// unless the call is of a kind that writes nothing. A call names its files when it begins and has
/// written them when it ends, so they are kept for it. Pure; a file too many costs one look at it,
/// one too few is found by the watcher. Owned by index_service.
class index_hints {
public:
  /// The files that are written now, absolute paths; mostly none.
  std::vector<std::string> heard(std::int64_t session, std::string_view line,
                                 const protocol::envelope& e);
  void forget(std::int64_t session) { calls_.erase(session); }

private:
  struct call {
    bool writes = true; // until its kind says otherwise
    std::vector<std::string> diffs, locations;
  };
  static constexpr std::size_t most_calls = 64; // open ones of a session

  std::map<std::int64_t, std::map<std::string, call>> calls_; // by session, by the call's raw id
};

} // namespace acpd::net
