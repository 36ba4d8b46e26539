#include "protocol/errors.h"
#include "server/runner/listing.h"

#include <filesystem>
#include <sys/stat.h>
#include <sys/wait.h>

namespace acpd::runner {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t slice = 5000; // rows of one commit: some 20 ms

bool is_file(const std::string& path) {
  struct stat found{};
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

bool in_git_folder(std::string_view path) {
  return path == ".git" || path.starts_with(".git/") || path.contains("/.git/");
}

// A tree of which git would know what is ignored.
bool inside_work_tree(fs::path folder) {
  for (;; folder = folder.parent_path()) {
    std::error_code ec;
    // An empty folder of that name, such as sandboxes leave behind, is no repository.
    if (fs::exists(folder / ".git" / "HEAD", ec) || fs::is_regular_file(folder / ".git", ec))
      return true;
    if (folder == folder.parent_path()) return false;
  }
}

/// Names go into a temporary table first, which sorts them and takes out doubles on disk: memory
/// stays bounded for any number of files.
class file_listing : public listing {
public:
  file_listing(database& db, job_store& store, children& processes, const job_row& job,
               std::vector<glob> globs)
      : db_(db), store_(store), processes_(processes), job_(job), globs_(std::move(globs)),
        insert_(create_table(db)),
        next_(db.prepare("SELECT path FROM found WHERE job = :job AND path > :after "
                         "ORDER BY path LIMIT :limit")) {}

  ~file_listing() override {
    // Only a temporary table: what cannot be removed now goes with the process.
    try {
      db_.prepare("DELETE FROM found WHERE job = :job").bind(":job", job_.id).run();
    } catch (const db_error&) {
      job_.id = 0;
    }
  }

  protocol::result<progress> step() override {
    switch (phase_) {
    case phase::start: return start();
    case phase::git: return read_git();
    case phase::walk: return walk_one();
    case phase::copy: return copy_slice();
    }
    return progress::done;
  }

  void on_ended(ended_child child) override {
    pending_ += child.output;
    git_ended_ = true;
    git_failed_ = child.status != 0;
  }

private:
  enum class phase : std::uint8_t { start, git, walk, copy };

  static statement create_table(database& db) {
    db.exec("CREATE TEMP TABLE IF NOT EXISTS found "
            "(job INTEGER, path BLOB, PRIMARY KEY (job, path)) WITHOUT ROWID");
    return db.prepare("INSERT OR IGNORE INTO found (job, path) VALUES (:job, :path)");
  }

  void found(const std::string& path) {
    insert_.bind(":job", job_.id).bind_blob(":path", path).run();
  }

  void look_at(const std::string& path) {
    ++looked_at_;
    for (const auto& g : globs_)
      if (!g.literal() && g.matches(path) && is_file(job_.cwd + "/" + path)) return found(path);
  }

  protocol::result<progress> start() {
    bool wildcards = false;
    for (const auto& g : globs_) {
      wildcards |= !g.literal();
      if (g.literal() && !in_git_folder(g.text()) && is_file(job_.cwd + "/" + g.text()))
        found(g.text());
    }
    phase_ = phase::copy;
    if (!wildcards) return progress::more;
    walk_.push_back("");
    phase_ = phase::walk;
    if (!inside_work_tree(job_.cwd)) return progress::more;
    auto started = processes_.start(
        {job_.id, 0}, {"sh", "-c", "exec git ls-files -co --exclude-standard -z 2>/dev/null"},
        job_.cwd, job_.mark, true);
    if (started) phase_ = phase::git;
    return progress::more;
  }

  protocol::result<progress> read_git() {
    pending_ += processes_.take({job_.id, 0});
    transaction names(db_, "BEGIN"); // of the temporary table only: no other process waits
    std::size_t begin = 0;
    for (auto end = pending_.find('\0'); end != std::string::npos;
         end = pending_.find('\0', begin)) {
      look_at(pending_.substr(begin, end - begin));
      begin = end + 1;
    }
    names.commit();
    pending_.erase(0, begin);
    if (!git_ended_) return progress::wait;
    phase_ = phase::copy;
    if (git_failed_) {
      note_ = "git could not list this work tree: files that it ignores are not left out";
      phase_ = phase::walk;
    } else {
      ignored_ = true;
    }
    return progress::more;
  }

  // One directory; links to directories are not followed, so that a walk ends.
  protocol::result<progress> walk_one() {
    if (walk_.empty()) {
      phase_ = phase::copy;
      return progress::more;
    }
    auto folder = std::move(walk_.back());
    walk_.pop_back();
    std::error_code ec;
    transaction names(db_, "BEGIN");
    for (fs::directory_iterator at(job_.cwd + "/" + folder, ec), end; !ec && at != end;
         at.increment(ec)) {
      auto name = at->path().filename().native();
      auto path = folder.empty() ? name : folder + "/" + name;
      std::error_code type_ec;
      if (name == ".git") continue;
      if (!at->is_symlink(type_ec) && at->is_directory(type_ec)) {
        for (const auto& g : globs_)
          if (!g.literal() && g.may_be_below(path)) {
            walk_.push_back(path);
            break;
          }
      } else {
        look_at(path);
      }
    }
    names.commit();
    return progress::more;
  }

  protocol::result<progress> copy_slice() {
    next_.bind(":job", job_.id).bind_blob(":after", last_).bind(":limit", std::int64_t{slice});
    std::vector<item> items;
    while (next_.step())
      items.push_back({++total_, next_.text(0)});
    if (!items.empty()) {
      last_ = items.back().name;
      store_.add_items(job_.id, items);
    }
    if (items.size() == slice) return progress::more;
    if (total_ == 0) return std::unexpected(nothing());
    return progress::done;
  }

  protocol::failure nothing() const {
    std::string text = "nothing matches";
    for (const auto& g : globs_)
      text += " " + g.text();
    text += " in " + job_.cwd + " (" + std::to_string(looked_at_) + " files looked at";
    if (ignored_) text += "; files that git ignores are left out";
    text += ")";
    if (!globs_.front().text().contains('/'))
      text += ": for files in all folders write **/" + globs_.front().text();
    return {protocol::invalid_params, text};
  }

  database& db_;
  job_store& store_;
  children& processes_;
  job_row job_;
  std::vector<glob> globs_;
  statement insert_;
  statement next_;
  phase phase_ = phase::start;
  std::vector<std::string> walk_; // directories still to be read
  std::string pending_;           // of git's output: the unfinished name
  std::string last_;              // copied so far
  std::int64_t looked_at_ = 0;
  bool git_ended_ = false;
  bool git_failed_ = false;
  bool ignored_ = false;
};

class command_listing : public listing {
public:
  command_listing(job_store& store, std::int64_t job, std::string name)
      : store_(store), job_(job), name_(std::move(name)) {}

  protocol::result<progress> step() override {
    total_ = 1;
    store_.add_items(job_, {item{1, name_}});
    return progress::done;
  }

private:
  job_store& store_;
  std::int64_t job_;
  std::string name_;
};

} // namespace

std::unique_ptr<listing> list_files(database& db, job_store& store, children& processes,
                                    const job_row& job, std::vector<glob> globs) {
  return std::make_unique<file_listing>(db, store, processes, job, std::move(globs));
}

std::unique_ptr<listing> list_command(job_store& store, const job_row& job,
                                      const std::string& name) {
  return std::make_unique<command_listing>(store, job.id, name);
}

} // namespace acpd::runner
