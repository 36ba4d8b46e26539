#include "server/net/index_folders.h"

#include "protocol/envelope.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <xxhash.h>

namespace acpd::net {

namespace fs = std::filesystem;
using protocol::member;

namespace {

constexpr auto forgotten_after = std::chrono::hours(30 * 24);
constexpr const char* record_name = "folder.json";

} // namespace

std::string folder_name(std::string_view path) {
  if (!path.starts_with('/')) return {};
  std::string name = fs::path(path).lexically_normal().string();
  while (name.size() > 1 && name.ends_with('/'))
    name.pop_back();
  return name;
}

bool lies_in(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  return path.size() == folder.size() || folder == "/" || path[folder.size()] == '/';
}

std::string folder_key(std::string_view root) {
  const XXH128_hash_t hash = XXH3_128bits(root.data(), root.size());
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text;
}

std::vector<std::string> folders_of(std::string_view cwd, std::string_view additional) {
  std::vector<std::string> all;
  const auto add = [&](const std::string& root) {
    const bool there =
        std::ranges::any_of(all, [&](const std::string& other) { return lies_in(root, other); });
    if (!root.empty() && !there) all.push_back(root);
  };
  add(folder_name(cwd));
  std::vector<std::string> further;
  protocol::for_each_element(additional, [&](std::string_view dir) {
    further.push_back(folder_name(protocol::unquote(dir)));
  });
  std::ranges::sort(further, {}, &std::string::size); // those above before those below
  for (const std::string& root : further)
    add(root);
  return all;
}

std::vector<std::string> folders_of(const core::session_seed& session) {
  return folders_of(session.cwd, session.additional_dirs);
}

void write_record(const fs::path& index_dir, const index_record& r) {
  const fs::path dir = index_dir / folder_key(r.root);
  std::error_code ec;
  fs::create_directories(dir, ec);
  std::ofstream out(dir / record_name, std::ios::binary | std::ios::trunc);
  out << R"({"root":)" << protocol::quoted(r.root) << R"(,"kept":)" << (r.kept ? "true" : "false")
      << R"(,"wide":)" << (r.wide ? "true" : "false") << "}\n";
}

std::vector<index_record> read_records(const fs::path& index_dir) {
  std::vector<index_record> all;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(index_dir, ec)) {
    std::ifstream in(entry.path() / record_name, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    index_record r{protocol::unquote(member(text, "root")), member(text, "kept") == "true",
                   member(text, "wide") == "true"};
    const auto written = fs::last_write_time(entry.path() / record_name, ec);
    const bool is_ours = !ec && folder_key(r.root) == entry.path().filename().string();
    const bool forgotten = !r.kept && fs::file_time_type::clock::now() - written > forgotten_after;
    if (is_ours && !forgotten)
      all.push_back(std::move(r));
    else if (is_ours)
      fs::remove_all(entry.path(), ec);
  }
  return all;
}

bool remove_index(const fs::path& index_dir, const std::string& root) {
  std::error_code ec;
  fs::remove_all(index_dir / folder_key(root), ec);
  return !ec;
}

} // namespace acpd::net
