#include "server/wire/config_reader.h"

#include "server/wire/nearest.h"

namespace acpd::wire {
namespace {

const toml::table& empty_table() {
  static const toml::table none;
  return none;
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
  case toml::node_type::none: return "nothing";
  case toml::node_type::table: return "a table";
  case toml::node_type::array: return "an array";
  case toml::node_type::string: return "a string";
  case toml::node_type::integer: return "a whole number";
  case toml::node_type::floating_point: return "a number with a point";
  case toml::node_type::boolean: return "true or false";
  case toml::node_type::date:
  case toml::node_type::time:
  case toml::node_type::date_time: return "a date or time";
  }
  return "something else";
}

std::string listed(std::span<const std::string_view> words) {
  std::string text;
  for (std::string_view word : words)
    text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

} // namespace

config_reader::config_reader(config_diagnosis& diagnosis, const toml::table& table,
                             std::string path, std::initializer_list<std::string_view> known)
    : diagnosis_(diagnosis), table_(table), path_(std::move(path)) {
  refuse_unknown_keys({known.begin(), known.size()});
}

void config_reader::refuse_unknown_keys(std::span<const std::string_view> known) {
  if (known.empty()) return;
  for (auto&& [key, node] : table_) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    std::string text = "there is no such key";
    if (std::string_view near = nearest(key.str(), known); !near.empty())
      text += ": did you mean \"" + std::string(near) + "\"?";
    fail_at(key.source(), key.str(), text + " (known here: " + listed(known) + ")");
  }
}

config_reader config_reader::table(std::string_view key,
                                   std::initializer_list<std::string_view> known) {
  const toml::node* node = find(key);
  return node == nullptr ? table(key, empty_table(), known) : table(key, *node, known);
}

config_reader config_reader::table(std::string_view key, const toml::node& node,
                                   std::initializer_list<std::string_view> known) {
  const toml::table* below = node.as_table();
  if (below == nullptr)
    fail_at(node.source(), key, "must be a table, not " + std::string(kind_of(node)));
  std::string path = path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  return {diagnosis_, below == nullptr ? empty_table() : *below, std::move(path), known};
}

void config_reader::text(std::string_view key, std::string& out) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (auto value = node->value_exact<std::string>())
    out = *std::move(value);
  else
    fail_here(key, "must be a string, not " + std::string(kind_of(*node)));
}

void config_reader::flag(std::string_view key, bool& out) {
  const toml::node* node = find(key);
  if (node == nullptr) return;
  if (auto value = node->value_exact<bool>())
    out = *value;
  else
    fail_here(key, "must be true or false, not " + std::string(kind_of(*node)));
}

void config_reader::one_of(std::string_view key, std::string& out,
                           std::span<const std::string_view> choices) {
  std::string value = out;
  text(key, value);
  if (std::ranges::find(choices, value) != choices.end())
    out = std::move(value);
  else
    fail_here(key, "must be one of: " + listed(choices) + "; it is \"" + value + "\"");
}

std::int64_t config_reader::integer(std::string_view key, std::int64_t otherwise,
                                    std::int64_t least, std::int64_t most) {
  const toml::node* node = find(key);
  if (node == nullptr) return otherwise;
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= least && *value <= most) return *value;
  fail_here(key, "must be a whole number from " + std::to_string(least) + " to " +
                     std::to_string(most) + ", not " +
                     (value ? std::to_string(*value) : std::string(kind_of(*node))));
  return otherwise;
}

std::vector<std::string> config_reader::strings(const toml::node& node, std::string_view key) {
  std::vector<std::string> words;
  const toml::array* array = node.as_array();
  if (array != nullptr)
    for (const toml::node& element : *array)
      if (auto word = element.value_exact<std::string>()) words.push_back(*std::move(word));
  if (array == nullptr || words.size() != array->size() || words.empty() || words.front().empty())
    fail_at(node.source(), key,
            "must be an array of strings, the program first, as in [\"my-agent\", \"--acp\"]");
  return words;
}

std::vector<std::string> config_reader::names(const toml::node& node, std::string_view key) {
  std::vector<std::string> words;
  const toml::array* array = node.as_array();
  if (array != nullptr)
    for (const toml::node& element : *array)
      if (auto word = element.value_exact<std::string>(); word && !word->empty())
        words.push_back(*std::move(word));
  if (array == nullptr || words.size() != array->size())
    fail_at(node.source(), key, "must be an array of strings, as in [\"one\", \"two\"]");
  return words;
}

void config_reader::fail_at(const toml::source_region& where, std::string_view key,
                            std::string_view text) {
  if (!diagnosis_.text.empty()) return;
  diagnosis_.text = diagnosis_.file + ":" + std::to_string(where.begin.line) + ": " +
                    (path_.empty() ? "" : path_ + ".") + std::string(key) + ": " +
                    std::string(text);
}

void config_reader::fail_here(std::string_view key, std::string_view text) {
  const toml::node* node = find(key);
  fail_at(node == nullptr ? table_.source() : node->source(), key, text);
}

} // namespace acpd::wire
