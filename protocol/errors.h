#pragma once

namespace acpd::protocol {

/// JSON-RPC and ACP error codes (ACP v1 and v2, "Error codes").
enum error_code : int {
  parse_error = -32700,
  invalid_request = -32600, // also: not initialised, a batch
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  request_cancelled = -32800,
  auth_required = -32000,
  not_found = -32002,           // unknown session or resource
  unsupported_version = -32022, // ACP v2
};

} // namespace acpd::protocol
