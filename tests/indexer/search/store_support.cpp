// The toy language of the store's tests, for these, too.
#include "tests/indexer/store/support.cpp" // NOLINT(bugprone-suspicious-include)
