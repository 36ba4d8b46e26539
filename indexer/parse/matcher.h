#pragma once

#include "indexer/parse/query.h"

#include <functional>
#include <span>
#include <vector>

namespace acpd::index {

struct capture {
  std::uint32_t index = 0; // into query::captures
  TSNode node{};
};

/// Finds every way in which a pattern fits one node. Tree-sitter's own engine would need about
/// 1.2 µs for each node that is tried, mostly for its cursor: too much where calls are one node in
/// twenty. What it would find is what this finds (tests/indexer/parse/matcher.cpp compares both).
/// Each thread has its own.
class matcher {
public:
  /// The node that the following calls are about.
  void set_node(TSNode node, std::string_view text);

  /// Calls `each` with the captures of every match, in the order of the text.
  template <typename Each>
  void run(const query_pattern& pattern, Each each) {
    struct call : next {
      Each* each;
      matcher* self;
      const query_pattern* pattern;
    } end{{[](next* n) {
            auto* c = static_cast<call*>(n);
            if (c->self->passes(*c->pattern))
              (*c->each)(std::span<const capture>(c->self->captures_));
          }},
          &each,
          this,
          &pattern};
    match_root(pattern.root, end);
  }

private:
  /// What is to be done once a step fits: the rest of the pattern.
  struct next {
    void (*run)(next*);
    void operator()() { run(this); }
  };
  struct child {
    TSNode node;
    TSFieldId field;
    TSSymbol symbol;
    bool named;
  };
  struct rest_of_children;

  void match_root(const query_step& step, next& then);
  void match(const query_step& step, const child& at, next& then);
  void match_inside(const query_step& step, std::size_t begin, std::size_t end, next& then);
  void match_children(rest_of_children& todo);
  bool passes(const query_pattern& pattern) const;
  void gather(TSNode node);
  bool nothing_named(std::size_t begin, std::size_t end) const;

  std::string_view text_;
  child root_{};
  std::size_t root_children_ = 0;
  std::vector<child> children_; // of the root, then of the nodes that are being looked into
  std::vector<capture> captures_;
};

} // namespace acpd::index
