#include "indexer/grammars/tree_access.h"

#include "array.h"
#include "language.h"
#include "subtree.h"
#include "tree.h"

/* Children of one subtree that are still to be visited. */
typedef struct {
  const Subtree *next;
  const Subtree *end;
  const TSSymbol *aliases; /* by structural index; often none */
  uint32_t structural;     /* index of next among the children that are no extras */
  uint32_t at;             /* the byte where next begins, with its padding */
  int depth;               /* of visible nodes, of the children */
} Level;

/* A tree is larger than the caches: without this half of a walk is waiting for memory. */
static inline void prefetch(Subtree subtree) {
  if (!subtree.data.is_inline) {
    __builtin_prefetch(subtree.ptr);
    __builtin_prefetch((const char *)subtree.ptr - 64);
    __builtin_prefetch((const char *)subtree.ptr + 64);
  }
}

/* `start` is where the parent begins, without its padding, which is that of its first child. */
static inline Level level_of(const TSLanguage *language, Subtree parent, uint32_t start,
                             int depth) {
  const Subtree *children = ts_subtree_children(parent);
  uint32_t count = ts_subtree_child_count(parent);
  for (uint32_t i = 0; i < 2 && i < count; i++) prefetch(children[i]);
  return (Level){children,
                 children + count,
                 ts_language_alias_sequence(language, parent.ptr->production_id),
                 0,
                 start - ts_subtree_padding(parent).bytes,
                 depth};
}

static inline TSSymbol take_alias(Level *level, Subtree child) {
  if (ts_subtree_extra(child)) return 0;
  return level->aliases ? level->aliases[level->structural++] : 0;
}

/* Rows and columns are left out: following them would double the cost. */
static inline TSNode node_at(const TSTree *tree, const Subtree *subtree, uint32_t start,
                             TSSymbol alias) {
  return ts_node_new(tree, subtree, (Length){start, {0, 0}}, alias);
}

/* Not ERROR, whose symbol is no index. Aliases have symbols of their own. */
static inline bool is_wanted(const TSLanguage *language, const bool *wanted, TSSymbol symbol) {
  return symbol < language->symbol_count + language->alias_count &&
         wanted[language->public_symbol_map[symbol]];
}

void acpd_tree_visit(const TSTree *tree, const bool *wanted, acpd_visit visit, void *payload) {
  Array(Level) above = array_new();
  const TSLanguage *language = tree->language;
  Level level = {&tree->root, &tree->root + 1, NULL, 0, 0, 0};
  for (;;) {
    while (level.next != level.end) {
      const Subtree *child = level.next++;
      if (level.end - level.next > 3) prefetch(level.next[3]);
      const TSSymbol alias = take_alias(&level, *child);
      const uint32_t start = level.at + ts_subtree_padding(*child).bytes;
      level.at = start + ts_subtree_size(*child).bytes;
      const bool visible = alias || ts_subtree_visible(*child);
      bool inside = ts_subtree_child_count(*child) > 0;
      if (visible && is_wanted(language, wanted, alias ? alias : ts_subtree_symbol(*child)))
        inside &= visit(payload, node_at(tree, child, start, alias), level.depth);
      if (!inside) continue;
      const int depth = level.depth + visible;
      if (level.next != level.end) array_push(&above, level);
      level = level_of(language, *child, start, depth);
    }
    if (above.size == 0) break;
    level = array_pop(&above);
  }
  array_delete(&above);
}

static TSFieldId field_of(const TSLanguage *language, Subtree parent, uint32_t structural) {
  const TSFieldMapEntry *at, *end;
  ts_language_field_map(language, parent.ptr->production_id, &at, &end);
  for (; at != end; at++)
    if (!at->inherited && at->child_index == structural) return at->field_id;
  return 0;
}

static void children(const TSTree *tree, Subtree parent, uint32_t start, TSFieldId outer,
                     acpd_child each, void *payload) {
  Level level = level_of(tree->language, parent, start, 0);
  for (uint32_t structural = 0; level.next != level.end;) {
    const Subtree *child = level.next++;
    const TSSymbol alias = take_alias(&level, *child);
    const uint32_t begin = level.at + ts_subtree_padding(*child).bytes;
    level.at = begin + ts_subtree_size(*child).bytes;
    TSFieldId field = 0;
    /* A field of a hidden node is a field of the nodes in it. */
    if (!ts_subtree_extra(*child)) field = field_of(tree->language, parent, structural++);
    if (!field && !ts_subtree_extra(*child)) field = outer;
    if (alias || ts_subtree_visible(*child))
      each(payload, node_at(tree, child, begin, alias), field);
    else if (ts_subtree_child_count(*child) > 0)
      children(tree, *child, begin, field, each, payload);
  }
}

void acpd_tree_children(TSNode node, acpd_child each, void *payload) {
  Subtree parent = *(const Subtree *)node.id;
  if (ts_subtree_child_count(parent) == 0) return;
  children(node.tree, parent, ts_node_start_byte(node), 0, each, payload);
}
