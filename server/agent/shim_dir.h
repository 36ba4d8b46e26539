#pragma once

#include "protocol/failure.h"
#include "server/agent/shim_frames.h"
#include "server/agent/unique_fd.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::agent {

/// What a daemon does with a shim's folder, STATE/shims/ID (SHIM.md). All of it blocks on the disk
/// only, holds no state and may be called on any thread.

/// The shim's last words: also after its kill -9. Nothing when there is no whole state file of this
/// version.
std::optional<shim_hello> read_state(const std::filesystem::path& dir);

/// Whether a shim holds the folder's lock.
bool shim_alive(const std::filesystem::path& dir);

/// The folders below STATE/shims, dead shims' too, sorted by name. Missing: empty.
std::vector<std::filesystem::path> list_shims(const std::filesystem::path& state_dir);

/// A non-blocking, close-on-exec stream socket that is connected to dir/sock; works for paths of
/// any length. Errors: nobody listens there.
protocol::result<unique_fd> connect_shim(const std::filesystem::path& dir);

/// What read_spool has given.
struct spool_range {
  std::uint64_t begin = 0; // offset asked for, or, where the spool starts later, its first
  std::uint64_t end = 0;   // offset after the last newline; begin when there is no whole line
};

/// Takes bytes of the agent's stdout that start at `offset`. Return false to stop.
using spool_sink = std::function<bool(std::uint64_t offset, std::string_view bytes)>;

/// Gives what a dead shim's spool holds from `offset` on, up to the last whole line, in order, in
/// pieces of at most 256 KiB that are cut anywhere, as `data` frames are. Errors: a file cannot be
/// read.
protocol::result<spool_range> read_spool(const std::filesystem::path& dir, std::uint64_t offset,
                                         const spool_sink& sink);

/// The last bytes of the agent's stderr, from stderr.log; empty when there is none.
std::string read_stderr_tail(const std::filesystem::path& dir, std::size_t bytes = 16384);

/// Removes the folder and what is in it. Only for a dead shim whose spool has been read.
protocol::result<void> remove_dir(const std::filesystem::path& dir);

} // namespace acpd::agent
