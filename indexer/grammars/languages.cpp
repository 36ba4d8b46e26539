#include "indexer/grammars/languages.h"

#include <algorithm>

// What the grammars' C files define. The npm packages bring no headers that would say so.
#define ACPD_GRAMMARS(X)                                                                           \
  X(bash)                                                                                          \
  X(c)                                                                                             \
  X(c_sharp)                                                                                       \
  X(cpp) X(css) X(dart) X(elixir) X(go) X(hcl) X(html) X(java) X(javascript) X(json) X(kotlin)     \
      X(lua) X(markdown) X(php) X(python) X(r) X(ruby) X(rust) X(scala) X(sql) X(toml) X(tsx)      \
          X(typescript) X(yaml) X(zig)
#define ACPD_DECLARE(name) const TSLanguage* tree_sitter_##name();
extern "C" {
ACPD_GRAMMARS(ACPD_DECLARE)
}

namespace acpd::index {
namespace {

constexpr language languages[] = {
    {"bash", tree_sitter_bash, "."},
    {"c", tree_sitter_c, "::", "", true},
    {"c_sharp", tree_sitter_c_sharp, "."},
    {"cpp", tree_sitter_cpp, "::", "c", true},
    {"css", tree_sitter_css, " / "},
    {"dart", tree_sitter_dart, "."},
    {"elixir", tree_sitter_elixir, "."},
    {"go", tree_sitter_go, "."},
    {"hcl", tree_sitter_hcl, "."},
    {"html", tree_sitter_html, "."},
    {"java", tree_sitter_java, "."},
    {"javascript", tree_sitter_javascript, "."},
    {"json", tree_sitter_json, "."},
    {"kotlin", tree_sitter_kotlin, "."},
    {"lua", tree_sitter_lua, "."},
    {"markdown", tree_sitter_markdown, " > "},
    {"php", tree_sitter_php, "::"},
    {"python", tree_sitter_python, "."},
    {"r", tree_sitter_r, "."},
    {"ruby", tree_sitter_ruby, "::"},
    {"rust", tree_sitter_rust, "::"},
    {"scala", tree_sitter_scala, "."},
    {"sql", tree_sitter_sql, "."},
    {"toml", tree_sitter_toml, "."},
    {"tsx", tree_sitter_tsx, ".", "typescript"},
    {"typescript", tree_sitter_typescript, ".", "javascript"},
    {"yaml", tree_sitter_yaml, "."},
    {"zig", tree_sitter_zig, "."},
};

struct mapping {
  std::string_view key, language;
};

constexpr mapping by_extension[] = {
    {"bash", "bash"},      {"c", "c"},
    {"cc", "cpp"},         {"cjs", "javascript"},
    {"cpp", "cpp"},        {"cs", "c_sharp"},
    {"css", "css"},        {"cts", "typescript"},
    {"cu", "cpp"},         {"cuh", "cpp"},
    {"cxx", "cpp"},        {"dart", "dart"},
    {"ex", "elixir"},      {"exs", "elixir"},
    {"gemspec", "ruby"},   {"go", "go"},
    {"h", "cpp"},          {"hcl", "hcl"},
    {"hh", "cpp"},         {"hpp", "cpp"},
    {"htm", "html"},       {"html", "html"},
    {"hxx", "cpp"},        {"inc", "cpp"},
    {"inl", "cpp"},        {"ino", "cpp"},
    {"ipp", "cpp"},        {"java", "java"},
    {"js", "javascript"},  {"json", "json"},
    {"jsonc", "json"},     {"jsx", "javascript"},
    {"kt", "kotlin"},      {"kts", "kotlin"},
    {"lua", "lua"},        {"markdown", "markdown"},
    {"md", "markdown"},    {"mjs", "javascript"},
    {"mts", "typescript"}, {"nomad", "hcl"},
    {"php", "php"},        {"phtml", "php"},
    {"py", "python"},      {"pyi", "python"},
    {"pyw", "python"},     {"r", "r"},
    {"rake", "ruby"},      {"rb", "ruby"},
    {"rs", "rust"},        {"sbt", "scala"},
    {"sc", "scala"},       {"scala", "scala"},
    {"scss", "css"},       {"sh", "bash"},
    {"sql", "sql"},        {"tcc", "cpp"},
    {"tf", "hcl"},         {"tfvars", "hcl"},
    {"toml", "toml"},      {"ts", "typescript"},
    {"tsx", "tsx"},        {"xhtml", "html"},
    {"yaml", "yaml"},      {"yml", "yaml"},
    {"zig", "zig"},        {"zon", "zig"},
    {"zsh", "bash"},
};

constexpr mapping by_name[] = {
    {".bashrc", "bash"},     {".profile", "bash"}, {".zshrc", "bash"},   {"Cargo.lock", "toml"},
    {"Gemfile", "ruby"},     {"PKGBUILD", "bash"}, {"Rakefile", "ruby"}, {"Vagrantfile", "ruby"},
    {"poetry.lock", "toml"}, {"uv.lock", "toml"},
};

constexpr mapping by_interpreter[] = {
    {"Rscript", "r"},     {"bash", "bash"},     {"dash", "bash"},       {"deno", "typescript"},
    {"elixir", "elixir"}, {"lua", "lua"},       {"node", "javascript"}, {"nodejs", "javascript"},
    {"php", "php"},       {"python", "python"}, {"ruby", "ruby"},       {"sh", "bash"},
    {"zsh", "bash"},
};

static_assert(std::ranges::is_sorted(languages, {}, &language::name));
static_assert(std::ranges::is_sorted(by_extension, {}, &mapping::key));
static_assert(std::ranges::is_sorted(by_name, {}, &mapping::key));
static_assert(std::ranges::is_sorted(by_interpreter, {}, &mapping::key));

std::string_view look_up(std::span<const mapping> table, std::string_view key) {
  const auto it = std::ranges::lower_bound(table, key, {}, &mapping::key);
  return it != table.end() && it->key == key ? it->language : std::string_view{};
}

/// "#!/usr/bin/env -S python3.12 -u" → "python"
std::string_view interpreter(std::string_view bytes) {
  if (!bytes.starts_with("#!")) return {};
  auto line = bytes.substr(2, std::min(bytes.find('\n'), std::size_t{256}) - 2);
  const auto next_word = [&] {
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    const auto word = line.substr(0, line.find_first_of(" \t\r"));
    line.remove_prefix(word.size());
    return base_name(word);
  };
  auto word = next_word();
  if (word == "env") {
    do
      word = next_word();
    while (word.starts_with('-') || word.contains('='));
  }
  return word.substr(0, word.find_first_of("0123456789."));
}

/// A .h file is C++ where it says something that C cannot.
bool is_cpp_header(std::string_view bytes) {
  for (const auto word : {"namespace ", "class ", "template", "::", "public:", "constexpr "})
    if (bytes.contains(word)) return true;
  return false;
}

} // namespace

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view extension(std::string_view path) {
  const auto name = base_name(path);
  const auto dot = name.rfind('.');
  return dot == name.npos || dot == 0 ? std::string_view{} : name.substr(dot + 1);
}

std::span<const language> all_languages() { return languages; }

const language* find_language(std::string_view name) {
  const auto it = std::ranges::lower_bound(languages, name, {}, &language::name);
  return it != std::end(languages) && it->name == name ? &*it : nullptr;
}

const language* language_of(std::string_view path, std::string_view bytes) {
  if (const auto name = look_up(by_name, base_name(path)); !name.empty())
    return find_language(name);
  char lower[8];
  const auto ext = extension(path);
  if (ext.empty()) return find_language(look_up(by_interpreter, interpreter(bytes)));
  if (ext.size() > sizeof lower) return nullptr;
  std::ranges::transform(ext, lower, [](char c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; });
  if (ext == "h") return find_language(is_cpp_header(bytes) ? "cpp" : "c");
  return find_language(look_up(by_extension, {lower, ext.size()}));
}

} // namespace acpd::index
