#include "indexer/script/script.h"
#include "indexer/worker/worker.h"

#include <CLI/CLI.hpp>
#include <iostream>

/// `acpd index`: the worker of a daemon (on stdio), or with --root a command for scripts. A program
/// of its own, so that the daemon has no grammars in it.
int main(int argc, char** argv) {
  CLI::App app("Indexes the code of a folder, and finds in it.\n"
               "Without --root: the daemon's worker, JSON lines on stdin and stdout.",
               "acpd index");
  acpd::index::script_options script;
  acpd::index::worker_options worker;
  bool once = false;
  app.add_option("--root", script.root, "the folder");
  auto* build = app.add_flag("--once", once, "bring its index up to date and end");
  auto* queries =
      app.add_option("--queries", script.queries,
                     "answer the lines {\"id\",\"query\"} of this file (-: stdin) with lines "
                     "{\"id\",\"hits\":[{\"path\",\"start_line\",\"end_line\",\"score\"}]}");
  app.add_option("--db", script.db, "where the index is kept (a temporary file)");
  app.add_option("--threads", script.threads, "parsers (as many as there are cores)")
      ->check(CLI::Range(1U, 256U));
  app.add_option("--hits", script.hits, "hits a query (30)")->check(CLI::Range(1U, 1000U));
  CLI11_PARSE(app, argc, argv);
  if (script.root.empty()) {
    if (*build || *queries) {
      std::cerr << "acpd index: --once and --queries need --root DIR\n";
      return 2;
    }
    worker.threads = script.threads;
    return acpd::index::run_worker(worker);
  }
  if (!*build && !*queries) {
    std::cerr << "acpd index: --root needs --once, or --queries FILE\n";
    return 2;
  }
  return acpd::index::run_script(script);
}
