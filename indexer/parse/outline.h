#pragma once

#include "indexer/facts.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// A definition as it stands in the tree, before it is known which chunk it falls into.
struct definition {
  std::string name, qname;
  std::string_view kind;
  chunk_kind chunk{};
  std::uint32_t begin = 0, end = 0; // bytes, with its comment, attributes and wrapper
  std::uint32_t name_at = 0;
  int parent = -1;          // the definition around it
  bool documented = false;  // a comment or an attribute stands before it
  bool local = false;       // inside a function
  bool anonymous = false;   // a scope without a definition: an impl block
  bool lasting = false;     // ends where the next section begins
  bool transparent = false; // a namespace
  bool closed = false;      // what is defined in it is local
};

/// What a walk over a tree finds, in the order of the file.
struct outline {
  std::vector<definition> definitions;
  std::vector<reference> references;
  std::vector<std::uint32_t> reference_at; // the byte where each begins
  std::vector<import> imports;
  bool error_nodes = false;
};

} // namespace acpd::index
