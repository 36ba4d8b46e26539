#include "indexer/search/query.h"

#include "indexer/search/ranking.h"

#include <algorithm>

namespace acpd::index {
namespace {

constexpr std::size_t most_terms = 48; // a pasted page is cut here

bool looks_like_identifier(std::string_view word) {
  bool lower = false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if (c == '_' || c == '$') return word.size() > 1;
    if (c >= 'A' && c <= 'Z' && lower) return true; // a hump
    lower = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
  return false;
}

/// Stems of the words with which people name a change rather than the code: "fix", "add".
bool names_a_task(std::string_view stem) {
  static constexpr std::string_view stems[] = {
      "add",      "allow",  "avoid",  "bump",     "chang",   "cleanup",   "clean",
      "correct",  "deprec", "ensur",  "fix",      "handl",   "implement", "improv",
      "introduc", "issu",   "make",   "move",     "prepar",  "prevent",   "refactor",
      "remov",    "renam",  "replac", "simplifi", "support", "tweak",     "updat",
      "upgrad",   "use",    "work",   "bug",      "drop",    "adjust",    "restructur"};
  return std::ranges::count(stems, stem) > 0;
}

/// Words that make a sentence a question, at its beginning, too: they say nothing of what is asked
/// for.
bool asks(std::string_view word) {
  std::string lower(word);
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  static constexpr std::string_view words[] = {"could", "should", "what",  "where",
                                               "who",   "whose",  "would", "why"};
  return std::ranges::count(words, lower) > 0;
}

/// A term goes in once, with the greatest of its weights.
void add(parsed_query& q, std::string text, double weight, bool derived) {
  if (text.empty() || weight <= 0) return;
  const auto known = std::ranges::find(q.terms, text, &query_term::text);
  if (known != q.terms.end()) {
    known->weight = std::max(known->weight, weight);
    known->derived = known->derived && derived;
    return;
  }
  if (q.terms.size() == most_terms) {
    ++q.dropped;
    return;
  }
  q.terms.push_back({std::move(text), weight, derived});
}

/// Words between backticks or double quotes that are names.
std::vector<std::string> quoted_words(std::string_view text) {
  std::vector<std::string> found;
  for (const char quote : {'`', '"'})
    for (auto open = text.find(quote); open != std::string_view::npos;) {
      const auto close = text.find(quote, open + 1);
      if (close == std::string_view::npos) break;
      scan_words(text.substr(open + 1, close - open - 1),
                 [&](std::string_view w) { found.emplace_back(w); });
      open = text.find(quote, close + 1);
    }
  return found;
}

} // namespace

parsed_query parse_query(std::string_view text, analyser& a, const ranking& r) {
  parsed_query q;
  analysed word;
  std::vector<std::string_view> words;
  scan_words(text, [&](std::string_view w) { words.push_back(w); });
  const auto quoted = quoted_words(text);
  for (const auto w : words) {
    const bool named = words.size() == 1 || looks_like_identifier(w) ||
                       std::ranges::find(quoted, w) != quoted.end();
    if (!named && asks(w)) continue;
    a.analyse(w, word);
    for (const auto& part : word.parts)
      add(q, part, !named && names_a_task(part) ? r.weight_task : 1, false);
    add(q, word.whole, r.weight_whole, true);
    if (named) q.identifiers.emplace_back(w);
  }
  for (const auto& t : q.terms)
    if (!t.derived) q.own.push_back(t.text);
  return q;
}

} // namespace acpd::index
