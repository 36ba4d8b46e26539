#include "indexer/files/wildmatch.h"

#include <array>
#include <cctype>
#include <cstddef>
#include <optional>

namespace acpd::index {
namespace {

constexpr auto none = std::string_view::npos;

unsigned char lower(unsigned char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<unsigned char>(c | 0x20) : c;
}

unsigned char upper(unsigned char c) {
  return c >= 'a' && c <= 'z' ? static_cast<unsigned char>(c & ~0x20) : c;
}

/// Is c in [:name:]? Nothing: there is no such class. ASCII, whatever the locale.
std::optional<bool> in_class(std::string_view name, unsigned char c, bool fold_case) {
  struct entry {
    std::string_view name;
    int (*test)(int);
  };
  static constexpr std::array<entry, 12> classes{{{"alnum", isalnum},
                                                  {"alpha", isalpha},
                                                  {"blank", isblank},
                                                  {"cntrl", iscntrl},
                                                  {"digit", isdigit},
                                                  {"graph", isgraph},
                                                  {"lower", islower},
                                                  {"print", isprint},
                                                  {"punct", ispunct},
                                                  {"space", isspace},
                                                  {"upper", isupper},
                                                  {"xdigit", isxdigit}}};
  for (const auto& known : classes) {
    if (known.name != name) continue;
    if (c >= 0x80) return false;
    if (fold_case && name == "upper") return islower(c) != 0 || isupper(c) != 0;
    return known.test(c) != 0;
  }
  return std::nullopt;
}

/// What a bracket expression says of one character, and where it ends.
struct bracket_result {
  bool matched = false;
  std::size_t end = none; // behind the ']'; none: not well formed
};

/// One bracket expression: reads members until the ']'.
class bracket {
public:
  bracket(std::string_view pattern, std::size_t at, unsigned char c, bool fold_case)
      : pattern_(pattern), at_(at), c_(c), fold_case_(fold_case) {}

  bracket_result match() {
    const bool negated = peek() == '!' || peek() == '^';
    if (negated) ++at_;
    // A ']' that stands first is a member.
    do {
      if (at_ >= pattern_.size() || !member()) return {};
    } while (peek() != ']');
    return {matched_ != negated, at_ + 1};
  }

private:
  int peek(std::size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? static_cast<unsigned char>(pattern_[at_ + ahead]) : -1;
  }

  bool member() {
    const int c = peek();
    if (c == '-' && previous_ && peek(1) != -1 && peek(1) != ']') return range();
    if (c == '[' && peek(1) == ':') return named_class();
    if (c == '\\') ++at_;
    return literal();
  }

  bool literal() {
    if (at_ >= pattern_.size()) return false;
    previous_ = static_cast<unsigned char>(pattern_[at_++]);
    matched_ |= *previous_ == c_;
    return true;
  }

  bool range() {
    ++at_;
    if (peek() == '\\') ++at_;
    if (at_ >= pattern_.size()) return false;
    const auto last = static_cast<unsigned char>(pattern_[at_++]);
    const auto within = [&](unsigned char c) { return c >= *previous_ && c <= last; };
    matched_ |= within(c_) || (fold_case_ && within(upper(c_)));
    previous_.reset();
    return true;
  }

  bool named_class() {
    const auto close = pattern_.find(']', at_ + 2);
    if (close == none) return false;
    // "[:" without ":]" is an ordinary '[' in the set.
    if (close < at_ + 3 || pattern_[close - 1] != ':') return literal();
    const auto found = in_class(pattern_.substr(at_ + 2, close - at_ - 3), c_, fold_case_);
    if (!found) return false;
    matched_ |= *found;
    previous_.reset();
    at_ = close + 1;
    return true;
  }

  std::string_view pattern_;
  std::size_t at_;
  unsigned char c_;
  bool fold_case_;
  bool matched_ = false;
  std::optional<unsigned char> previous_; // what a '-' would start from
};

/// Goes through pattern and text once, and back to the last star when they differ. Two places are
/// enough: what a later star cannot reach, an earlier one of the same kind cannot reach either, and
/// a '*' that must not cross '/' only ever gives way to the '**' before it.
class matcher {
public:
  matcher(std::string_view pattern, std::string_view text, wildmatch_flags flags)
      : pattern_(pattern), text_(text), flags_(flags) {}

