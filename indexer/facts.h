#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// What a chunk is. Values are on disk: never renumber.
enum class chunk_kind : std::uint8_t {
  function = 1,  // with methods
  type = 2,      // class, struct, interface, trait, enum, alias
  value = 3,     // constant, variable, field that stands alone, macro
  container = 4, // a piece of what is left of a type or file beside its members' own chunks
  section = 5,   // of a document: a heading and its text
  window = 6,    // lines of a file without definitions, or of one too long for its chunk
};

/// A piece of a file that can be found. Bytes [begin, end) of the file; lines from 1, inclusive.
struct chunk {
  chunk_kind kind{};
  std::uint32_t begin = 0, end = 0;
  std::uint32_t first_line = 0, last_line = 0;
  std::string name;  // "flush"; empty where nothing is defined; a definition's windows have it
  std::string qname; // "writer::flush", the language's own separator
  std::uint32_t ordinal = 0; // among the chunks of this file with the same qname
  std::uint64_t id = 0;      // xxh3 of path, qname, kind and ordinal: stable over edits elsewhere
  std::uint64_t hash = 0;    // xxh3 of the chunk's bytes
};

/// A definition that can be asked for by name. `chunk` is an index into file_facts::chunks.
struct symbol {
  std::string name, qname;
  std::string kind; // tags.scm's word: function, method, class, module, constant …
  std::uint32_t line = 0;
  std::uint32_t chunk = 0;
};

/// A use of a name. The kind is tags.scm's: call, type, class, implementation, send …
struct reference {
  std::string name, kind;
  std::uint32_t line = 0;
  std::uint32_t chunk = 0;
};

/// What a file brings into its scope: a module path as written, and the names taken from it.
struct import {
  std::string module;
  std::vector<std::string> names; // empty: the whole of it
  std::uint32_t line = 0;
};

/// Everything that the index knows of one file's content: a pure function of path and bytes.
struct file_facts {
  std::string_view language; // "python"; "text" where no grammar fits; static
  std::vector<chunk> chunks; // in order of begin; only windows of one piece overlap, none nest
  std::vector<symbol> symbols;
  std::vector<reference> references;
  std::vector<import> imports;
  std::uint32_t lines = 0;
  bool error_nodes = false; // the grammar did not understand all of it
  bool truncated = false; // too large or generated: only the first 64 KiB, by windows; binary: none
};

} // namespace acpd::index
