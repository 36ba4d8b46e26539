#pragma once

#include "indexer/grammars/languages.h"

#include <memory>
#include <string_view>
#include <tree_sitter/api.h>

namespace acpd::index {

struct tree_sitter_deleter {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
  void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};
using tree_ptr = std::unique_ptr<TSTree, tree_sitter_deleter>;

/// Bytes → syntax tree. Each thread has its own, as its buffers are reused from file to file.
class tree_parser {
public:
  tree_parser();

  /// Null when the grammar needs more work than a file of this size deserves. The limits are on the
  /// parser's steps and memory, so that the answer depends on the bytes alone; only what passes
  /// both and still takes ten seconds of CPU is judged by the clock.
  tree_ptr parse(const language& lang, std::string_view bytes);

private:
  std::unique_ptr<TSParser, tree_sitter_deleter> parser_;
  const language* current_ = nullptr;
};

} // namespace acpd::index
