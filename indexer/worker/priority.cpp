#include "indexer/worker/priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace acpd::index {
namespace {
// linux/ioprio.h is not installed everywhere.
constexpr int ioprio_who_process = 1;
constexpr int ioprio_class_idle = 3 << 13;
} // namespace

void run_in_background() {
  // 0 is the calling thread, on Linux for both. A refusal changes nothing that matters.
  ::setpriority(PRIO_PROCESS, 0, 10);
  ::syscall(SYS_ioprio_set, ioprio_who_process, 0, ioprio_class_idle);
}

} // namespace acpd::index
