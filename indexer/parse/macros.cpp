#include "indexer/parse/macros.h"

#include "indexer/parse/c_tokens.h"

#include <algorithm>
#include <array>

namespace acpd::index {
namespace {

// Attributes in small letters, of the Linux kernel and of C libraries.
constexpr std::array<std::string_view, 30> known = {
    "__acquires",      "__always_inline", "__attribute_const__",
    "__cold",          "__cpuidle",       "__exit",
    "__force",         "__hot",           "__init",
    "__initconst",     "__initdata",      "__iomem",
    "__maybe_unused",  "__must_check",    "__must_hold",
    "__net_init",      "__packed",        "__percpu",
    "__printf",        "__pure",          "__rcu",
    "__read_mostly",   "__refdata",       "__releases",
    "__ro_after_init", "__sched",         "__user",
    "__weak",          "asmlinkage",      "noinline"};
static_assert(std::ranges::is_sorted(known));

// After these a word is no declaration's attribute.
constexpr std::array<std::string_view, 14> statement_words = {
    "case", "co_await", "co_return", "co_yield", "delete", "do",     "else",
    "goto", "if",       "new",       "return",   "sizeof", "switch", "while"};
static_assert(std::ranges::is_sorted(statement_words));

// What no type's name is, and what stands in front of one.
constexpr std::array<std::string_view, 18> not_types = {
    "class",  "const",   "constexpr", "enum",   "explicit", "extern",
    "friend", "inline",  "mutable",   "public", "restrict", "static",
    "struct", "typedef", "typename",  "union",  "virtual",  "volatile"};
static_assert(std::ranges::is_sorted(not_types));

constexpr std::array<std::string_view, 11> built_in = {"auto",   "bool",     "char", "double",
                                                       "float",  "int",      "long", "short",
                                                       "signed", "unsigned", "void"};
static_assert(std::ranges::is_sorted(built_in));

// What may stand between a pointer's star and its name, or behind an operand, by the language.
constexpr std::array<std::string_view, 14> behind_star = {
    "__restrict", "and", "bitand",   "bitor",    "const",    "final",    "noexcept",
    "not",        "or",  "override", "requires", "restrict", "volatile", "xor"};
static_assert(std::ranges::is_sorted(behind_star));

constexpr std::array<std::string_view, 9> operators = {
    "and", "bitand", "bitor", "final", "noexcept", "or", "override", "requires", "xor"};
static_assert(std::ranges::is_sorted(operators));

class blanker {
public:
  blanker(std::string_view bytes, std::string& buffer, const std::vector<c_token>& tokens)
      : bytes_(bytes), buffer_(buffer), tokens_(tokens) {}

  bool run();

private:
  std::string_view text(std::size_t i) const {
    return bytes_.substr(tokens_[i].begin, tokens_[i].end - tokens_[i].begin);
  }
  char first(std::size_t i) const { return i < tokens_.size() ? bytes_[tokens_[i].begin] : '\0'; }
  bool is_word(std::size_t i) const { return i < tokens_.size() && tokens_[i].word; }
  template <class List>
  bool is_one_of(const List& list, std::size_t i) const {
    return is_word(i) && std::ranges::binary_search(list, text(i));
  }
  bool is_macro(std::size_t i, std::size_t after) const;
  bool begins_statement(std::size_t i) const;
  bool stands_alone(std::size_t i, std::size_t after) const;
  bool takes_types(std::size_t i, std::size_t after) const;
  bool is_prefix(std::size_t i, std::size_t after) const;
  bool is_suffix(std::size_t i, std::size_t after) const;
  bool qualifies_pointer(std::size_t i) const;
  bool ends_type(std::size_t i) const;
  bool is_declaration(std::size_t last) const;
  std::size_t behind_arguments(std::size_t i) const;
  std::size_t words_from(std::size_t i) const;
  std::size_t before(std::size_t i) const;
  void blank(std::size_t from, std::size_t to);

