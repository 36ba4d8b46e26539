#pragma once

#include "protocol/failure.h"

#include <string>

namespace acpd::cli {

/// What is at an https:// address, fetched by `curl` as a child process: at most 8 MiB within 30 s,
/// over https only, redirects included. Errors are fit to show.
protocol::result<std::string> download(const std::string& address);

/// A file of at most 8 MiB; "-": stdin.
protocol::result<std::string> read_document(const std::string& file);

} // namespace acpd::cli
