#pragma once

#include "protocol/failure.h"

#include <span>
#include <string>
#include <string_view>

namespace acpd::net {

/// What may be asked of the index, by people and agents alike: `_acpd/index/NAME`, and the members
/// of its params that are the worker's. Each changes nothing.
struct index_question {
  std::string_view name; // what the worker calls it, too
  std::span<const std::string_view> members;
};

/// Null: there is none of that name.
const index_question* find_index_question(std::string_view name);

/// The members of the worker's request, raw, from those of `params` (a raw object).
std::string worker_members(const index_question& q, std::string_view params);

} // namespace acpd::net
