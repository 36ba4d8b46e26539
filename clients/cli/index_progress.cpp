#include "clients/cli/index_progress.h"

#include "clients/cli/commands.h"
#include "clients/cli/exit_codes.h"
#include "clients/cli/sessions.h"

#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace acpd::cli {
namespace {

constexpr int look_every_ms = 200;

/// One line on stderr that is written over; nothing where stderr is no terminal.
class progress_line {
public:
  ~progress_line() { show({}); }
  void show(const std::string& text) {
    if (::isatty(STDERR_FILENO) == 0 || text == shown_) return;
    std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
    shown_ = text;
  }

private:
  std::string shown_;
};

} // namespace

std::string index_folder(const std::string& given) {
  std::error_code ec;
  const auto folder = given.empty() ? std::filesystem::current_path(ec)
                                    : std::filesystem::weakly_canonical(given, ec);
  return ec ? given : folder.string();
}

bool is_complete(json_view coverage) {
  return coverage["complete"].raw == "true" && coverage["pending"].number_or(0) == 0;
}

std::string coverage_text(json_view coverage) {
  const auto indexed = coverage["indexed"].number_or(0);
  if (is_complete(coverage)) return count_text(indexed) + " files";
  return progress_text(indexed, std::max(coverage["total"].number_or(0), indexed), "files");
}

std::optional<int> wait_for_index(client& c, const std::string& folder) {
  progress_line line;
  for (;;) {
    const auto now = c.call("_acpd/index/status", R"({"cwd":)" + protocol::quoted(folder) + "}");
    if (!now) return report(now.error());
    const json_view coverage = now->result()["coverage"];
    if (is_complete(coverage) || coverage["problem"]) return std::nullopt;
    line.show("indexing " + folder + ": " + coverage_text(coverage));
    switch (c.wait(look_every_ms)) {
    case woken::message: c.take(); break;
    case woken::interrupted: return cancelled;
    case woken::lost: return report({no_daemon_failure, "the daemon has ended"});
    case woken::timeout:
    case woken::other_input: break;
    }
  }
}

} // namespace acpd::cli
