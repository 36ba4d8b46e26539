#include "indexer/parse/walk.h"

#include "indexer/grammars/tree_access.h"
#include "indexer/parse/names.h"

#include <algorithm>
#include <utility>

namespace acpd::index {
namespace {

std::uint32_t begin_of(TSNode node) { return ts_node_start_byte(node); }
std::uint32_t end_of(TSNode node) { return ts_node_end_byte(node); }

/// Nothing but space and closing punctuation: what may stand between a definition and the end of
/// its wrapper or line.
bool is_closing(std::string_view text) {
  return text.find_first_not_of(" \t\r\n;,)}]") == text.npos;
}

} // namespace

outline tree_walk::run(const TSTree& tree, const rules& rules, std::string_view bytes,
                       const line_index& lines) {
  rules_ = &rules;
  lines_ = &lines;
  row_ = 0;
  bytes_ = bytes;
  out_ = {};
  out_.error_nodes = ts_node_has_error(ts_tree_root_node(&tree));
  open_.clear();
  prefix_ = {};
  wrapper_ = {};
  acpd_tree_visit(
      &tree, rules.wanted.get(),
      [](void* self, TSNode node, int depth) {
        auto& walk = *static_cast<tree_walk*>(self);
        walk.depth_ = depth;
        return walk.enter(node);
      },
      this);
  return std::move(out_);
}

/// Whether the node's children are to be visited.
bool tree_walk::enter(TSNode node) {
  const auto& rule = rules_->nodes[ts_node_symbol(node)];
  if (rule.comment) return note_prefix(node, true), false;
  if (rule.attribute) note_prefix(node, false);
  if (rule.wrapper) note_wrapper(node);
  if (rule.skip) return false;
  if (!rule.reference.empty()) add_bare_reference(node, rule.reference);
  if (rule.patterns.empty() && !rule.body) return true;
  close_frames(begin_of(node));
  if (rule.body) reopen(node);
  if (!rule.patterns.empty() && !(rule.local && in_function())) run_patterns(node, rule);
  return true;
}

/// Adjoining comments and attributes are one prefix.
void tree_walk::note_prefix(TSNode node, bool is_comment) {
  // A comment behind code belongs to that code.
  if (is_comment && !starts_its_line(begin_of(node))) return;
  if (!follows_prefix(node)) prefix_.begin = begin_of(node);
  prefix_.end = end_of(node);
  prefix_.last_row = row_at(std::max(end_of(node), 1U) - 1); // of some it takes in the newline
}

/// Whether nothing stands between the prefix and the node, not even a blank line.
bool tree_walk::follows_prefix(TSNode node) {
  const auto begin = begin_of(node);
  return prefix_.end != 0 && prefix_.end <= begin && row_of(node) <= prefix_.last_row + 1 &&
         is_closing(bytes_.substr(prefix_.end, begin - prefix_.end));
}

void tree_walk::note_wrapper(TSNode node) {
  // export → const → declarator: the outermost counts.
  if (wrapper_.depth == depth_ - 1 && end_of(node) <= wrapper_.end) {
    wrapper_.depth = depth_;
    return;
  }
  const bool documented = follows_prefix(node);
  wrapper_ = {documented ? prefix_.begin : begin_of(node), end_of(node), depth_, documented};
}

/// A body that the grammar puts behind its definition instead of into it.
void tree_walk::reopen(TSNode body) {
  if (out_.definitions.empty()) return;
  const auto last = static_cast<int>(out_.definitions.size()) - 1;
  auto& d = out_.definitions.back();
  if (d.end > begin_of(body) || !is_closing(bytes_.substr(d.end, begin_of(body) - d.end))) return;
  d.end = end_of(body);
  open_.push_back(last);
}

void tree_walk::run_patterns(TSNode node, const node_rule& at) {
  matcher_.set_node(node, bytes_);
  bool defined = false;
  for (const auto index : at.patterns) {
    const auto& rule = rules_->by_pattern[index];
    const bool defines = rule.finds == finding::definition || rule.finds == finding::container;
    if (defines && defined) continue; // the first that fits counts
    matcher_.run(rules_->queries.patterns[index], [&](std::span<const capture> captures) {
      const auto f = read(rule, node, captures);
      if (rule.finds == finding::import) return add_import(f);
      if (f.name.id == nullptr) return;
      if (!defines && !is_taken(begin_of(f.name))) add_reference(f.name, rule.kind);
      if (defines && !std::exchange(defined, true)) add_definition(f);
    });
  }
}

tree_walk::found tree_walk::read(const rule& rule, TSNode node,
                                 std::span<const capture> captures) const {
  found f{&rule, node, {}, {}, {}, {}};
  for (const auto& c : captures)
    switch (rules_->roles[c.index]) {
    case capture_role::none: break;
    case capture_role::name: f.name = c.node; break;
    case capture_role::scope: f.scope = text(c.node); break;
    case capture_role::module: f.module = text(c.node); break;
    case capture_role::names: f.names.push_back(text(c.node)); break;
    }
  return f;
}

void tree_walk::add_definition(const found& f) {
  definition d;
  const auto& separator = rules_->lang->separator;
  const auto written = clean_name(text(f.name));
  d.local = in_function();
  if (written.empty() || (d.local && f.rule->chunk == chunk_kind::value)) return;
  if (is_defined(begin_of(f.name))) return; // by what is around it
  d.name = last_part(written, separator);
  d.parent = open_.empty() ? -1 : open_.back();
  if (d.parent >= 0) d.qname = out_.definitions[d.parent].qname + std::string(separator);
  if (!f.scope.empty()) d.qname.append(clean_name(f.scope)).append(separator);
  d.qname += written;
  d.kind = f.rule->kind;
  d.chunk = f.rule->chunk;
  d.anonymous = f.rule->finds == finding::container;
  d.transparent = f.rule->transparent;
  d.closed = f.rule->closed;
  d.name_at = begin_of(f.name);
  if (d.kind == "function" && is_method(d)) d.kind = "method";
  extend(d, f.subject);
  if (d.chunk == chunk_kind::section) place_section(d, f.subject);
  open_.push_back(static_cast<int>(out_.definitions.size()));
  out_.definitions.push_back(std::move(d));
}

/// A heading that the grammar does not put around its text lasts until the next section, at most to
/// the end of the one around it.
void tree_walk::place_section(definition& d, TSNode node) {
  while (!open_.empty() && out_.definitions[open_.back()].lasting) {
    out_.definitions[open_.back()].end = d.begin;
    open_.pop_back();
  }
  d.parent = open_.empty() ? -1 : open_.back();
  d.lasting = rules_->nodes[ts_node_symbol(node)].heading;
  if (d.lasting)
    d.end =
        d.parent < 0 ? static_cast<std::uint32_t>(bytes_.size()) : out_.definitions[d.parent].end;
}

/// Grammars call it a function wherever it stands.
bool tree_walk::is_method(const definition& d) const {
  if (d.parent < 0 || d.local) return false;
  const auto& around = out_.definitions[d.parent];
  return around.chunk == chunk_kind::type && !around.transparent && around.kind != "module";
}

/// The comment, the attributes and the wrapper around a definition belong to it.
void tree_walk::extend(definition& d, TSNode node) {
  d.begin = begin_of(node);
  d.end = end_of(node);
  d.documented = follows_prefix(node);
  if (d.documented) d.begin = prefix_.begin;
  const bool wrapped = wrapper_.depth == depth_ - 1 && wrapper_.end >= d.end;
  if (!wrapped || wrapper_.begin > d.begin) return;
  const bool first = out_.definitions.empty() || out_.definitions.back().begin < wrapper_.begin;
  if (first) {
    d.documented |= wrapper_.documented;
    d.begin = wrapper_.begin;
  }
  if (is_closing(bytes_.substr(d.end, wrapper_.end - d.end))) d.end = wrapper_.end;
}

void tree_walk::add_reference(TSNode name, std::string_view kind) {
  out_.references.push_back({clean_name(text(name)), std::string(kind), row_of(name) + 1, 0});
  out_.reference_at.push_back(begin_of(name));
}

/// A name that a definition or a pattern has not taken already; T and the like say nothing.
void tree_walk::add_bare_reference(TSNode name, std::string_view kind) {
  const auto at = begin_of(name);
  if (end_of(name) - at > 1 && !is_taken(at)) add_reference(name, kind);
}

bool tree_walk::is_defined(std::uint32_t name_at) const {
  return std::ranges::any_of(open_,
                             [&](int index) { return out_.definitions[index].name_at == name_at; });
}

/// Patterns look ahead of the walk, but not far.
bool tree_walk::is_taken(std::uint32_t at) const {
  if (is_defined(at)) return true;
  const auto& all = out_.reference_at;
  const auto last = all.end(), first = last - std::min<std::ptrdiff_t>(last - all.begin(), 16);
  return std::find(first, last, at) != last;
}

void tree_walk::add_import(const found& f) {
  const auto module = clean_name(module_name(f.module));
  if (module.empty()) return;
  const auto line = row_of(f.subject) + 1;
  // `from a import b, c` is one match a name.
  if (out_.imports.empty() || out_.imports.back().line != line ||
      out_.imports.back().module != module)
    out_.imports.push_back({module, {}, line});
  auto& names = out_.imports.back().names;
  for (const auto& name : f.names)
    if (std::ranges::find(names, name) == names.end()) names.push_back(clean_name(name));
}

/// Definitions that end before the current node are not around it.
void tree_walk::close_frames(std::uint32_t before) {
  while (!open_.empty() && out_.definitions[open_.back()].end <= before)
    open_.pop_back();
}

bool tree_walk::in_function() const {
  return !open_.empty() &&
         (out_.definitions[open_.back()].local || out_.definitions[open_.back()].closed);
}

/// Questions come in the order of the text, nearly: the answer is near the last one.
std::uint32_t tree_walk::row_at(std::uint32_t byte) {
  if (byte < lines_->begin(row_)) row_ = lines_->line_of(byte);
  for (int i = 0; i < 8 && row_ + 1 < lines_->count() && byte >= lines_->end(row_); ++i)
    ++row_;
  if (row_ + 1 < lines_->count() && byte >= lines_->end(row_)) row_ = lines_->line_of(byte);
  return row_;
}

std::string_view tree_walk::text(TSNode node) const {
  return bytes_.substr(begin_of(node), end_of(node) - begin_of(node));
}

bool tree_walk::starts_its_line(std::uint32_t at) const {
  while (at > 0 && (bytes_[at - 1] == ' ' || bytes_[at - 1] == '\t'))
    --at;
  return at == 0 || bytes_[at - 1] == '\n';
}

} // namespace acpd::index
