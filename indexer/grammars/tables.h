#pragma once

namespace acpd::index {

/// For a pause: this process lets go of the pages of its program's file that it only reads, which
/// are nearly all parse tables. They stay in the system's cache of that file, from where the next
/// parse has them back without reading the disk. Any thread, at any time.
void let_go_of_tables();

} // namespace acpd::index
