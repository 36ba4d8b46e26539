// A fast ACP agent for the benchmark: prompt text "flood COUNT BYTES" writes COUNT numbered updates
// whose text has BYTES bytes as fast as the pipe takes them; "rate PER_SECOND COUNT BYTES" spreads
// them, each with its time of writing (CLOCK_MONOTONIC, ns). Anything else is answered with
// end_turn.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

constexpr std::string_view session_id = "flood-session";

void write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::write(1, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) ::_exit(0); // nobody reads any more
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::int64_t now_ns() {
  timespec t{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

void append_update(std::string& out, std::uint64_t number, std::string_view text) {
  out += R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":")";
  out += session_id;
  out += R"(","update":{"sessionUpdate":"agent_message_chunk","content":{"type":"text","text":"#)";
  out += std::to_string(number);
  out += ' ';
  out += text;
  out += "\"},\"messageId\":\"m-1\"}}}\n";
}

void flood(std::uint64_t count, std::size_t bytes) {
  constexpr std::size_t block = 64 << 10;
  std::string out, text(bytes > 12 ? bytes - 12 : 1, 'x');
  for (std::uint64_t i = 1; i <= count; ++i) {
    append_update(out, i, text);
    if (out.size() < block) continue;
    write_all(out);
    out.clear();
  }
  write_all(out);
}

void rate(double per_second, std::uint64_t count, std::size_t bytes) {
  const std::string padding(bytes > 40 ? bytes - 40 : 1, 'x');
  const std::int64_t start = now_ns();
  for (std::uint64_t i = 1; i <= count; ++i) {
    const std::int64_t due =
        start + static_cast<std::int64_t>(1e9 * static_cast<double>(i) / per_second);
    timespec at{due / 1'000'000'000, due % 1'000'000'000};
    while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr) == EINTR) {
    }
    std::string out;
    append_update(out, i, "t=" + std::to_string(now_ns()) + " " + padding);
    write_all(out);
  }
}

/// The value of "id" as it stands, or nothing. Good for the clients of the benchmark, not for any
/// JSON.
std::string_view id_of(std::string_view line) {
  const auto at = line.find("\"id\":");
  if (at == line.npos) return {};
  line.remove_prefix(at + 5);
  return line.substr(0, line.find_first_of(",}"));
}

void prompt(std::string_view line) {
  for (const char* word : {"flood ", "rate "}) {
    const auto at = line.find(word);
    if (at == line.npos) continue;
    double a = 0, b = 0, c = 0;
    const int got =
        std::sscanf(line.data() + at + std::string_view(word).size(), "%lf %lf %lf", &a, &b, &c);
    if (word[0] == 'f' && got >= 2)
      flood(static_cast<std::uint64_t>(a), static_cast<std::size_t>(b));
    if (word[0] == 'r' && got >= 3)
      rate(a, static_cast<std::uint64_t>(b), static_cast<std::size_t>(c));
    return;
  }
}

void answer(const std::string& line) {
  const std::string_view id = id_of(line);
  if (id.empty()) return;
  const auto is = [&](const char* method) {
    return line.find("\"" + std::string(method) + "\"") != line.npos;
  };
  std::string result = "{}";
  if (is("initialize"))
    result = R"({"protocolVersion":1,"agentCapabilities":{"loadSession":true}})";
  else if (is("session/new"))
    result = R"({"sessionId":")" + std::string(session_id) + "\"}";
  else if (is("session/prompt")) {
    prompt(line);
    result = R"({"stopReason":"end_turn"})";
  }
  write_all(R"({"jsonrpc":"2.0","id":)" + std::string(id) + ",\"result\":" + result + "}\n");
}

} // namespace

int main() {
  std::string buffer;
  char block[65536];
  for (;;) {
    const ssize_t n = ::read(0, block, sizeof block);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return 0;
    buffer.append(block, static_cast<std::size_t>(n));
    std::size_t used = 0;
    for (std::size_t end; (end = buffer.find('\n', used)) != std::string::npos; used = end + 1)
      answer(buffer.substr(used, end - used));
    buffer.erase(0, used);
  }
}
