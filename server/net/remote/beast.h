#pragma once

// Beast and Asio's TLS are compiled once (beast.cpp) and included only through this header.
#include "server/net/asio.h"

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

namespace acpd::remote {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using error_code = boost::system::error_code;
using tcp = asio::ip::tcp;
using socket = asio::generic::stream_protocol::socket;

/// Expected ends of I/O come as values: auto [ec, n] = co_await …(quietly).
inline constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

} // namespace acpd::remote
