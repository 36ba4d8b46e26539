#pragma once

#include "tests/indexer/worker/worker_process.h"

#include <string>
#include <vector>

namespace acpd::index::test {

/// All that can be known of an index: each file, chunk, symbol and reference in words, sorted, so
/// that two indexes of the same tree can be compared. Nothing that depends on how it came to be:
/// no row numbers, no times.
std::vector<std::string> dump(const std::string& db);

/// What the worker answers to these questions, scores included.
std::vector<std::string> answers(worker_process& worker, const std::vector<std::string>& questions);

/// Names and words out of an index, to ask about: always the same for the same dump.
std::vector<std::string> questions_from(const std::vector<std::string>& dumped, std::size_t count);

} // namespace acpd::index::test
