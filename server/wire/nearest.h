#pragma once

#include <span>
#include <string_view>

namespace acpd::wire {

/// The one of `candidates` that `word` was probably meant to be: at most a third of its letters
/// differ (Levenshtein distance). Empty when none is that near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

} // namespace acpd::wire
