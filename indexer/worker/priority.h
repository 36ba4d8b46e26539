#pragma once

namespace acpd::index {

/// The calling thread gives way to everything else on the machine: nice 10, idle class for disks.
/// Threads that answer or make a save searchable stay as they are: they do little, and are waited
/// for.
void run_in_background();

} // namespace acpd::index
