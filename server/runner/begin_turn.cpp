#include "server/runner/begin_turn.h"

#include "server/runner/script.h"
#include "server/runner/wording.h"

#include <cstdio>
#include <random>

namespace acpd::runner {
namespace {

constexpr int jobs_in_status = 10;

job_kind kind_of(const request& asked) {
  if (asked.what == verb::each) return job_kind::each;
  return asked.command.empty() ? job_kind::ctest : job_kind::command;
}

std::string script_of(const request& asked) {
  return asked.what == verb::each ? item_script(asked.command) : asked.command;
}

protocol::result<std::vector<glob>> globs_of(const request& asked, const std::string& cwd) {
  std::vector<glob> all;
  for (const auto& text : asked.globs) {
    auto some = glob::compile(text, cwd);
    if (!some) return some;
    all.insert(all.end(), some->begin(), some->end());
  }
  return all;
}

std::unique_ptr<listing> lister(const turn_tools& tools, const job_row& job, const request& asked,
                                std::vector<glob> globs) {
  switch (job.kind) {
  case job_kind::each:
    return list_files(tools.db, tools.jobs, tools.processes, job, std::move(globs));
  case job_kind::command: return list_command(tools.jobs, job, asked.command);
  case job_kind::ctest: return list_tests(tools.jobs, tools.processes, job);
  }
  return nullptr;
}

beginning start_job(const turn_tools& tools, const session_row& session, const request& asked) {
  auto globs = globs_of(asked, session.cwd);
  if (!globs) return globs.error().text;
  job_row job{.session = session.id,
              .kind = kind_of(asked),
              .command = asked.canonical,
              .cwd = session.cwd,
              .script = script_of(asked),
              .jobs = asked.jobs,
              .owner = tools.identity,
              .mark = random_id()};
  tools.jobs.add(job);
  if (!tools.jobs.claim(job, tools.identity)) return "this job was just taken by another process";
  auto list = lister(tools, job, asked, std::move(*globs));
  return std::make_unique<job_turn>(tools, std::move(job), std::move(list), "");
}

beginning continue_job(const turn_tools& tools, const session_row& session, job_row job,
                       const request& asked) {
  if (job.owner != tools.identity && is_alive(job.owner))
    return "`" + job.command + "` is being run by another process of this session (" + job.owner +
           "): cancel it there, or wait for it";
  bool rebooted = !job.owner.empty() && !same_boot(job.owner, tools.identity);
  if (job.state == job_state::listing) {
    tools.jobs.remove(job.id);
    auto again = parse_prompt(job.command);
    if (!again) return again.error().text;
    again->jobs = asked.jobs > 0 ? asked.jobs : job.jobs;
    auto at = session;
    at.cwd = job.cwd;
    return start_job(tools, at, *again);
  }
  if (!tools.jobs.claim(job, tools.identity)) return "this job was just taken by another process";
  job.rebooted = rebooted;
  kill_marked(job.mark);
  if (asked.jobs > 0) job.jobs = asked.jobs;
  return std::make_unique<job_turn>(tools, std::move(job), nullptr, "");
}

beginning run_or_continue(const turn_tools& tools, const session_row& session,
                          const request& asked) {
  auto job = tools.jobs.unfinished(session.id, asked.canonical, session.cwd);
  if (job && asked.fresh) {
    if (job->owner != tools.identity && is_alive(job->owner))
      return "`" + job->command + "` is being run by another process: cancel it there first";
    kill_marked(job->mark);
    tools.jobs.set_state(job->id, job_state::abandoned);
    job.reset();
  }
  if (job) return continue_job(tools, session, std::move(*job), asked);
  return start_job(tools, session, asked);
}

} // namespace

std::string random_id() {
  std::random_device source;
  std::string out;
  for (int i = 0; i < 4; ++i) {
    char word[9];
    std::snprintf(word, sizeof word, "%08x", source());
    out += word;
  }
  return out;
}

beginning begin_turn(const turn_tools& tools, const session_row& session, const request& asked) {
  switch (asked.what) {
  case verb::each:
  case verb::test: return run_or_continue(tools, session, asked);
  case verb::resume: {
    auto job = tools.jobs.unfinished(session.id);
    if (!job) return "nothing to continue: every job of this session is finished";
    return continue_job(tools, session, std::move(*job), asked);
  }
  case verb::status: return status_lines(tools.jobs.latest(session.id, jobs_in_status));
  case verb::help:
  case verb::chat: return help_text();
  }
  return help_text();
}

} // namespace acpd::runner
