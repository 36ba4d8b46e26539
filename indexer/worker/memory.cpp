#include "indexer/worker/memory.h"

#include <malloc.h>

// jemalloc's, where the program has it (indexer/CMakeLists.txt): it reads the one, null is the
// other elsewhere. Two arenas: one a thread would keep what each has once used.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0";
[[gnu::weak]] int mallctl(const char* name, void* old_value, std::size_t* old_size, void* new_value,
                          std::size_t new_size);
}

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
