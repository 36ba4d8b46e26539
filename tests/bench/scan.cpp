// What one line of the hot path costs: scan() against Boost.JSON on the same lines, arms
// alternated.
#include "protocol/envelope.h"

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int rounds = 9;
constexpr int lines_a_round = 200'000;

std::string update_line(std::string_view text) {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":)"
         R"("257ba0ec-f307-4c93-b18d-730b8972b77a","update":{"sessionUpdate":"agent_message_chunk",)"
         R"("messageId":"msg_01","content":{"type":"text","text":")" +
         std::string(text) + R"("}}}})";
}

std::string tool_line() {
  return R"({"jsonrpc":"2.0","method":"session/update","params":{"sessionId":"257ba0ec-f307-4c93",)"
         R"("update":{"sessionUpdate":"tool_call_update","toolCallId":"call_17","status":"completed",)"
         R"("kind":"read","title":"Read main.cpp","locations":[{"path":"/home/u/project/main.cpp",)"
         R"("line":17}],"rawOutput":{"exit_code":0,"lines":120,"ok":true}}}})";
}

template <class F>
double nanoseconds(F&& once) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < lines_a_round; ++i)
    once();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return took.count() / lines_a_round;
}

double median(std::vector<double> values) {
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
  return values[values.size() / 2];
}

void measure(const char* name, const std::string& line) {
  std::vector<double> ours, theirs;
  std::size_t found = 0;
  boost::json::parser parser;
  std::vector<unsigned char> buffer(64 * 1024);
  for (int i = 0; i < rounds; ++i) {
    ours.push_back(nanoseconds([&] { found += acpd::protocol::scan(line)->variant.size; }));
    theirs.push_back(nanoseconds([&] {
      boost::json::monotonic_resource memory(buffer.data(), buffer.size());
      parser.reset(&memory);
      parser.write(line);
      found += parser.release().as_object().size();
    }));
  }
  const double a = median(ours), b = median(theirs);
  std::printf("%-24s %5zu bytes  scan %6.0f ns/line  Boost.JSON %6.0f ns/line  ratio %.2f  (%zu)\n",
              name, line.size(), a, b, a / b, found % 10);
}

} // namespace

int main() {
  measure("text chunk", update_line(std::string(155, 'x')));
  measure("text chunk, escapes",
          update_line(R"(line one\nline two \"quoted\"\n\n- item\n- item\n\tend of it)"));
  std::string greek;
  for (int i = 0; i < 80; ++i)
    greek += "\xCE\xB1";
  measure("text chunk, non-ASCII", update_line(greek));
  measure("tool call update", tool_line());
  measure("text chunk, 64 KiB", update_line(std::string(65536, 'x')));
}
