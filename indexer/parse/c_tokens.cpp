#include "indexer/parse/c_tokens.h"

#include <algorithm>
#include <array>

namespace acpd::index {
namespace {

enum : std::uint8_t { other, space, letter, digit };

constexpr auto classes = [] {
  std::array<std::uint8_t, 256> table{};
  for (const unsigned char c : {' ', '\t', '\r', '\n', '\f', '\v'})
    table[c] = space;
  for (int c = 'a'; c <= 'z'; ++c)
    table[static_cast<std::size_t>(c)] = letter;
  for (int c = 'A'; c <= 'Z'; ++c)
    table[static_cast<std::size_t>(c)] = letter;
  for (int c = '0'; c <= '9'; ++c)
    table[static_cast<std::size_t>(c)] = digit;
  for (std::size_t c = 0x80; c < 256; ++c)
    table[c] = letter;
  table['_'] = letter;
  return table;
}();

std::uint8_t class_of(char c) { return classes[static_cast<unsigned char>(c)]; }

class c_reader {
public:
  c_reader(std::string_view text, std::vector<c_token>& out) : text_(text), out_(out) {}

  void run() {
    while (at_ < text_.size())
      step();
  }

private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void step();
  void word();
  void literal(char quote);
  void raw_literal();
  void to_line_end();
  void comment();
  void push(std::size_t begin, bool is_word, bool shout) {
    out_.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(at_), line_,
                    is_word, shout});
    fresh_ = false;
  }

  std::string_view text_;
  std::vector<c_token>& out_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 0;
  bool fresh_ = true; // nothing but space since the line began
};

void c_reader::step() {
  const char c = text_[at_];
  switch (class_of(c)) {
  case space:
    if (c == '\n') ++line_, fresh_ = true;
    ++at_;
    return;
  case letter: return word();
  case digit: // with suffixes, exponents and separators
    while (class_of(peek()) >= letter || peek() == '.' ||
           (peek() == '\'' && class_of(peek(1)) >= letter))
      ++at_;
    return push(at_ - 1, false, false);
  default: break;
  }
  if (c == '#' && fresh_) return to_line_end();
  if (c == '/' && (peek(1) == '/' || peek(1) == '*')) return comment();
  if (c == '"' || c == '\'') return literal(c);
  ++at_;
  push(at_ - 1, false, false);
}

void c_reader::word() {
  const auto begin = at_;
  bool lower = false, under = false;
  for (; at_ < text_.size() && class_of(text_[at_]) >= letter; ++at_) {
    lower |=
        (text_[at_] >= 'a' && text_[at_] <= 'z') || static_cast<unsigned char>(text_[at_]) >= 0x80;
    under |= text_[at_] == '_';
  }
  if (peek() == '"' && text_[at_ - 1] == 'R' && at_ - begin <= 3) return raw_literal();
  push(begin, true, !lower && under && at_ - begin > 3 && text_[begin] != '_');
}

/// Ends with its line at the latest: an apostrophe in text that is no code must not hide the rest.
void c_reader::literal(char quote) {
  const auto begin = at_++;
  while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
    at_ += text_[at_] == '\\' && peek(1) != '\n' ? 2 : 1;
  at_ = std::min(at_ + (peek() == quote ? 1 : 0), text_.size());
  push(begin, false, false);
}

/// R"delimiter( … )delimiter"
void c_reader::raw_literal() {
  const auto begin = at_;
  const auto open = text_.find('(', at_);
  if (open == text_.npos || open - at_ > 17) return literal('"');
  std::string_view delimiter = text_.substr(at_ + 1, open - at_ - 1);
  auto close = open;
  do
    close = text_.find(')', close + 1);
  while (close != text_.npos && !(text_.substr(close + 1).starts_with(delimiter) &&
                                  text_.substr(close + 1 + delimiter.size()).starts_with('"')));
  at_ = close == text_.npos ? text_.size() : close + delimiter.size() + 2;
  line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                 '\n'));
  push(begin, false, false);
}

/// A preprocessor line, with the lines that continue it.
void c_reader::to_line_end() {
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] != '\n') continue;
    const auto last = text_.find_last_not_of("\r\n", at_);
    if (last == text_.npos || text_[last] != '\\') return;
    ++line_;
  }
}

void c_reader::comment() {
  const bool block = peek(1) == '*';
  auto end = block ? text_.find("*/", at_ + 2) : text_.find('\n', at_);
  end = end == text_.npos ? text_.size() : end + (block ? 2 : 0);
  for (; at_ < end; ++at_)
    if (text_[at_] == '\n') ++line_;
}

} // namespace

void read_c_tokens(std::string_view text, std::vector<c_token>& out) {
  out.clear();
  c_reader(text, out).run();
}

} // namespace acpd::index
