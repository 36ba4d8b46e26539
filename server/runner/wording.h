#pragma once

#include "server/runner/job_store.h"

#include <string>
#include <vector>

namespace acpd::runner {

/// What the runner says about a job: pure functions of rows, so that a live report, a summary after
/// loading and /status say the same.

std::string_view unit_of(job_kind kind);               // files, suites, tests
std::string progress_title(const job_row& job);        // each: 45/100 files
std::string session_title(const std::string& command); // its first line, shortened
std::string status_text(int wait_status);              // exit 1; killed by signal 11 (…)
std::string failure_text(const failure_row& row);      // status and output

/// 100/100 files, 2 failed: a.c, b.c
std::string summary(const job_row& job, const std::vector<failure_row>& failures);
/// The summary and a line for each failure that is known singly.
std::string report_text(const job_row& job, const std::vector<failure_row>& failures);
/// continuing at item 45 of 100; 44 had finished; run again: a.c. `first` is the lowest unfinished.
std::string continuing_text(const job_row& job, std::int64_t first,
                            const std::vector<item>& run_again, std::int64_t run_again_count);
/// One line a job, newest first.
std::string status_lines(const std::vector<job_row>& jobs);

/// The program and arguments that run one item.
std::vector<std::string> item_command(const job_row& job, const std::string& name);

} // namespace acpd::runner
