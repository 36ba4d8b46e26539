#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace acpd::index::test {

inline std::string shell_quoted(std::string_view text) {
  std::string made = "'";
  for (const char c : text)
    made += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return made + "'";
}

/// The standard output of a command line. Throws when it fails.
inline std::string output_of(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>/dev/null").c_str(), "r");
  if (!pipe) throw std::runtime_error("popen: " + command);
  std::string output;
  std::array<char, 65536> buffer;
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), n);
  if (::pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  return output;
}

/// A folder for one test, removed with it. Files' folders are made as needed. Header only: the
/// tests of several rooms use it.
class tree {
public:
  tree() {
    // The machine's own settings of git must not decide what a test sees.
    ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    auto pattern = (std::filesystem::temp_directory_path() / "acpd-files-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp " + pattern);
    root_ = std::filesystem::canonical(pattern);
  }
  ~tree() {
    std::error_code ignored; // a folder that a test made unreadable is opened first
    for (const auto& entry : std::filesystem::recursive_directory_iterator(
             root_, std::filesystem::directory_options::skip_permission_denied, ignored))
      if (!entry.is_symlink() && entry.is_directory())
        std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(root_, ignored);
  }
  tree(const tree&) = delete;
  tree& operator=(const tree&) = delete;

  const std::string& root() const { return root_; }
  std::string path(std::string_view relative) const { return root_ + "/" + std::string(relative); }

  void write(std::string_view relative, std::string_view content = "text\n") const {
    const std::filesystem::path file = path(relative);
    std::filesystem::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << content;
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  }
  /// Empty files 0 to count - 1 in one folder, fast.
  void fill(std::string_view folder, int count) const {
    std::filesystem::create_directories(path(folder));
    for (int i = 0; i < count; ++i)
      if (::mknod((path(folder) + "/" + std::to_string(i)).c_str(), S_IFREG | 0644, 0) != 0)
        throw std::runtime_error("cannot make a file in " + path(folder));
  }
  void remove(std::string_view relative) const { std::filesystem::remove_all(path(relative)); }
  void move(std::string_view from, std::string_view to) const {
    std::filesystem::create_directories(std::filesystem::path(path(to)).parent_path());
    std::filesystem::rename(path(from), path(to));
  }
  void folder(std::string_view relative) const {
    std::filesystem::create_directories(path(relative));
  }
  void link(std::string_view target, std::string_view relative) const {
    std::filesystem::create_symlink(target, path(relative));
  }
  /// Runs git in the root with nobody's configuration but the tree's own; its output. Throws when
  /// git fails.
  std::string git(const std::vector<std::string>& arguments) const {
    std::string command = "env -u GIT_DIR git -C " + shell_quoted(root_) +
                          " -c user.name=t -c user.email=t@t -c init.defaultBranch=main";
    for (const auto& argument : arguments)
      command += " " + shell_quoted(argument);
    return output_of(command);
  }

private:
  std::string root_;
};

} // namespace acpd::index::test
