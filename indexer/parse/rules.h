#pragma once

#include "indexer/facts.h"
#include "indexer/parse/query.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::index {

/// What a pattern of queries/*.scm finds. indexer/grammars/README.md describes the captures.
enum class finding : std::uint8_t {
  nothing,
  definition, // @definition.KIND with @name, perhaps @scope
  container,  // @container with @name: a scope that defines nothing itself, as an impl block
  reference,  // @reference.KIND with @name
  import,     // @import with @module and perhaps @names
};

struct rule {
  finding finds = finding::nothing;
  std::string kind; // what follows the dot of the capture: "function"
  chunk_kind chunk = chunk_kind::window;
  bool transparent = false; // a namespace: what is between its members belongs to no one
  bool closed = false;      // a function, a block of configuration: one chunk, whatever is in it
};

/// What the walk does at a node, by the node's kind alone.
struct node_rule {
  bool comment = false;       // belongs to the definition that follows it
  bool attribute = false;     // the same, and looked into
  bool wrapper = false;       // a definition in it begins and ends where it does
  bool body = false;          // belongs to the definition before it, as Dart's function bodies
  bool heading = false;       // a section lasts from it to the next
  bool skip = false;          // nothing in it is looked at
  bool local = false;         // its patterns find values only, which functions keep to themselves
  std::string_view reference; // the node itself is a name that is used; its kind
  std::vector<std::uint32_t> patterns; // that begin here, in the order of the file
};

enum class capture_role : std::uint8_t { none, name, scope, module, names };

/// A language's queries, read at first use and shared by all threads from then on. Lives until the
/// process ends.
class rules {
public:
  static const rules& of(const language& lang);

  /// Throws std::logic_error where the queries do not fit the grammar.
  explicit rules(const language& lang);
  rules(const rules&) = delete;
  rules& operator=(const rules&) = delete;

  const language* lang;
  query queries;
  std::vector<rule> by_pattern;
  std::vector<capture_role> roles; // by capture
  std::vector<node_rule> nodes;    // by TSSymbol
  std::unique_ptr<bool[]> wanted;  // by TSSymbol: has a node_rule that says something

private:
  void read_pattern(std::uint32_t index);
  void mark_nodes(const query_step& root, std::uint32_t index, std::string_view capture);
  bool mark_node(node_rule& node, std::string_view capture);
};

/// The queries of a language: those of the language it is based on, then its own.
std::string queries_of(const language& lang);

} // namespace acpd::index
