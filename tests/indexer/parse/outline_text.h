#pragma once

#include "indexer/facts.h"

#include <string>
#include <string_view>

namespace acpd::index {

/// Facts as a page that a person can check: chunks, symbols, imports, references.
std::string outline_text(const file_facts& facts);

/// What holds for the facts of any file; a failed CHECK says what does not.
void check_invariants(std::string_view bytes, const file_facts& facts);

std::string read_file(const std::string& path);

} // namespace acpd::index
