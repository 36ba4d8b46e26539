#pragma once

#include <memory>
#include <string>
#include <string_view>

struct sb_stemmer;

namespace acpd::index {

/// Snowball's English stemmer. One thread at a time.
class stemmer {
public:
  stemmer();
  /// Appends the stem of a lower-case word.
  void append(std::string_view word, std::string& out);

private:
  struct closer {
    void operator()(sb_stemmer* s) const;
  };
  std::unique_ptr<sb_stemmer, closer> impl_;
};

} // namespace acpd::index
