#include "indexer/worker/memory.h"

#include <malloc.h>

// Of jemalloc, where the program has it (indexer/CMakeLists.txt); its settings are in main.cpp.
extern "C" [[gnu::weak]] int mallctl(const char* name, void* old_value, std::size_t* old_size,
                                     void* new_value, std::size_t new_size);

namespace acpd::index {

void share_memory() {
  if (!mallctl) ::mallopt(M_ARENA_MAX, 2);
}

void give_memory_back() {
  if (!mallctl) {
    ::malloc_trim(0);
    return;
  }
  mallctl("thread.tcache.flush", nullptr, nullptr, nullptr, 0);
  mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0); // MALLCTL_ARENAS_ALL
}

} // namespace acpd::index
