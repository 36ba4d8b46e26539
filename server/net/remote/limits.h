#pragma once

#include <chrono>
#include <cstddef>

namespace acpd::remote {

using namespace std::chrono_literals;

// Those that a client can see are the official SDK's, so that what works with one works with the
// other; the others bound what strangers can cost.
inline constexpr std::size_t max_body_bytes = std::size_t{16} << 20;     // of a POST: 413
inline constexpr std::size_t max_header_bytes = std::size_t{16} << 10;   // 431
inline constexpr std::size_t max_read_ahead = std::size_t{128} << 10;    // of a request's framing
inline constexpr std::size_t max_message_bytes = std::size_t{32} << 20;  // WebSocket: 1009
inline constexpr std::size_t max_buffered_bytes = std::size_t{64} << 20; // of one HTTP connection
inline constexpr std::size_t max_waiting_streams = 1024; // session streams without a receiver
inline constexpr std::size_t max_id_length = 1024;       // of request and session ids
inline constexpr auto output_stall = 60s; // then a connection whose buffer is full is closed

inline constexpr std::size_t max_half_open = 128; // connections that have presented no token yet
inline constexpr auto handshake_time = 10s;       // TLS
inline constexpr auto header_time = 10s;          // from the connection or the request before
inline constexpr auto body_time = 60s;
inline constexpr auto keep_alive_time = 75s; // between two requests of a client with a token
inline constexpr auto answer_time = 5s;      // to take the last answer before it is cut off

inline constexpr auto farewell_time = 1s; // at the daemon's end, for all of them

inline constexpr int missed_pings = 5; // then the other end is dead
// Of pongs and refusals for a WebSocket that takes nothing; then it is closed.
inline constexpr std::size_t max_owed_bytes = std::size_t{1} << 20;

inline constexpr std::size_t pipe_room = std::size_t{1} << 20; // then a client is read no further
inline constexpr std::size_t output_room = std::size_t{256}
                                           << 10; // then the daemon is read no further

} // namespace acpd::remote
