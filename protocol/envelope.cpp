#include "protocol/envelope.h"

#include "protocol/errors.h"
#include "protocol/json_reader.h"

#include <algorithm>

namespace acpd::protocol {
namespace {

/// A member of the message that is judged at the end, when the last of equal keys is known.
struct part {
  value_kind kind = value_kind::none; // none: the member is absent
  span where;
};

/// One run over one line. What is no JSON ends it at once; what is JSON and no message is judged
/// when the whole line has been read, so that a broken line is a parse error whatever came before.
class message_scanner {
public:
  message_scanner(std::string_view line, const scan_limits& limits)
      : line_(line), limits_(limits), in_(line, limits.max_depth) {}

  result<envelope> run() {
    const std::size_t most = std::min(limits_.max_bytes, max_line_bytes);
    if (line_.size() > most) {
      return refuse(parse_error, "the line has " + std::to_string(line_.size()) +
                                     " bytes, more than the limit of " + std::to_string(most));
    }
    in_.skip_space();
    const bool object = in_.at_char('{');
    const value_kind kind = object ? message() : in_.value(1);
    if (kind != value_kind::none) {
      in_.skip_space();
      if (!in_.at_end())
        in_.fail(in_.at_char('\n') ? "a newline inside a message" : "more text after the message");
    }
    if (in_.error() != nullptr)
      return refuse(parse_error, std::string("not JSON: ") + in_.error() + at(in_.at()));
    if (kind == value_kind::array) {
      return refuse(invalid_request,
                    "batches are not supported: send each message on a line of its own");
    }
    if (!object) return refuse(invalid_request, "a message must be a JSON object");
    return judge();
  }

private:
  static std::unexpected<failure> refuse(int code, std::string text) {
    return std::unexpected(failure{code, std::move(text)});
  }
  static std::string at(std::uint32_t byte) { return ", at byte " + std::to_string(byte); }
  static std::unexpected<failure> refuse(std::string text, const part& where) {
    return refuse(invalid_request, std::move(text) + at(where.where.begin));
  }

  /// Whether the member name read last is `name`; the plain case needs no decoding.
  bool is(std::string_view key, std::string_view name) const {
    return in_.escaped() ? same_text(key, name) : key == name;
  }

  template <class F>
  value_kind read_by(part& into, F&& reader) {
    const std::uint32_t begin = in_.at();
    const value_kind kind = reader();
    into = {kind, {begin, in_.at() - begin}};
    return kind;
  }
  value_kind read(part& into, std::uint32_t depth) {
    return read_by(into, [&] { return in_.value(depth); });
  }

  value_kind message() {
    return in_.object(1, [&](std::string_view key) {
      if (is(key, "method")) return read(method_, 2);
      if (is(key, "params")) return read_by(params_, [&] { return params(); });
      if (is(key, "id")) return read(id_, 2);
      if (is(key, "jsonrpc")) return read(jsonrpc_, 2);
      if (is(key, "result")) return read_by(result_, [&] { return result_value(); });
      if (is(key, "error")) return read(error_, 2);
      return in_.value(2);
    });
  }

  value_kind params() {
    session_id_ = params_meta_ = update_ = variant_ = message_id_ = {};
    if (!in_.at_char('{')) return in_.value(2);
    return in_.object(2, [&](std::string_view key) {
      if (is(key, "sessionId")) return read(session_id_, 3);
      if (is(key, "update")) return read_by(update_, [&] { return update(); });
      if (is(key, "_meta")) return read(params_meta_, 3);
      return in_.value(3);
    });
  }

  value_kind update() {
    variant_ = message_id_ = {};
    if (!in_.at_char('{')) return in_.value(3);
    return in_.object(3, [&](std::string_view key) {
      if (is(key, "sessionUpdate")) return read(variant_, 4);
      if (is(key, "messageId")) return read(message_id_, 4);
      return in_.value(4);
    });
  }

