#pragma once

#include <expected>
#include <string>

namespace acpd::protocol {

/// An expected outcome that is not success: a JSON-RPC error code and a text fit to show a person
/// (what happened, to what, what to do). Broken environments throw instead; see the README's guide.
struct failure {
  int code = 0;     // JSON-RPC code: protocol/errors.h
  std::string text; // one sentence
};

template <class T>
using result = std::expected<T, failure>;

} // namespace acpd::protocol
