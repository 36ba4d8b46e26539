#include "indexer/worker/requests.h"

#include <boost/json/parse.hpp>

namespace acpd::index {
namespace {

std::string_view code_of(walk_problem problem) {
  switch (problem) {
  case walk_problem::no_folder: return "no_folder";
  case walk_problem::too_wide: return "too_wide";
  case walk_problem::too_many_files: return "too_many_files";
  }
  return "";
}

} // namespace

requests::requests(unsigned threads, output& out)
    : out_(out), pipeline_(threads, out), watch_(pipeline_), questions_(watch_, pipeline_, out),
      graph_(watch_, pipeline_, out) {}

/// Each thread ends before those that it waits for. They post to one
/// another up to the end, so that none is destroyed before all have ended.
requests::~requests() {
  graph_.stop();
  watch_.stop();
  pipeline_.stop();
}

void requests::line(std::string_view text) {
  boost::system::error_code wrong;
  const auto parsed = boost::json::parse(text, wrong);
  if (wrong || !parsed.is_object())
    return out_.error(nullptr, "bad_request", "a request is a JSON object on one line");
  const auto& members = parsed.get_object();
  const auto* id = members.if_contains("id");
  try {
    dispatch(id ? *id : value(nullptr), members);
  } catch (const bad_request& refused) {
    out_.error(id ? *id : value(nullptr), refused.code, refused.text);
  }
}

void requests::dispatch(const value& id, const object& members) {
  const arguments asked(members);
  const auto what = asked.text("do");
  if (what == "add") return add(id, asked);
  if (what == "remove") return remove(id, asked);
  if (what == "status") return status(id, asked);
  if (what == "changed") return changed(id, asked);
  if (what == "rebuild") return rebuild(id, asked);
  if (!questions::knows(what))
    throw bad_request{"bad_request", "there is no \"" + what + "\": see WORKER.md"};
  question made{id, what, members, workspace(asked)};
  if (questions::needs_graph(what))
    graph_.ask(std::move(made));
  else
    questions_.answer(made);
}

std::shared_ptr<workspace_info> requests::workspace(const arguments& asked) const {
  const auto key = asked.text("workspace");
  const std::lock_guard lock(mutex_);
  const auto found = workspaces_.find(key);
  if (found == workspaces_.end())
    throw bad_request{"unknown_workspace", "there is no workspace \"" + key + "\": add it first"};
  return found->second;
}

void requests::add(const value& id, const arguments& asked) {
  const auto key = asked.text("workspace");
  auto info = std::make_shared<workspace_info>(key, asked.text("root"), asked.text("db"));
  watch_request request{
      info, {asked.texts("deny"), asked.texts("include")}, asked.flag("allow_wide_roots")};
  {
    const std::lock_guard lock(mutex_);
    if (workspaces_.contains(key) || !opening_.emplace(key, true).second)
      throw bad_request{"bad_request", "the workspace \"" + key + "\" is there already"};
  }
  watch_.add(std::move(request), [this, id, info](const auto& watched) {
    if (watched) return opened(id, info);
    {
      const std::lock_guard lock(mutex_);
      opening_.erase(info->key);
    }
    out_.error(id, code_of(watched.error().code), watched.error().text);
  });
}

/// It is watched; its database follows.
void requests::opened(const value& id, std::shared_ptr<workspace_info> info) {
  pipeline_.open(info, [this, id, info](const std::string& error) {
    {
      const std::lock_guard lock(mutex_);
      opening_.erase(info->key);
      if (error.empty()) workspaces_.emplace(info->key, info);
    }
    if (error.empty()) return out_.ok(id, {{"coverage", info->now().to_json()}});
    watch_.remove(info->id, [] {});
    out_.error(id, "database", error);
  });
}

void requests::remove(const value& id, const arguments& asked) {
  const auto info = workspace(asked);
  {
    const std::lock_guard lock(mutex_);
    workspaces_.erase(info->key);
  }
  watch_.remove(info->id, [this, id, info] {
    pipeline_.close(info->id, [this, id](const std::string&) { out_.ok(id, {}); });
  });
}

void requests::status(const value& id, const arguments& asked) {
  const auto info = workspace(asked);
  object made{{"root", info->real_root}, {"coverage", info->now().to_json()}};
  if (const auto index = info->index()) {
    made["database_bytes"] = index->size_on_disk();
    made["chunks"] = index->sums().chunks;
  }
  out_.ok(id, std::move(made));
}

void requests::changed(const value& id, const arguments& asked) {
  const auto info = workspace(asked);
  for (const auto& path : asked.texts("paths"))
    watch_.hint(info->id, path);
  if (!id.is_null()) out_.ok(id, {});
}

void requests::rebuild(const value& id, const arguments& asked) {
  const auto info = workspace(asked);
  pipeline_.rebuild(info->id, "somebody asked for it", [this, id](const std::string& error) {
    if (error.empty())
      out_.ok(id, {});
    else
      out_.error(id, "database", error);
  });
}

} // namespace acpd::index
