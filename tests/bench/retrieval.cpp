// The retrieval benchmark: see retrieval.h for what is measured, tests/bench/retrieval for the
// command.
#include "tests/bench/retrieval.h"

#include "indexer/script/build.h"
#include "indexer/search/search.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>

namespace bench = acpd::bench;
namespace idx = acpd::index;
namespace fs = std::filesystem;

namespace {

struct options {
  fs::path trees, queries, answers;
  std::vector<std::string> set, without;
  unsigned fit = 0;
  bool ablate = false, baselines = true;
  std::vector<std::string> sweep;
};

/// The index of one tree, kept open.
struct tree {
  std::string root;
  std::unique_ptr<idx::store> db;
  std::unique_ptr<idx::reader> reading;
};

class trees {
public:
  trees(fs::path folder, fs::path indexes)
      : folder_(std::move(folder)), indexes_(std::move(indexes)) {}

  tree& get(const std::string& kind, const std::string& name) {
    auto& slot = open_[kind + "/" + name];
    if (slot) return *slot;
    slot = std::make_unique<tree>();
    slot->root = (folder_ / kind / name).string();
    fs::create_directories(indexes_ / kind);
    slot->db = std::make_unique<idx::store>(indexes_ / kind / (name + ".db"));
    auto found = idx::list_files(*idx::ignore_rules::load(slot->root));
    if (!found) throw std::runtime_error(found.error().text);
    idx::build(*slot->db, slot->root, *std::move(found), 2);
    slot->reading = std::make_unique<idx::reader>(*slot->db);
    return *slot;
  }

private:
  fs::path folder_, indexes_;
  std::map<std::string, std::unique_ptr<tree>> open_;
};

const char* tree_kind(const bench::question& q) { return q.task == "doc" ? "masked" : "base"; }

bench::answer ask(tree& t, const bench::question& q, const idx::ranking& r) {
  const auto v = t.reading->look();
  bench::answer a;
  for (const auto& h : idx::search(v, q.text, {}, r))
    a.push_back({h.path, h.first_line, h.last_line});
  return a;
}

bench::scores run(trees& all, const std::vector<bench::question>& questions,
                  const idx::ranking& r) {
  bench::scores s;
  for (const auto& q : questions)
    s.add(q, ask(all.get(tree_kind(q), q.repo), q, r));
  return s;
}

/// Lines {"id","hits"}, for another program to score.
void write_answers(trees& all, const std::vector<bench::question>& questions, const idx::ranking& r,
                   const fs::path& to) {
  std::ofstream out(to);
  for (const auto& q : questions) {
    boost::json::array hits;
    for (const auto& h : ask(all.get(tree_kind(q), q.repo), q, r))
      hits.push_back({{"path", h.path}, {"start_line", h.first_line}, {"end_line", h.last_line}});
    out << boost::json::serialize(boost::json::object{{"id", q.id}, {"hits", std::move(hits)}})
        << '\n';
  }
}

void print_row(const char* what, const bench::scores& s, const std::string& repo) {
  std::printf("%-34s %6.3f %6.3f %6.3f %6.3f\n", what, s.ndcg("commit", repo), s.ndcg("doc", repo),
              s.symbol_recall("doc", repo), s.objective(repo));
}

void header(const std::string& first) {
  std::printf("%-34s %6s %6s %6s %6s\n", first.c_str(), "commit", "doc", "symbol", "mean");
}

void print_repositories(const char* engine, const bench::scores& s) {
  header(engine);
  print_row("all", s, "");
  for (const auto& repo : s.repositories())
    print_row(repo.c_str(), s, repo);
}

void set_constants(idx::ranking& r, const std::vector<std::string>& pairs) {
  for (const auto& pair : pairs) {
    const auto eq = pair.find('=');
    bench::constant(r, pair.substr(0, eq)) = std::stod(pair.substr(eq + 1));
  }
}

/// Engines that give files, not lines.
void print_files(const char* engine, const bench::scores& s) {
  std::printf("%-34s %6s %6s\n", engine, "commit", "doc");
  std::printf("%-34s %6.3f %6.3f\n", "all", s.ndcg("commit"), s.ndcg("doc"));
  for (const auto& repo : s.repositories())
    std::printf("%-34s %6.3f %6.3f\n", repo.c_str(), s.ndcg("commit", repo), s.ndcg("doc", repo));
}

/// Each constant at its neutral value, at half and at twice: what it is worth, and how sharp it is.
void ablate(trees& all, const std::vector<bench::question>& questions, const idx::ranking& tuned) {
  const auto whole = run(all, questions, tuned);
  header("constant");
  print_row("as tuned", whole, "");
  for (const auto& c : bench::constants()) {
    for (const double value : {c.neutral, tuned.*c.member / 2, tuned.*c.member * 2}) {
      if (value == tuned.*c.member) continue;
      auto r = tuned;
      r.*c.member = value;
      char name[64];
      std::snprintf(name, sizeof name, "%s %g -> %g", c.name, tuned.*c.member, value);
      print_row(name, run(all, questions, r), "");
    }
  }
}

/// name=v1,v2,…: the objective at each value, by repository.
void sweep(trees& all, const std::vector<bench::question>& questions, const idx::ranking& tuned,
           const std::string& what) {
  const auto eq = what.find('=');
  std::vector<std::string> values;
  for (std::size_t at = eq + 1; at <= what.size();) {
    auto end = std::min(what.find(',', at), what.size());
    values.push_back(what.substr(at, end - at));
    at = end + 1;
  }
  header(what.substr(0, eq));
  for (const auto& value : values) {
    auto r = tuned;
    bench::constant(r, what.substr(0, eq)) = std::stod(value);
    const auto s = run(all, questions, r);
    print_row(value.c_str(), s, "");
    std::printf("    ");
    for (const auto& repo : s.repositories())
      std::printf(" %s %.3f", repo.c_str(), s.objective(repo));
    std::printf("\n");
  }
}

/// Coordinate ascent: rounds over all constants, a step down and up each; keeps what helps.
idx::ranking fit(trees& all, const std::vector<bench::question>& questions, idx::ranking r,
                 unsigned rounds) {
  constexpr double worth = 0.0005;
  double best = run(all, questions, r).objective();
  double step = 1.5;
  for (unsigned round = 0; round < rounds; ++round, step = 1 + (step - 1) * 0.7)
    for (const auto& c : bench::constants()) {
      const double value = r.*c.member;
      for (const double other : {value == 0 ? 0.1 : value / step, value * step, c.neutral}) {
        auto tried = r;
        tried.*c.member = other;
        if (other == r.*c.member) continue;
        const double score = run(all, questions, tried).objective();
        if (score < best + worth) continue;
        best = score;
        r = tried;
        std::printf("%.4f %s = %g\n", best, c.name, other);
        std::fflush(stdout);
      }
    }
  return r;
}

} // namespace

