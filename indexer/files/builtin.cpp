#include "indexer/files/builtin.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace acpd::index {
namespace {

struct named {
  std::string_view name, reason;
};

// Whole names.
constexpr std::array<named, 9> secret_files{{
    {".netrc", "login data"},
    {"_netrc", "login data"},
    {".git-credentials", "login data"},
    {".pgpass", "login data"},
    {".npmrc", "may hold registry tokens"},
    {".pypirc", "may hold registry tokens"},
    {".htpasswd", "password hashes"},
    {".dockercfg", "registry tokens"},
    {"terraform.tfstate.backup", "Terraform's state holds secrets in clear"},
}};

constexpr std::array<named, 5> secret_folders{{
    {".ssh", "keys"},
    {".gnupg", "keys"},
    {".aws", "credentials"},
    {".kube", "credentials"},
    {".docker", "registry tokens"},
}};

constexpr std::array<named, 5> secret_prefixes{{
    {".env", "environment files hold secrets"},
    {"id_rsa", "a key"},
    {"id_dsa", "a key"},
    {"id_ecdsa", "a key"},
    {"id_ed25519", "a key"},
}};

constexpr std::array<named, 10> secret_suffixes{{
    {".pem", "a key or certificate"},
    {".key", "a key"},
    {".p12", "a key store"},
    {".pfx", "a key store"},
    {".jks", "a key store"},
    {".keystore", "a key store"},
    {".ppk", "a key"},
    {".p8", "a key"},
    {".kdbx", "a password database"},
    {".tfstate", "Terraform's state holds secrets in clear"},
}};

// Each name belongs to one tool, which fills the folder itself.
constexpr std::array<named, 24> heavy_folders{{
    {".git", "git's own data"},
    {".hg", "Mercurial's own data"},
    {".svn", "Subversion's own data"},
    {".jj", "Jujutsu's own data"},
    {".bzr", "Bazaar's own data"},
    {"CVS", "CVS's own data"},
    {"node_modules", "installed by Node package managers"},
    {"bower_components", "installed by bower"},
    {"jspm_packages", "installed by jspm"},
    {"__pycache__", "Python's byte code"},
    {".venv", "a Python environment"},
    {".tox", "tox's environments"},
    {".nox", "nox's environments"},
    {".eggs", "unpacked by setuptools"},
    {".mypy_cache", "mypy's cache"},
    {".pytest_cache", "pytest's cache"},
    {".ruff_cache", "Ruff's cache"},
    {".gradle", "Gradle's cache"},
    {".terraform", "downloaded by Terraform"},
    {".next", "built by Next.js"},
    {".nuxt", "built by Nuxt"},
    {".svelte-kit", "built by SvelteKit"},
    {".dart_tool", "Dart's cache"},
    {".ccls-cache", "ccls' index"},
}};

constexpr std::array<std::string_view, 6> rule_files{".gitignore", ".ignore",        "CACHEDIR.TAG",
                                                     "pyvenv.cfg", "CMakeCache.txt", ".git"};

template <std::size_t N>
std::string_view find(const std::array<named, N>& table, auto&& matches) {
  const auto found =
      std::ranges::find_if(table, [&](const named& entry) { return matches(entry.name); });
  return found == table.end() ? std::string_view() : found->reason;
}

} // namespace

std::string_view secret_reason(std::string_view name, bool is_folder) {
  // No name in the tables is longer, a prefix apart; and this runs for every file of a walk.
  char buffer[256];
  const auto size = std::min(name.size(), sizeof buffer);
  std::transform(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(size), buffer,
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::string_view lower(buffer, size);
  const auto is_prefix = [&](std::string_view entry) { return lower.starts_with(entry); };
  const auto is_suffix = [&](std::string_view entry) { return lower.ends_with(entry); };
  const auto is_name = [&](std::string_view entry) { return lower == entry; };

  if (lower.starts_with('.') || lower.starts_with('i'))
    if (const auto reason = find(secret_prefixes, is_prefix); !reason.empty()) return reason;
  if (is_folder) return find(secret_folders, is_name);
  if (const auto reason = find(secret_suffixes, is_suffix); !reason.empty()) return reason;
  return find(secret_files, is_name);
}

std::string_view heavy_reason(std::string_view folder_name) {
  return find(heavy_folders, [&](std::string_view entry) { return entry == folder_name; });
}

bool is_rule_file(std::string_view name) {
  return std::ranges::find(rule_files, name) != rule_files.end();
}

} // namespace acpd::index
