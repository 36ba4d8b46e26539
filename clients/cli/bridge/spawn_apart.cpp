#include "clients/cli/bridge/spawn_apart.h"

#include "server/wire/spawn_attributes.h"

#include <fcntl.h>
#include <spawn.h>

namespace acpd::bridge {
namespace {

void give(posix_spawn_file_actions_t& files, int from, int to) {
  if (from < 0)
    posix_spawn_file_actions_addopen(&files, to, "/dev/null", O_RDWR, 0);
  else
    posix_spawn_file_actions_adddup2(&files, from, to);
}

} // namespace

std::expected<pid_t, int> spawn_apart(std::vector<char*> argv, std::vector<char*> environment,
                                      child_io io) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  give(files, io.in, 0);
  give(files, io.out, 1);
  give(files, io.err, 2);
  posix_spawn_file_actions_addclosefrom_np(&files, 3);
  const wire::spawn_attributes attributes(POSIX_SPAWN_SETSID);
  pid_t child = -1;
  const int error =
      ::posix_spawnp(&child, argv[0], &files, attributes.get(), argv.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  if (error != 0) return std::unexpected(error);
  return child;
}

} // namespace acpd::bridge