  bool match() {
    while (p_ < pattern_.size() || t_ < text_.size()) {
      if (p_ < pattern_.size() && pattern_[p_] == '*') {
        if (star()) return true;
      } else if (!one() && !back()) {
        return false;
      }
    }
    return true;
  }

private:
  struct place {
    std::size_t pattern = none; // none: there is no such star
    std::size_t text = 0;       // where the next try begins
  };

  bool crosses(std::size_t text_at) const { return !flags_.pathname || text_[text_at] != '/'; }

  /// One character that is not a star.
  bool one() {
    if (p_ >= pattern_.size() || t_ >= text_.size()) return false;
    auto c = static_cast<unsigned char>(text_[t_]);
    if (flags_.fold_case) c = lower(c);
    auto expected = static_cast<unsigned char>(pattern_[p_]);
    std::size_t next = p_ + 1;
    if (expected == '?') {
      if (!crosses(t_)) return false;
    } else if (expected == '[') {
      const auto found = bracket(pattern_, next, c, flags_.fold_case).match();
      if (found.end == none || !found.matched || !crosses(t_)) return false;
      next = found.end;
    } else {
      if (expected == '\\') {
        if (next >= pattern_.size()) return false;
        expected = static_cast<unsigned char>(pattern_[next++]);
      } else if (flags_.fold_case) {
        expected = lower(expected);
      }
      if (expected != c) return false;
    }
    p_ = next;
    ++t_;
    return true;
  }

  /// At a star; true: the rest matches for certain.
  bool star() {
    const auto first = p_;
    while (p_ < pattern_.size() && pattern_[p_] == '*')
      ++p_;
    const bool many = p_ - first > 1;
    const bool begins = first == 0 || pattern_[first - 1] == '/';
    const auto rest = pattern_.substr(p_);
    if (flags_.pathname && many && begins &&
        (rest.empty() || rest.starts_with("/") || rest.starts_with("\\/")))
      return folders(rest);
    if (rest.empty()) {
      if (!flags_.pathname || text_.find('/', t_) == none) return true;
      p_ = first; // a slash is left: only an earlier ** can help
      return !back() && stop();
    }
    star_ = {p_, t_};
    return false;
  }

  /// At "**" between slashes: any number of folders, none included.
  bool folders(std::string_view rest) {
    if (rest.empty()) return true;
    const bool escaped = rest.front() == '\\'; // git tries "no folder" only for a plain slash
    star_ = {};
    folders_ = {p_ + (escaped ? 2 : 1), t_};
    if (!escaped) {
      p_ = folders_.pattern;
      return false;
    }
    return !next_folder() && stop();
  }

  /// Nothing can match any more: makes one() and back() fail from here.
  bool stop() {
    p_ = pattern_.size();
    t_ = 0;
    text_ = "x";
    star_ = folders_ = {};
    return false;
  }

  bool back() {
    if (star_.pattern != none && star_.text < text_.size() && crosses(star_.text)) {
      p_ = star_.pattern;
      t_ = ++star_.text;
      return true;
    }
    star_ = {};
    return next_folder();
  }

  bool next_folder() {
    if (folders_.pattern == none) return false;
    const auto slash = text_.find('/', folders_.text);
    if (slash == none) return false;
    p_ = folders_.pattern;
    t_ = folders_.text = slash + 1;
    return true;
  }

  std::string_view pattern_, text_;
  wildmatch_flags flags_;
  std::size_t p_ = 0, t_ = 0;
  place star_;    // the last '*'
  place folders_; // the last '**' between slashes
};

} // namespace

bool wildmatch(std::string_view pattern, std::string_view text, wildmatch_flags flags) {
  return matcher(pattern, text, flags).match();
}

} // namespace acpd::index
