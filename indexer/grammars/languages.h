#pragma once

#include <span>
#include <string_view>

struct TSLanguage;

namespace acpd::index {

/// A language that has a grammar. Static: pointers to one are compared and kept.
struct language {
  std::string_view name; // "python": file_facts::language, and the stem of its file in queries/
  const TSLanguage* (*grammar)();
  std::string_view separator;  // between the parts of a qualified name, as the language writes it
  std::string_view based_on{}; // whose queries come before its own: TypeScript's after JavaScript's
  bool c_macros = false;       // macros that no grammar can know are blanked before parsing
};

/// Which language a file is in: by its name, its extension, else its first line (#!).
/// Null where no grammar fits: such a file is text.
const language* language_of(std::string_view path, std::string_view bytes);

/// All of them, by name.
std::span<const language> all_languages();

/// By name, for tests and tools; null where there is none.
const language* find_language(std::string_view name);

/// "a/b.test.ts" → "ts"; empty without a dot.
std::string_view extension(std::string_view path);

/// "a/b.ts" → "b.ts"
std::string_view base_name(std::string_view path);

} // namespace acpd::index
