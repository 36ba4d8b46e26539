#include "server/runner/wording.h"

#include "server/runner/children.h"

#include <cstring>
#include <sys/wait.h>

namespace acpd::runner {
namespace {

constexpr std::size_t max_names = 10;
constexpr std::size_t title_bytes = 80;

std::string counts(const job_row& job) {
  return std::to_string(job.done) + "/" + std::to_string(job.total) + " " +
         std::string(unit_of(job.kind));
}

std::string and_more(std::int64_t more) {
  return more > 0 ? " and " + std::to_string(more) + " more" : "";
}

// For ctest -R, a regular expression of CMake's.
std::string exactly(const std::string& name) {
  std::string out = "^";
  for (char c : name) {
    if (std::string_view("^$.[]*+?()|\\").contains(c)) out += '\\';
    out += c;
  }
  return out + "$";
}

} // namespace

std::string_view unit_of(job_kind kind) {
  switch (kind) {
  case job_kind::each: return "files";
  case job_kind::command: return "suites";
  case job_kind::ctest: return "tests";
  }
  return "items";
}

std::string progress_title(const job_row& job) {
  return (job.kind == job_kind::each ? "each: " : "test: ") + counts(job);
}

std::string session_title(const std::string& command) {
  auto line = command.substr(0, command.find('\n'));
  if (line.size() <= title_bytes) return line;
  auto end = title_bytes;
  while (end > 0 && (line[end] & 0xC0) == 0x80)
    --end; // not through a character
  return line.substr(0, end) + "…";
}

std::string status_text(int wait_status) {
  if (WIFEXITED(wait_status)) return "exit " + std::to_string(WEXITSTATUS(wait_status));
  int signal = WTERMSIG(wait_status);
  return "killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
}

std::string failure_text(const failure_row& row) {
  auto text = status_text(row.status) + "\n";
  std::string_view output = row.output;
  if (output.size() >= output_tail_bytes) {
    text += "[the last 8 KiB of its output]\n";
    // The cut may go through a character: begin with the next whole one.
    while (!output.empty() && (output.front() & 0xC0) == 0x80)
      output.remove_prefix(1);
  }
  return text += output.empty() ? "(no output)" : output;
}

std::string summary(const job_row& job, const std::vector<failure_row>& failures) {
  auto text = counts(job);
  if (job.failed == 0) return text + ", none failed";
  text += ", " + std::to_string(job.failed) + " failed";
  std::size_t named = 0;
  for (; named < failures.size() && named < max_names; ++named)
    text += (named == 0 ? ": " : ", ") + failures[named].name;
  return text + and_more(job.failed - static_cast<std::int64_t>(named));
}

std::string report_text(const job_row& job, const std::vector<failure_row>& failures) {
  auto text = counts(job) + (job.failed == 0 ? ", none failed" : "");
  if (job.failed > 0) text += ", " + std::to_string(job.failed) + " failed:";
  for (const auto& f : failures)
    text += "\n- " + f.name + ": " + status_text(f.status);
  auto more = job.failed - static_cast<std::int64_t>(failures.size());
  if (more > 0) text += "\n- and " + std::to_string(more) + " more, not shown singly";
  return text;
}

std::string continuing_text(const job_row& job, std::int64_t first,
                            const std::vector<item>& run_again, std::int64_t run_again_count) {
  auto text = "continuing at item " + std::to_string(first) + " of " + std::to_string(job.total) +
              "; " + std::to_string(job.done) + " had finished";
  for (std::size_t i = 0; i < run_again.size(); ++i)
    text += (i == 0 ? "; run again: " : ", ") + run_again[i].name;
  return text + and_more(run_again_count - static_cast<std::int64_t>(run_again.size()));
}

std::string status_lines(const std::vector<job_row>& jobs) {
  if (jobs.empty()) return "No job yet in this session: /help shows what can be run.";
  std::string text;
  bool first = true;
  for (const auto& job : jobs) {
    if (!text.empty()) text += "\n";
    text += "- `" + job.command + "`: ";
    switch (job.state) {
    case job_state::listing: text += "stopped before its items were listed"; break;
    case job_state::open: text += counts(job); break;
    case job_state::done: text += counts(job) + ", done"; break;
    case job_state::abandoned: text += counts(job) + ", started over"; break;
    }
    if (job.failed > 0) text += ", " + std::to_string(job.failed) + " failed";
    if (job.state == job_state::listing || job.state == job_state::open) {
      text += first ? ", unfinished: /continue goes on" : ", unfinished: give it again to go on";
      first = false;
    }
  }
  return text;
}

std::vector<std::string> item_command(const job_row& job, const std::string& name) {
  switch (job.kind) {
  case job_kind::each:
    // A file called -f must not be taken for an option.
    return {"/bin/sh", "-c", job.script, "sh", name.starts_with('-') ? "./" + name : name};
  case job_kind::command: return {"/bin/sh", "-c", job.script};
  case job_kind::ctest:
    return {"ctest",       "--test-dir",       job.script,           "-R",
            exactly(name), "--no-tests=error", "--output-on-failure"};
  }
  return {};
}

} // namespace acpd::runner