int main(int argc, char** argv) try {
  options o;
  CLI::App app{"retrieval quality of the index"};
  app.add_option("--trees", o.trees, "folder with base/NAME and masked/NAME")->required();
  app.add_option("--queries", o.queries, "folder with commit.jsonl and doc.jsonl")->required();
  app.add_option("--answers", o.answers, "write the answers to this file, one a line");
  app.add_option("--set", o.set, "constant=value");
  app.add_option("--sweep", o.sweep, "constant=value,value,…");
  app.add_option("--fit", o.fit, "rounds of coordinate ascent");
  app.add_option("--without", o.without, "leave a repository out");
  app.add_flag("--ablate", o.ablate, "what each constant is worth");
  app.add_flag("--baselines,!--no-baselines", o.baselines,
               "compare with plain BM25 and a term count");
  CLI11_PARSE(app, argc, argv);

  auto questions = bench::read_questions(o.queries);
  std::erase_if(questions, [&](const auto& q) { return !fs::exists(o.trees / "base" / q.repo); });
  std::erase_if(questions,
                [&](const auto& q) { return std::ranges::count(o.without, q.repo) > 0; });
  trees all(o.trees, o.trees / "index");
  idx::ranking r = idx::tuned;
  set_constants(r, o.set);
  if (!o.answers.empty()) write_answers(all, questions, r, o.answers);
  if (o.fit > 0) {
    fit(all, questions, r, o.fit);
    return 0;
  }
  if (o.ablate) {
    ablate(all, questions, r);
    return 0;
  }
  if (!o.sweep.empty()) {
    for (const auto& s : o.sweep)
      sweep(all, questions, r, s);
    return 0;
  }
  print_repositories("acpd", run(all, questions, r));
  if (o.baselines) {
    bench::scores bm25, count;
    bench::run_baselines(o.trees, questions, bm25, count);
    print_files("BM25 over files", bm25);
    print_files("distinct terms", count);
  }
  return 0;
} catch (const std::exception& e) {
  std::cerr << "bench_retrieval: " << e.what() << '\n';
  return 1;
}