  value_kind result_value() {
    result_meta_ = {};
    if (!in_.at_char('{')) return in_.value(2);
    return in_.object(2, [&](std::string_view key) {
      return is(key, "_meta") ? read(result_meta_, 3) : in_.value(3);
    });
  }

  result<envelope> judge() const {
    if (jsonrpc_.kind == value_kind::none)
      return refuse(invalid_request, "\"jsonrpc\":\"2.0\" is missing");
    const auto version = inner(jsonrpc_).in(line_);
    const bool version_2 =
        jsonrpc_.kind == value_kind::string && (version == "2.0" || same_text(version, "2.0"));
    if (!version_2) return refuse("jsonrpc must be \"2.0\"", jsonrpc_);
    const bool good_id = id_.kind == value_kind::none || id_.kind == value_kind::string ||
                         id_.kind == value_kind::integer || id_.kind == value_kind::null;
    if (!good_id) return refuse("id must be a string, an integer or null", id_);
    if (method_.kind != value_kind::none) return judge_call();
    return judge_response();
  }

  result<envelope> judge_call() const {
    if (method_.kind != value_kind::string) return refuse("method must be a string", method_);
    const bool good_params = params_.kind == value_kind::none ||
                             params_.kind == value_kind::object ||
                             params_.kind == value_kind::array || params_.kind == value_kind::null;
    if (!good_params) return refuse("params must be an object, an array or null", params_);
    if (session_id_.kind == value_kind::string && session_id_.where.size > max_session_id_bytes) {
      return refuse("params.sessionId is longer than " + std::to_string(max_session_id_bytes) +
                        " bytes",
                    session_id_);
    }
    const bool good_meta = params_meta_.kind == value_kind::none ||
                           params_meta_.kind == value_kind::object ||
                           params_meta_.kind == value_kind::null;
    if (!good_meta) return refuse("params._meta must be an object or null", params_meta_);
    return parts(id_.kind == value_kind::none ? shape::notification : shape::request);
  }

  result<envelope> judge_response() const {
    const bool has_result = result_.kind != value_kind::none;
    const bool has_error = error_.kind != value_kind::none;
    if (!has_result && !has_error)
      return refuse(invalid_request, "a message needs a method, a result or an error");
    if (has_result && has_error)
      return refuse(invalid_request, "a response has a result or an error, not both");
    if (id_.kind == value_kind::none) return refuse(invalid_request, "a response needs an id");
    return parts(shape::response);
  }

  envelope parts(shape kind) const {
    envelope e;
    e.kind = kind;
    e.id = id_.where;
    e.method = inner(method_);
    e.params = of_kind(params_, value_kind::object);
    e.result = result_.where;
    e.error = error_.where;
    e.session_id = of_kind(session_id_, value_kind::string);
    e.params_meta = object_or_null(params_meta_);
    e.result_meta = object_or_null(result_meta_);
    e.update = of_kind(update_, value_kind::object);
    e.variant = inner(variant_);
    e.message_id = of_kind(message_id_, value_kind::string);
    return e;
  }

  static span of_kind(const part& p, value_kind kind) { return p.kind == kind ? p.where : span{}; }
  static span object_or_null(const part& p) {
    return p.kind == value_kind::object || p.kind == value_kind::null ? p.where : span{};
  }
  /// A string's contents; absent when it is no string.
  static span inner(const part& p) {
    return p.kind == value_kind::string ? span{p.where.begin + 1, p.where.size - 2} : span{};
  }

  std::string_view line_;
  const scan_limits& limits_;
  json_reader in_;
  part jsonrpc_, id_, method_, params_, result_, error_;
  part session_id_, params_meta_, update_, variant_, message_id_, result_meta_;
};

} // namespace

result<envelope> scan(std::string_view line, const scan_limits& limits) {
  return message_scanner(line, limits).run();
}

} // namespace acpd::protocol
