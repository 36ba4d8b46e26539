#pragma once

#include "server/runner/prompt.h"
#include "server/runner/turn.h"

#include <variant>

namespace acpd::runner {

/// What a prompt leads to: an answer in words, or work.
using beginning = std::variant<std::string, std::unique_ptr<job_turn>>;

/// Finds or makes the job that a prompt asks for: the same command again, unfinished and without
/// --fresh, is continued. What a killed runner left running of it is killed first.
/// Throws db_error.
beginning begin_turn(const turn_tools& tools, const session_row& session, const request& asked);

/// 128 random bits in hex.
std::string random_id();

} // namespace acpd::runner
