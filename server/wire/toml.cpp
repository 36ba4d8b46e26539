// toml++, compiled once. Its parser asserts what it then reports as an error of the text.
#define TOML_ASSERT(expression) static_cast<void>(0)
#define TOML_IMPLEMENTATION
#include <toml++/toml.h>
