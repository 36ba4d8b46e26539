#pragma once

#include "server/core/session.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::net {

/// What STATE/index/KEY/folder.json says: which folder the index in there is of.
struct index_record {
  std::string root;
  bool kept = false; // a person asked for it: watched while the daemon runs, until removed
  bool wide = false; // though it is the home folder, say
};

/// The folder's own name: absolute, without "." and "..", without a slash at its end. Empty: it is
/// not absolute.
std::string folder_name(std::string_view path);
/// Whether `path` is `folder` or lies below it; both as folder_name() gives them.
bool lies_in(std::string_view path, std::string_view folder);
/// Where its index is kept below STATE/index, and what the worker calls it.
std::string folder_key(std::string_view root);

/// The folders of a session: cwd first, then those of additionalDirectories (a raw array, or
/// empty) that lie in none of the others.
std::vector<std::string> folders_of(std::string_view cwd, std::string_view additional);
std::vector<std::string> folders_of(const core::session_seed& session);

// The records on disk. They block: for readers::block.

void write_record(const std::filesystem::path& index_dir, const index_record& r);
/// All of them; indexes that nobody has opened for a month, and no person asked for, are removed.
std::vector<index_record> read_records(const std::filesystem::path& index_dir);
/// The index of a folder, with its record. False: it is not all gone.
bool remove_index(const std::filesystem::path& index_dir, const std::string& root);

} // namespace acpd::net