  std::string_view bytes_;
  std::string& buffer_;
  const std::vector<c_token>& tokens_;
  std::size_t blanked_from_ = 0,
              blanked_to_ = 0; // the run of macros that ends at the current token
};

bool blanker::run() {
  bool any = false;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (!tokens_[i].word) continue;
    auto after = i + 1;
    if (tokens_[i].shout) {
      after = behind_arguments(i);
      if (!is_macro(i, after)) continue;
    } else if (const char c = first(i); (c == '_' || c == 'a' || c == 'n') && is_one_of(known, i))
      after = behind_arguments(i);
    else if (!qualifies_pointer(i))
      continue;
    if (!any) buffer_.assign(bytes_);
    any = true;
    blank(i, after);
    i = after - 1;
  }
  return any;
}

bool blanker::is_macro(std::size_t i, std::size_t after) const {
  return stands_alone(i, after) || takes_types(i, after) || is_prefix(i, after) ||
         is_suffix(i, after) || qualifies_pointer(i);
}

/// The token in front of i that is not itself blanked; tokens_.size() where there is none.
std::size_t blanker::before(std::size_t i) const {
  if (i > 0 && i == blanked_to_) i = blanked_from_;
  return i == 0 ? tokens_.size() : i - 1;
}

bool blanker::begins_statement(std::size_t i) const {
  const auto last = before(i);
  if (last == tokens_.size() || std::string_view("{};:>").contains(first(last))) return true;
  if (last == 0) return false;
  return (first(last) == ']' && first(last - 1) == ']') || // [[attribute]]
         (first(last) == '"' && is_word(last - 1) && text(last - 1) == "extern");
}

/// NAMESPACE_BEGIN, Q_OBJECT or RULE(x) on a line of its own, and no semicolon.
bool blanker::stands_alone(std::size_t i, std::size_t after) const {
  if (!begins_statement(i)) return false;
  if (i > 0 && tokens_[i - 1].line == tokens_[i].line) return false;
  if (after == tokens_.size()) return true;
  return tokens_[after].line != tokens_[after - 1].line &&
         (is_word(after) || std::string_view("}~[").contains(first(after)));
}

/// DEFINE_FLAG(int, size, 2); but not TEST(a, b) {
bool blanker::takes_types(std::size_t i, std::size_t after) const {
  if (after == i + 1 || first(after) != ';' || !begins_statement(i)) return false;
  for (auto k = i + 1; k < after; ++k)
    if (is_one_of(built_in, k) && (first(k - 1) == '(' || first(k - 1) == ',')) return true;
  return false;
}

/// API_EXPORT void f(), class API_EXPORT c, DEPRECATED("x") void f(), void CALL_CONV f()
bool blanker::is_prefix(std::size_t i, std::size_t after) const {
  if (!is_word(after)) return false;
  if (begins_statement(i)) return after > i + 1 || words_from(after) >= 2;
  const auto last = before(i);
  if (!is_word(last)) return false;
  const auto word = text(last);
  if (word == "class" || word == "struct" || word == "union" || word == "enum")
    return !std::string_view(";*(").contains(first(after + 1));
  if (ends_type(last)) return true;
  return !is_one_of(statement_words, last) && words_from(after) >= 2;
}

/// int x GUARDED_BY(m); void f(int& x LIFETIME_BOUND) NO_ANALYSIS;
bool blanker::is_suffix(std::size_t i, std::size_t after) const {
  const auto last = before(i);
  if (last == tokens_.size() || last == 0 || after == tokens_.size()) return false;
  if (!std::string_view(";{,=:)").contains(first(after)) && !is_word(after)) return false;
  if (first(last) == ')') return is_declaration(last);
  if (first(last) == ']') return after > i + 1;
  if (!is_word(last)) return false;
  const auto word = text(last);
  if (word == "const" || word == "override" || word == "noexcept" || word == "final")
    return is_declaration(last);
  const bool a_name = !is_one_of(not_types, last) && !is_one_of(built_in, last) &&
                      !is_one_of(statement_words, last);
  return a_name && (ends_type(last - 1) || (is_word(last - 1) && text(last - 1) == "using"));
}

/// char* NULLABLE p, char* _Nonnull p
bool blanker::qualifies_pointer(std::size_t i) const {
  const auto last = before(i);
  if (last == tokens_.size() || (first(last) != '*' && first(last) != '&')) return false;
  return is_word(i + 1) && !tokens_[i + 1].shout && !is_one_of(behind_star, i) &&
         !is_one_of(operators, i + 1) && !is_one_of(not_types, i) && !is_one_of(built_in, i) &&
         !is_one_of(statement_words, i) && text(i) != "this" && text(i) != "operator";
}

/// The word or the sign that a type can end with.
bool blanker::ends_type(std::size_t i) const {
  if (is_word(i))
    return !is_one_of(not_types, i) && !is_one_of(statement_words, i) && text(i) != "using";
  return std::string_view("*&>").contains(first(i));
}

/// Whether the statement that `last` is part of declares a function: a word stands in front of its
/// first bracket, and none of a statement.
bool blanker::is_declaration(std::size_t last) const {
  std::size_t words = 0;
  for (auto i = last;; --i) {
    const char c = first(i);
    if (c == ';' || c == '{' || c == '}') break;
    if (c == '=' || is_one_of(statement_words, i)) return false;
    if (is_word(i)) ++words;
    if (c == '(') words = 0;
    if (i == 0) break;
  }
  return words >= 1;
}

/// Where the token behind a word and its arguments is.
std::size_t blanker::behind_arguments(std::size_t i) const {
  if (first(i + 1) != '(') return i + 1;
  int depth = 0;
  for (auto k = i + 1; k < tokens_.size() && k < i + 400; ++k) {
    if (first(k) == '(') ++depth;
    if (first(k) == ')' && --depth == 0) return k + 1;
  }
  return i + 1;
}

/// How many names stand from i on in a row; a::b<c> counts as one.
std::size_t blanker::words_from(std::size_t i) const {
  std::size_t words = 0;
  for (; i < tokens_.size() && words < 2; ++i) {
    if (i < tokens_.size() && tokens_[i].shout)
      i = behind_arguments(i) - 1; // one more macro
    else if (is_word(i))
      ++words;
    else if (first(i) == ':' && first(i + 1) == ':' && is_word(i + 2))
      i += 2;
    else if (first(i) == '<') {
      int depth = 1;
      for (++i; i < tokens_.size() && depth > 0; ++i) {
        if (first(i) == '<') ++depth;
        if (first(i) == '>') --depth;
        if (first(i) == ';' || first(i) == '{') return words;
      }
      --i;
    } else if (first(i) != '*' && first(i) != '&')
      break;
  }
  return words;
}

void blanker::blank(std::size_t from, std::size_t to) {
  for (auto at = tokens_[from].begin; at < tokens_[to - 1].end; ++at)
    if (buffer_[at] != '\n') buffer_[at] = ' ';
  if (from != blanked_to_) blanked_from_ = from;
  blanked_to_ = to;
}

} // namespace

std::string_view without_macros(std::string_view bytes, std::string& buffer) {
  thread_local std::vector<c_token> tokens;
  read_c_tokens(bytes, tokens);
  return blanker(bytes, buffer, tokens).run() ? std::string_view(buffer) : bytes;
}

} // namespace acpd::index
