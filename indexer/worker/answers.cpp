#include "indexer/worker/answers.h"

#include "indexer/search/related.h"
#include "indexer/search/repo_map.h"
#include "indexer/search/search.h"
#include "indexer/search/symbols.h"
#include "indexer/worker/hit_text.h"

#include <array>
#include <utility>

namespace acpd::index {
namespace {

namespace json = boost::json;

constexpr std::array<std::pair<std::string_view, chunk_kind>, 6> kinds{
    {{"function", chunk_kind::function},
     {"type", chunk_kind::type},
     {"value", chunk_kind::value},
     {"container", chunk_kind::container},
     {"section", chunk_kind::section},
     {"window", chunk_kind::window}}};

chunk_kind kind_of(const std::string& name) {
  if (name.empty()) return {};
  for (const auto& [known, kind] : kinds)
    if (known == name) return kind;
  throw bad_request{"bad_request",
                    "\"kind\" must be function, type, value, container, section or window"};
}

std::string_view name_of(chunk_kind kind) {
  for (const auto& [name, known] : kinds)
    if (known == kind) return name;
  return "";
}

json::object to_json(const definition_site& site) {
  return {{"path", site.path},         {"name", site.name}, {"qname", site.qname},
          {"kind", site.kind},         {"line", site.line}, {"start_line", site.first_line},
          {"end_line", site.last_line}};
}

json::array to_json(const std::vector<use_site>& sites) {
  json::array all;
  for (const auto& site : sites)
    all.push_back(json::object{
        {"path", site.path}, {"line", site.line}, {"kind", site.kind}, {"within", site.within}});
  return all;
}

const reference_graph& graph_of(const answer_source& from) {
  if (!from.graph || from.graph->generation() != from.view.entries().generation())
    from.graph.emplace(from.view);
  return *from.graph;
}

} // namespace

json::object answer_search(const answer_source& from, const arguments& asked) {
  search_options options;
  options.limit = asked.number("limit", 10, 100);
  options.path_glob = asked.text_or("path_glob", "");
  options.language = asked.text_or("language", "");
  options.kind = kind_of(asked.text_or("kind", ""));
  options.one_per_file = asked.text_or("group", "") == "file";
  hit_text text(from.root, asked.number("max_tokens", 8000, 200'000));
  const bool wants_text = asked.flag("text");
  json::array hits;
  for (const auto& found : search(from.view, asked.text("query"), options)) {
    json::object made{{"path", found.path},          {"start_line", found.first_line},
                      {"end_line", found.last_line}, {"name", found.name},
                      {"qname", found.qname},        {"kind", name_of(found.kind)},
                      {"score", found.score}};
    if (wants_text) text.add(made, from.view, found);
    hits.push_back(std::move(made));
  }
  return {{"hits", std::move(hits)}};
}

json::object answer_symbol(const answer_source& from, const arguments& asked) {
  const auto name = asked.text("name");
  const auto limit = asked.number("limit", 50, 1000);
  json::array defined;
  const auto found = definitions(from.view, name, limit);
  hit_text text(from.root, asked.number("max_tokens", 8000, 200'000));
  const bool wants_text = asked.flag("text");
  for (const auto& site : found.sites) {
    auto made = to_json(site);
    const auto row = wants_text ? find_chunk(from.view.db(), site.doc) : std::nullopt;
    if (row) text.add(made, from.view, site.path, row->begin, row->end);
    defined.push_back(std::move(made));
  }
  json::object answer{{"definitions", std::move(defined)}, {"all_definitions", found.all}};
  if (!asked.flag("uses", true)) return answer;
  answer["named_alike"] = found.alike;
  const auto used = references(from.view, name, limit);
  answer["references"] = to_json(used.sites);
  answer["all_references"] = used.all;
  answer["callers"] = to_json(callers(from.view, name, limit));
  return answer;
}

json::object answer_outline(const answer_source& from, const arguments& asked) {
  const auto path = asked.text("path");
  json::array symbols;
  for (const auto& site : outline_of(from.view, path))
    symbols.push_back(to_json(site));
  json::object made{{"path", path}, {"symbols", std::move(symbols)}};
  const auto row = find_file(from.view.db(), path);
  made["indexed"] = row.has_value();
  if (row) {
    made["language"] = row->language;
    made["lines"] = row->lines;
  }
  return made;
}

json::object answer_related(const answer_source& from, const arguments& asked) {
  json::array files;
  const auto limit = asked.number("limit", 20, 200);
  std::string path = asked.text_or("path", "");
  if (path.empty()) { // of the file that defines the symbol
    const auto name = asked.text_or("symbol", "");
    if (name.empty())
      throw bad_request{"bad_request", "\"path\" or \"symbol\" must be a string that is not empty"};
    const auto found = definitions(from.view, name, 1);
    if (found.sites.empty()) return {{"files", std::move(files)}};
    path = found.sites.front().path;
  }
  for (const auto& file : related(graph_of(from), path, limit))
    files.push_back(json::object{{"path", file.path},
                                 {"uses", file.uses},
                                 {"used_by", file.used_by},
                                 {"score", file.score}});
  return {{"path", std::move(path)}, {"files", std::move(files)}};
}

json::object answer_repo_map(const answer_source& from, const arguments& asked) {
  map_options options;
  options.most_tokens = asked.number("max_tokens", 2000, 100'000);
  options.focus = asked.texts("focus");
  options.root = from.root;
  auto made = repo_map(from.view, graph_of(from), options);
  return {{"text", std::move(made.text)},
          {"map_files", made.files},
          {"map_symbols", made.symbols},
          {"left_out", made.left_out}};
}

} // namespace acpd::index
