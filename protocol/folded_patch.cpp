#include "protocol/folded_patch.h"

#include "protocol/json_build.h"

#include <algorithm>

namespace acpd::protocol {
namespace {

constexpr std::size_t max_folded_bytes = max_line_bytes / 2;

/// Both objects' members; where both have one, the later's.
std::string merged(std::string_view earlier, std::string_view later) {
  std::string out;
  json_builder to(out, '{');
  for_each_member(earlier, [&](std::string_view key, std::string_view value) {
    std::string name = "\"";
    if (member(later, unquote((name += key) += '"')).empty()) to.raw(key, value);
  });
  for_each_member(later, [&](std::string_view key, std::string_view value) { to.raw(key, value); });
  to.end();
  return out;
}

} // namespace

folded_patch::field* folded_patch::find(std::vector<field>& fields, std::string_view key) {
  const auto at =
      std::ranges::find_if(fields, [&](const field& f) { return same_text(f.key, key); });
  return at == fields.end() ? nullptr : &*at;
}

void folded_patch::put(std::vector<field>& fields, std::string_view key, std::string_view value) {
  field* const known = find(fields, key);
  if (known == nullptr) {
    fields.push_back({std::string(key), std::string(value)});
  } else if (same_text(key, "_meta") && known->value.starts_with('{') && value.starts_with('{')) {
    known->value = merged(known->value, value);
  } else {
    known->value = value;
  }
}

bool folded_patch::merge(std::string_view params, std::string_view update, std::string_view line) {
  if (!empty() && bytes_ + line.size() > max_folded_bytes) return false;
  only_line_ = empty() ? line : std::string_view{};
  bytes_ += line.size();
  for_each_member(params, [this](std::string_view key, std::string_view value) {
    if (!same_text(key, "update")) put(params_, key, value);
  });
  for_each_member(
      update, [this](std::string_view key, std::string_view value) { put(update_, key, value); });
  return true;
}

bool folded_patch::append_item(std::string_view name, std::string_view item) {
  field* const array = find(update_, name);
  if (array == nullptr || bytes_ + item.size() > max_folded_bytes) return false;
  if (array->value == "null") array->value = "[]";
  if (!array->value.ends_with(']')) return false;
  bool any = false;
  for (std::size_t i = 1; !any && i + 1 < array->value.size(); ++i)
    any = array->value[i] != ' ' && array->value[i] != '\t' && array->value[i] != '\r';
  array->value.pop_back();
  ((array->value += any ? "," : "") += item) += ']';
  bytes_ += item.size() + 1;
  only_line_.clear();
  return true;
}

std::string folded_patch::line() const {
  if (!only_line_.empty()) return only_line_;
  std::string update;
  json_builder patch(update, '{');
  for (const field& f : update_)
    patch.raw(f.key, f.value);
  patch.end();
  std::string params;
  json_builder to(params, '{');
  for (const field& f : params_)
    to.raw(f.key, f.value);
  to.raw("update", update).end();
  return R"({"jsonrpc":"2.0","method":"session/update","params":)" + params + '}';
}

} // namespace acpd::protocol
