#pragma once

#include <string>

namespace acpd::index {

/// The name of a file system on which changes may happen that inotify does not report (made by
/// another machine, or below an overlay); empty: all are reported.
std::string unreported_file_system(const std::string& folder);

} // namespace acpd::index
