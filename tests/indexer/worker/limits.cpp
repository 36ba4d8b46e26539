// The limits of the watcher's tests, for these, too.
#include "tests/indexer/files/limits.cpp" // NOLINT(bugprone-suspicious-include)
