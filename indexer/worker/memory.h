#pragma once

namespace acpd::index {

/// Before the first thread: threads share their memory, since each would keep what it has once
/// used.
void share_memory();

/// For a pause: what is free goes back to the system.
void give_memory_back();

} // namespace acpd::index
