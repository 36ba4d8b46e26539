#include "indexer/parse/query.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>
#include <utility>

namespace acpd::index {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.' ||
         c == '?' || c == '!' || c == '#';
}

class reader {
public:
  reader(const language& lang, std::string_view text)
      : lang_(lang), grammar_(lang.grammar()), text_(text) {}

  query run() {
    while (skip_space(), at_ < text_.size()) {
      query_pattern pattern;
      pattern.offset = static_cast<std::uint32_t>(at_);
      tests_ = &pattern.tests;
      pattern.root = step();
      out_.patterns.push_back(std::move(pattern));
    }
    return std::move(out_);
  }

private:
  query_step step();
  query_step node();
  query_step choice();
  void members(query_step& of);
  void test();
  std::uint32_t capture();
  std::string quoted();
  std::string_view word();
  TSSymbol symbol(std::string_view kind, bool named);
  TSFieldId field(std::string_view name);
  void skip_space();
  char peek() {
    skip_space();
    return at_ < text_.size() ? text_[at_] : '\0';
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  void expect(char c) {
    if (!take(c)) refuse(std::string("expected ") + c);
  }
  [[noreturn]] void refuse(const std::string& why) const {
    throw std::logic_error("queries of " + std::string(lang_.name) + ": " + why +
                           " at: " + std::string(text_.substr(at_, 60)));
  }

  const language& lang_;
  const TSLanguage* grammar_;
  std::string_view text_;
  std::size_t at_ = 0;
  query out_;
  std::vector<text_test>* tests_ = nullptr;
};

/// (kind …), [a b], "token" or _, and the captures behind it.
query_step reader::step() {
  query_step s;
  if (take('['))
    s = choice();
  else if (take('('))
    s = node();
  else if (peek() == '"')
    s.kinds = {symbol(quoted(), false)};
  else if (word() != "_")
    refuse("expected a node");
  if (const char c = peek(); c == '*' || c == '+' || c == '?')
    refuse("quantifiers are not supported");
  while (take('@'))
    s.captures.push_back(capture());
  return s;
}

/// Behind "(".
query_step reader::node() {
  query_step s;
  if (peek() == '(' || peek() == '[') { // a group: one node and its tests
    s = step();
    while (peek() == '(')
      ++at_, test(), expect(')');
    expect(')');
    return s;
  }
  const auto kind = word();
  if (kind == "_")
    s.named = true;
  else
    s.kinds = {symbol(kind, true)};
  members(s);
  return s;
}

/// What stands in a node's brackets, to the closing one.
void reader::members(query_step& of) {
  bool adjacent = false;
  while (!take(')')) {
    if (take('.')) {
      adjacent = true;
      continue;
    }
    if (take('!')) {
      of.absent.push_back(field(word()));
      continue;
    }
    if (peek() == '(' && text_.substr(at_).starts_with("(#")) {
      ++at_, test(), expect(')');
      continue;
    }
    TSFieldId name = 0;
    if (std::isalpha(static_cast<unsigned char>(peek()))) name = field(word()), expect(':');
    auto child = step();
    child.field = name;
    child.adjacent = std::exchange(adjacent, false);
    of.children.push_back(std::move(child));
  }
  if (adjacent && !of.children.empty()) of.children.back().last = true;
}

query_step reader::choice() {
  query_step s;
  while (!take(']'))
    s.alternatives.push_back(step());
  return s;
}

void reader::test() {
  const auto name = word();
  text_test t;
  t.wanted = !name.starts_with("#not-");
  if (name != "#eq?" && name != "#not-eq?" && name != "#any-of?" && name != "#not-any-of?")
    refuse("only #eq? and #any-of? are supported");
  expect('@');
  t.capture = capture();
  while (peek() == '"')
    t.values.push_back(quoted());
  tests_->push_back(std::move(t));
}

std::uint32_t reader::capture() {
  const auto name = word();
  const auto it = std::ranges::find(out_.captures, name);
  const auto index = static_cast<std::uint32_t>(it - out_.captures.begin());
  if (it == out_.captures.end()) out_.captures.emplace_back(name);
  return index;
}

std::string reader::quoted() {
  expect('"');
  std::string out;
  for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
    if (text_[at_] == '\\') ++at_;
    if (at_ < text_.size()) out += text_[at_];
  }
  expect('"');
  return out;
}

std::string_view reader::word() {
  skip_space();
  const auto begin = at_;
  while (at_ < text_.size() && is_word(text_[at_]))
    ++at_;
  if (at_ == begin) refuse("expected a name");
  return text_.substr(begin, at_ - begin);
}

TSSymbol reader::symbol(std::string_view kind, bool named) {
  const auto found =
      ts_language_symbol_for_name(grammar_, kind.data(), static_cast<uint32_t>(kind.size()), named);
  if (found == 0) refuse("the grammar has no node \"" + std::string(kind) + "\"");
  if (ts_language_symbol_type(grammar_, found) == TSSymbolTypeSupertype)
    refuse("\"" + std::string(kind) + "\" is a supertype, which is not supported");
  return found;
}

TSFieldId reader::field(std::string_view name) {
  const auto found =
      ts_language_field_id_for_name(grammar_, name.data(), static_cast<uint32_t>(name.size()));
  if (found == 0) refuse("the grammar has no field \"" + std::string(name) + "\"");
  return found;
}

void reader::skip_space() {
  for (; at_ < text_.size(); ++at_)
    if (text_[at_] == ';')
      at_ = std::min(text_.find('\n', at_), text_.size() - 1);
    else if (!std::isspace(static_cast<unsigned char>(text_[at_])))
      return;
}

} // namespace

query read_query(const language& lang, std::string_view text) { return reader(lang, text).run(); }

} // namespace acpd::index
