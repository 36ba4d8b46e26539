#pragma once

#include "protocol/failure.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace acpd::runner {

enum class verb : std::uint8_t {
  each,   // /each GLOB… -- COMMAND
  test,   // /test [COMMAND]
  resume, // /continue
  status, // /status
  help,   // /help
  chat,   // anything else
};

/// A prompt as the runner understands it.
struct request {
  verb what = verb::chat;
  std::vector<std::string> globs{}; // each
  std::string command{};            // each, test: as typed
  int jobs = 0;                     // at once; 0: not given
  bool fresh = false;               // start over
  /// The command in one spelling, options left out: equal texts mean the same job. parse_prompt()
  /// of it gives the same job again.
  std::string canonical{};
};

inline constexpr int max_jobs = 512;

/// Reads a prompt's text. Errors (invalid_params) say what is wrong and how it is written.
protocol::result<request> parse_prompt(std::string_view text);

/// The answer to /help and to anything that is no command.
std::string help_text();

} // namespace acpd::runner
