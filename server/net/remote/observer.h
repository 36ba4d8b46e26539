#pragma once

#include "server/wire/frame.h"

#include <string>
#include <string_view>
#include <vector>

namespace acpd::remote {

/// What an observer's token may not do. Reading is listed, everything else is refused, so that a
/// method that comes later is refused until somebody decides. Pure but for what it remembers of one
/// connection: the questions that it keeps from the client, whose withdrawal nobody needs. Owned by
/// that connection.
class observer {
public:
  struct verdict {
    enum : std::uint8_t {
      forward, // text: the line, perhaps changed
      reply,   // text: the answer; the daemon never sees the request
      drop,    // a notification or an answer
    } what;
    std::string text;
  };
  /// A line from the client. Its capabilities are taken out of `initialize` (nobody asks it for
  /// files), its MCP servers out of load and resume.
  verdict from_client(std::string_view line) const;

  /// A line for the client: whether it goes on. What the agent asks does not: an observer answers
  /// nothing. `answer`: what the daemon gets back for a request that would else wait for ever.
  bool to_client(std::string_view line, std::string& answer);

private:
  std::vector<std::string> kept_back_; // raw ids of questions
};

/// The same for the bridge's framed protocol, both ways. Owned by one tunnel.
class observer_frames {
public:
  struct output {
    std::string to_daemon, to_client;
    bool broken = false; // not this protocol: close
  };
  output from_client(std::string_view bytes);
  output from_daemon(std::string_view bytes);

private:
  void client_frame(const wire::frame_header& h, std::string_view payload, output& out);
  void daemon_frame(const wire::frame_header& h, std::string_view payload, output& out);

  observer lines_;
  std::string magic_; // what has come of it
  wire::frame_splitter client_, daemon_;
};

/// What a refused request is answered with: the code is outside of what JSON-RPC reserves.
inline constexpr int observer_refused = 403;

} // namespace acpd::remote
