#include "indexer/grammars/tables.h"

#include <cstdint>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace acpd::index {
namespace {

/// Called for each loaded file; the first is the program, and 1 ends it.
int let_go_of_constants(dl_phdr_info* program, std::size_t, void*) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  for (std::size_t i = 0; i < program->dlpi_phnum; ++i) {
    const auto& segment = program->dlpi_phdr[i];
    // What may be written holds what this process wrote; what is executed is being executed.
    if (segment.p_type != PT_LOAD || segment.p_flags != PF_R) continue;
    const auto begin = (program->dlpi_addr + segment.p_vaddr) & ~(page - 1);
    const auto end = (program->dlpi_addr + segment.p_vaddr + segment.p_memsz) & ~(page - 1);
    ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
  return 1;
}

} // namespace

void let_go_of_tables() { ::dl_iterate_phdr(let_go_of_constants, nullptr); }

} // namespace acpd::index
