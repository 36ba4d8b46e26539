#pragma once

/* The two ways in which the index reads syntax trees, on the private headers of the Tree-sitter
 * core that package-lock.json pins. The public cursor keeps rows, columns, aliases and counts at
 * each step: a walk with it costs 28 % of the parse, this one 3 %. The nodes given here have their
 * kind, flags and bytes; their rows and columns are not filled in. tests/indexer/grammars compares
 * both, so that a new core cannot change this in silence. */

#include <stdbool.h>
#include <stdint.h>
#include <tree_sitter/api.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Returns whether the node's children are to be visited. `depth` counts visible nodes above it. */
typedef bool (*acpd_visit)(void* payload, TSNode node, int depth);

/* Visits, in the order of the text, the visible nodes whose kind is marked: wanted[ts_node_symbol].
 */
void acpd_tree_visit(const TSTree* tree, const bool* wanted, acpd_visit visit, void* payload);

typedef void (*acpd_child)(void* payload, TSNode child, TSFieldId field);

/* The visible children of a node, each with its field (0: none). */
void acpd_tree_children(TSNode node, acpd_child each, void* payload);

#ifdef __cplusplus
}
#endif
