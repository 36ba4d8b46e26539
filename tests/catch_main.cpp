#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

// The SQL grammar's scanner does not free the tag of a quoted text (a few bytes a text): theirs.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:tree_sitter_sql_external_scanner\n";
}
