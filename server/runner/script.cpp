#include "server/runner/script.h"

#include <vector>

namespace acpd::runner {
namespace {

// Follows sh's quoting while it copies. Here-documents and backquotes are taken as plain text.
class quoting {
public:
  bool single() const { return single_; }
  bool in_double() const { return levels_.back(); }

  void pass(char c, char before) {
    if (single_) {
      single_ = c != '\'';
      return;
    }
    if (c == '"') levels_.back() = !levels_.back();
    if (c == '\'' && !in_double()) single_ = true;
    if (c == '(' && (before == '$' || !in_double())) levels_.push_back(false);
    if (c == ')' && !in_double() && levels_.size() > 1) levels_.pop_back();
  }

private:
  std::vector<bool> levels_{false}; // of ( and $(: whether in double quotes there
  bool single_ = false;
};

} // namespace

std::string item_script(std::string_view command) {
  std::string script;
  quoting state;
  bool replaced = false;
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (command[i] == '\\' && !state.single() && i + 1 < command.size()) {
      script += command.substr(i++, 2);
    } else if (command.substr(i, 2) == "{}") {
      script += state.single() ? "'\"$1\"'" : state.in_double() ? "${1}" : "\"$1\"";
      replaced = true;
      ++i;
    } else {
      state.pass(command[i], i > 0 ? command[i - 1] : ' ');
      script += command[i];
    }
  }
  if (!replaced) script += " \"$1\"";
  return script;
}

} // namespace acpd::runner
