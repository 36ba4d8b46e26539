#include "clients/cli/command_line.h"
#include "clients/cli/connect.h"

#include <span>
#include <string_view>

int main(int argc, char** argv) {
  const std::span<char* const> words(argv, static_cast<std::size_t>(argc));
  if (argc > 1 && std::string_view(argv[1]) == "connect")
    if (auto arguments = acpd::cli::read_connect(words.subspan(2)))
      return acpd::cli::connect(*std::move(arguments));
  return acpd::cli::run_command_line(argc, argv);
}
