#include "indexer/parse/matcher.h"

#include "indexer/grammars/tree_access.h"

#include <algorithm>

namespace acpd::index {

/// The children of a step from one on, to be found among [from, end) of the pool.
struct matcher::rest_of_children : next {
  matcher* self;
  const query_step* of;
  std::size_t index;
  std::size_t begin, from, end;
  next* then;
};

void matcher::set_node(TSNode node, std::string_view text) {
  text_ = text;
  root_ = {node, 0, ts_node_symbol(node), true};
  children_.clear();
  captures_.clear();
  gather(node);
  root_children_ = children_.size();
}

void matcher::gather(TSNode node) {
  acpd_tree_children(
      node,
      [](void* pool, TSNode child, TSFieldId field) {
        static_cast<std::vector<matcher::child>*>(pool)->push_back(
            {child, field, ts_node_symbol(child), ts_node_is_named(child)});
      },
      &children_);
}

void matcher::match_root(const query_step& step, next& then) {
  for (const auto& choice : step.alternatives) {
    const auto mark = captures_.size();
    for (const auto index : step.captures)
      captures_.push_back({index, root_.node});
    match_root(choice, then);
    captures_.resize(mark);
  }
  if (!step.alternatives.empty() || std::ranges::find(step.kinds, root_.symbol) == step.kinds.end())
    return;
  const auto mark = captures_.size();
  for (const auto index : step.captures)
    captures_.push_back({index, root_.node});
  match_inside(step, 0, root_children_, then);
  captures_.resize(mark);
}

void matcher::match(const query_step& step, const child& at, next& then) {
  const auto mark = captures_.size();
  if (!step.alternatives.empty()) {
    for (const auto index : step.captures)
      captures_.push_back({index, at.node});
    for (const auto& choice : step.alternatives)
      match(choice, at, then);
    captures_.resize(mark);
    return;
  }
  if (step.named && !at.named) return;
  if (!step.kinds.empty() && std::ranges::find(step.kinds, at.symbol) == step.kinds.end()) return;
  for (const auto index : step.captures)
    captures_.push_back({index, at.node});
  if (step.children.empty() && step.absent.empty())
    then();
  else {
    const auto begin = children_.size();
    gather(at.node);
    match_inside(step, begin, children_.size(), then);
    children_.resize(begin);
  }
  captures_.resize(mark);
}

void matcher::match_inside(const query_step& step, std::size_t begin, std::size_t end, next& then) {
  for (const auto field : step.absent)
    for (auto i = begin; i < end; ++i)
      if (children_[i].field == field) return;
  if (step.children.empty()) return then();
  rest_of_children todo{{}, this, &step, 0, begin, begin, end, &then};
  match_children(todo);
}

void matcher::match_children(rest_of_children& todo) {
  const auto& step = todo.of->children[todo.index];
  for (auto i = todo.from; i < todo.end; ++i) {
    const auto at = children_[i]; // a copy: the pool grows below
    if (step.field != 0 && at.field != step.field) continue;
    if (step.adjacent && !nothing_named(todo.from, i)) return;
    if (step.last && !nothing_named(i + 1, todo.end)) continue;
    if (todo.index + 1 == todo.of->children.size()) {
      match(step, at, *todo.then);
      continue;
    }
    auto rest = todo;
    rest.run = [](next* n) {
      auto* r = static_cast<rest_of_children*>(n);
      r->self->match_children(*r);
    };
    ++rest.index;
    rest.from = i + 1;
    match(step, at, rest);
  }
}

bool matcher::nothing_named(std::size_t begin, std::size_t end) const {
  for (; begin < end; ++begin)
    if (children_[begin].named) return false;
  return true;
}

bool matcher::passes(const query_pattern& pattern) const {
  for (const auto& test : pattern.tests)
    for (const auto& c : captures_) {
      if (c.index != test.capture) continue;
      const auto begin = ts_node_start_byte(c.node);
      const auto word = text_.substr(begin, ts_node_end_byte(c.node) - begin);
      if ((std::ranges::find(test.values, word) != test.values.end()) != test.wanted) return false;
    }
  return true;
}

} // namespace acpd::index
