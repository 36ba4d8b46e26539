#pragma once

#include <cstdio>
#include <cstdlib>

/// What must hold for any input; a fuzz target stops where it does not.
#define ACPD_REQUIRE(what)                                                                         \
  do {                                                                                             \
    if (!(what)) {                                                                                 \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #what);               \
      std::abort();                                                                                \
    }                                                                                              \
  } while (false)
