// Boost.JSON from source: instrumented like the rest, as the shared library would hide it from the
// fuzzer.
#include <boost/json/src.hpp>
