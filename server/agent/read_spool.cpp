#include "protocol/errors.h"
#include "server/agent/shim_dir.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace acpd::agent {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t piece_bytes = std::size_t{256} << 10;

struct segment {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  unique_fd fd;
};

protocol::failure said(const fs::path& path, int error) {
  return {protocol::internal_error,
          "cannot read the spool " + path.string() + ": " + std::strerror(error)};
}

/// The spool's files in order, those before a gap left out: what follows the gap is the newer part.
protocol::result<std::vector<segment>> open_segments(const fs::path& dir) {
  std::vector<segment> found;
  std::error_code ec;
  for (fs::directory_iterator it(dir, ec), end; !ec && it != end; it.increment(ec)) {
    const std::string name = it->path().filename().string();
    constexpr std::string_view prefix = "spool.";
    segment s;
    const char* last = name.data() + name.size();
    if (!name.starts_with(prefix) ||
        std::from_chars(name.data() + prefix.size(), last, s.begin).ptr != last)
      continue;
    s.fd = unique_fd(::open(it->path().c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info{};
    if (!s.fd || ::fstat(s.fd.get(), &info) != 0) return std::unexpected(said(it->path(), errno));
    s.end = s.begin + static_cast<std::uint64_t>(info.st_size);
    found.push_back(std::move(s));
  }
  if (ec) return std::unexpected(said(dir, ec.value()));
  std::ranges::sort(found, {}, &segment::begin);
  for (std::size_t i = found.size(); i-- > 1;)
    if (found[i - 1].end != found[i].begin) {
      found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  return found;
}

ssize_t read_at(const std::vector<segment>& segments, std::uint64_t offset, char* out,
                std::size_t bytes) {
  for (const auto& s : segments)
    if (offset >= s.begin && offset < s.end)
      return ::pread(s.fd.get(), out, std::min<std::uint64_t>(bytes, s.end - offset),
                     static_cast<off_t>(offset - s.begin));
  return 0;
}

/// The offset behind the last newline in [begin, end); begin when there is none.
std::uint64_t last_whole(const std::vector<segment>& segments, std::uint64_t begin,
                         std::uint64_t end, std::string& piece) {
  while (end > begin) {
    std::uint64_t from = end - std::min<std::uint64_t>(end - begin, piece.size());
    for (const auto& s : segments) // one read does not cross files
      if (s.begin > from && s.begin < end) from = s.begin;
    const ssize_t n = read_at(segments, from, piece.data(), end - from);
    if (n <= 0) return begin;
    const auto at = std::string_view(piece.data(), static_cast<std::size_t>(n)).rfind('\n');
    if (at != std::string_view::npos) return from + at + 1;
    end = from;
  }
  return begin;
}

} // namespace

protocol::result<spool_range> read_spool(const fs::path& dir, std::uint64_t offset,
                                         const spool_sink& sink) {
  const auto segments = open_segments(dir);
  if (!segments) return std::unexpected(segments.error());
  if (segments->empty() || offset >= segments->back().end) return spool_range{offset, offset};
  spool_range range;
  range.begin = std::max(offset, segments->front().begin);
  std::string piece(piece_bytes, '\0');
  range.end = last_whole(*segments, range.begin, segments->back().end, piece);
  for (std::uint64_t at = range.begin; at < range.end;) {
    const auto want = std::min<std::uint64_t>(piece.size(), range.end - at);
    const ssize_t n = read_at(*segments, at, piece.data(), want);
    if (n <= 0) return std::unexpected(said(dir, n < 0 ? errno : EIO));
    if (!sink(at, std::string_view(piece.data(), static_cast<std::size_t>(n)))) break;
    at += static_cast<std::uint64_t>(n);
  }
  return range;
}

} // namespace acpd::agent
