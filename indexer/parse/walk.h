#pragma once

#include "indexer/parse/lines.h"
#include "indexer/parse/matcher.h"
#include "indexer/parse/outline.h"
#include "indexer/parse/rules.h"

#include <span>
#include <string_view>
#include <vector>

namespace acpd::index {

/// One pass over a syntax tree: keeps track of what is around and in front of each node, and runs
/// the patterns that begin at its kind. Each thread has its own, as its buffers are reused from
/// file to file.
class tree_walk {
public:
  /// `lines` are those of `bytes`.
  outline run(const TSTree& tree, const rules& rules, std::string_view bytes,
              const line_index& lines);

private:
  /// Comments and attributes that the next definition takes along.
  struct prefix_run {
    std::uint32_t begin = 0, end = 0;
    std::uint32_t last_row = 0;
  };
  struct wrapper_node {
    std::uint32_t begin = 0, end = 0;
    int depth = -2; // in the tree
    bool documented = false;
  };
  struct found {
    const rule* rule = nullptr;
    TSNode subject{}, name{};
    std::string_view scope, module;
    std::vector<std::string_view> names;
  };

  bool enter(TSNode node);
  void note_prefix(TSNode node, bool is_comment);
  void note_wrapper(TSNode node);
  void reopen(TSNode body);
  void run_patterns(TSNode node, const node_rule& at);
  found read(const rule& rule, TSNode node, std::span<const capture> captures) const;
  void add_definition(const found& f);
  void add_reference(TSNode name, std::string_view kind);
  void add_bare_reference(TSNode name, std::string_view kind);
  bool is_taken(std::uint32_t at) const;
  bool is_defined(std::uint32_t name_at) const;
  bool follows_prefix(TSNode node);
  void add_import(const found& f);
  void extend(definition& d, TSNode node);
  void close_frames(std::uint32_t before);
  void place_section(definition& d, TSNode node);
  bool is_method(const definition& d) const;
  bool in_function() const;
  std::uint32_t row_at(std::uint32_t byte);
  std::uint32_t row_of(TSNode node) { return row_at(ts_node_start_byte(node)); }
  std::string_view text(TSNode node) const;
  bool starts_its_line(std::uint32_t at) const;

  matcher matcher_;
  const rules* rules_ = nullptr;
  const line_index* lines_ = nullptr;
  std::uint32_t row_ = 0; // of the last byte that was asked for
  std::string_view bytes_;
  outline out_;
  int depth_ = 0;
  std::vector<int> open_; // definitions around the current node, innermost last
  prefix_run prefix_;
  wrapper_node wrapper_;
};

} // namespace acpd::index
