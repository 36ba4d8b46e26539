#include "indexer/worker/questions.h"

#include "indexer/worker/freshness.h"
#include "indexer/worker/memory.h"

#include <sqlite3.h>

namespace acpd::index {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto patience = 150ms; // for what was saved just before the question
constexpr auto rest_after = 1s;

using answerer = json::object (*)(const answer_source&, const arguments&);
struct entry {
  std::string_view what;
  answerer answer;
  bool needs_graph = false;
};
constexpr std::array<entry, 5> answerers{{{"search", answer_search},
                                          {"symbol", answer_symbol},
                                          {"outline", answer_outline},
                                          {"related", answer_related, true},
                                          {"repo_map", answer_repo_map, true}}};

const entry* find(std::string_view what) {
  for (const auto& known : answerers)
    if (known.what == what) return &known;
  return nullptr;
}

bool is_empty(const json::object& answer) {
  for (const auto* list : {"hits", "definitions", "references", "symbols", "files"})
    if (const auto* found = answer.if_contains(list); found && !found->as_array().empty())
      return false;
  return !answer.contains("text") || answer.at("text").as_string().empty();
}

/// "Nothing found" and "not indexed yet" are different answers.
std::string note_for_nothing(const coverage& now) {
  const auto files = std::to_string(now.indexed);
  if (!now.problem.empty()) return "nothing found, but the index is not up to date: " + now.problem;
  if (!now.complete || now.pending > 0)
    return "not indexed yet: nothing found in the " + files + " of " +
           std::to_string(now.indexed + now.pending) + " files that are; ask again in a moment";
  return "nothing found in " + files + " indexed files";
}

/// Of a file that is not indexed: why not.
void add_reason(json::object& answer, const workspace_info& about) {
  const auto* indexed = answer.if_contains("indexed");
  const auto rules = about.rules();
  if (!indexed || indexed->as_bool() || !rules) return;
  const auto why = rules->explain(std::string(answer.at("path").as_string()), false);
  if (why.what != verdict::take) answer["reason"] = why.reason;
}

} // namespace

bool questions::knows(std::string_view what) { return find(what) != nullptr; }
bool questions::needs_graph(std::string_view what) { return find(what)->needs_graph; }

void questions::answer(const question& asked) {
  pipeline_.questioned();
  write_answer(asked);
  rest_at_ = std::chrono::steady_clock::now() + rest_after;
}

void questions::rest() {
  rest_at_.reset();
  open_.clear();
  give_memory_back();
}

void questions::write_answer(const question& asked) {
  try {
    auto made = answer_fresh(asked);
    const auto now = asked.about->now();
    if (is_empty(made)) made["note"] = note_for_nothing(now);
    add_reason(made, *asked.about);
    made["coverage"] = now.to_json();
    out_.ok(asked.id, std::move(made));
  } catch (const bad_request& wrong) {
    out_.error(asked.id, wrong.code, wrong.text);
  } catch (const database_error& error) {
    open_.erase(asked.about->id);
    const bool damaged = error.code() == SQLITE_CORRUPT || error.code() == SQLITE_NOTADB;
    if (damaged) pipeline_.rebuild(asked.about->id, error.what(), [](const std::string&) {});
    out_.error(asked.id, "database",
               std::string(error.what()) + (damaged ? "; it is being built anew" : ""));
  } catch (const std::exception& error) { // one question must not end the worker
    out_.error(asked.id, "internal", error.what());
  }
}

json::object questions::answer_fresh(const question& asked) {
  const auto until = std::chrono::steady_clock::now() + patience;
  if (watch_.flush(*asked.about, until)) asked.about->settle(until);
  std::vector<std::string> stale;
  auto made = answer_once(asked, stale);
  if (!stale.empty()) {
    // The watcher did not tell, or not yet: have these read now, and ask once more.
    const auto read = pipeline_.look(asked.about->id, stale);
    if (read.wait_for(patience) == std::future_status::ready) made = answer_once(asked, stale);
  }
  mark_stale(made, stale);
  return made;
}

json::object questions::answer_once(const question& asked, std::vector<std::string>& stale) {
  auto& index = index_of(*asked.about);
  const auto view = index.reads->look();
  auto made = find(asked.what)
                  ->answer({view, asked.about->real_root, index.graph}, arguments(asked.members));
  stale = stale_paths(made, view, asked.about->real_root);
  return made;
}

questions::open_index& questions::index_of(const workspace_info& about) {
  auto from = about.index();
  if (!from)
    throw bad_request{"not_open", "the index of " + about.root + " is not open: " +
                                      (about.now().problem.empty() ? "ask again in a moment"
                                                                   : about.now().problem)};
  auto& open = open_[about.id];
  if (open.from != from) {
    open = {};
    open.from = from;
    open.reads = std::make_unique<reader>(*from);
  }
  return open;
}

} // namespace acpd::index
