// bench-reader: a client that measures and otherwise does as little as it can. It runs
// initialize, session/new (or session/load) and a prompt over a child's stdio or a Unix socket,
// reads in blocks, and prints what it measured as one line of JSON:
//   bench-reader [--cwd D] [--load ID [--from EPOCH]] [--prompt TEXT] [--hold FILE] [--listen-only]
//                [--listens PATH] [--v2] (--socket PATH | --ws PORT | -- COMMAND ARG…)
// --from: replay verbatim, from the first entry. --listen-only sends nothing and measures the
// updates on the child's output. --hold: after the measurement, stay attached until FILE exists
// (for memory).
// --ws: over a WebSocket to /acp, with the token that is in ACPD_TOKEN.
// --v2: as an editor of ACP v2, to the idle state; only the agent's numbered texts count.
// --listens: starts the command, measures until PATH takes a connection, ends the command.
#include "tests/bench/reader_io.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using bench::now_ns;

struct options {
  std::string cwd = "/tmp", load, from, prompt, hold, socket, ws, listens;
  bool listen_only = false;
  bool v2 = false;
  std::vector<char*> command;
};

struct counts {
  std::uint64_t updates = 0, bytes = 0;
  std::int64_t first = 0, last = 0;
  bool numbered_only = false;
  std::uint64_t last_number = 0, gaps = 0; // of "#N " in the texts
  std::string epoch;                       // of the first update
  std::vector<std::int64_t> late;          // ns from the time in the text to its reading
};

std::string_view text_after(std::string_view line, std::string_view key) {
  const auto at = line.find(key);
  return at == line.npos ? std::string_view{} : line.substr(at + key.size());
}

std::string_view until_quote(std::string_view s) { return s.substr(0, s.find('"')); }

void count_update(std::string_view line, counts& c) {
  const std::string_view text = text_after(line, "\"text\":\"#");
  if (c.numbered_only && text.empty()) return;
  c.last = now_ns();
  if (c.updates++ == 0) {
    c.first = c.last;
    c.epoch = until_quote(text_after(line, "\"acpd/epoch\":\""));
  }
  if (text.empty()) return;
  const std::uint64_t number = std::strtoull(text.data(), nullptr, 10);
  if (c.last_number != 0 && number != c.last_number + 1) ++c.gaps;
  c.last_number = number;
  const auto time = text.substr(0, 40).find(" t=");
  if (time != text.npos)
    c.late.push_back(c.last - std::strtoll(text.data() + time + 3, nullptr, 10));
}

/// Reads lines until the answer to `id` (or the end, for id 0) and counts updates on the way; then,
/// `to_idle`, until the session is idle.
std::string read_until(bench::line_reader& in, int id, counts& c, bool to_idle = false) {
  const std::string mark = "\"id\":" + std::to_string(id); // of one digit: no other begins so
  std::string found;
  while (found.empty() || to_idle) {
    const bool open = in.block([&](std::string_view line) {
      c.bytes += line.size() + 1;
      if (to_idle && line.find("\"state\":\"idle\"") != line.npos) to_idle = false;
      if (line.find("\"session/update\"") != line.npos)
        count_update(line, c);
      else if (id != 0 && line.find(mark) != line.npos && line.find("\"method\"") == line.npos)
        found = line;
    });
    if (!open) break;
  }
  return found;
}

std::string quoted(std::string_view s) { return '"' + std::string(s) + '"'; }

void send(const bench::ends& to, int id, std::string_view method, const std::string& params) {
  bench::write_message(to, R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"method":)" +
                               quoted(method) + ",\"params\":" + params + "}");
}

double ms(std::int64_t ns) { return static_cast<double>(ns) / 1e6; }

struct times {
  std::int64_t start = 0, asked = 0, answered = 0;
};

void report(counts& c, times t, const std::string& session) {
  std::sort(c.late.begin(), c.late.end());
  const auto late = [&](double q) {
    const auto at = static_cast<std::size_t>(q * static_cast<double>(c.late.size()));
    return c.late.empty() ? 0.0 : ms(c.late[std::min(c.late.size() - 1, at)]);
  };
  const auto number = [](const char* name, double value) {
    std::printf(",\"%s\":%.3f", name, value);
  };
  std::printf("{\"session\":\"%s\",\"epoch\":\"%s\"", session.c_str(), c.epoch.c_str());
  const double span = ms(c.last - c.first);
  number("updates", static_cast<double>(c.updates));
  number("bytes", static_cast<double>(c.bytes));
  number("gaps", static_cast<double>(c.gaps));
  number("span_ms", span);
  number("per_second", span > 0 ? static_cast<double>(c.updates - 1) / span * 1000 : 0);
  number("open_to_first_ms", ms(c.first - t.start));
  number("ask_to_first_ms", ms(c.first - t.asked));
  number("ask_to_answer_ms", ms(t.answered - t.asked));
  number("p50_ms", late(0.5));
  number("p99_ms", late(0.99));
  number("max_ms", late(1));
  std::printf("}\n");
  std::fflush(stdout);
}

std::string* text_option(options& o, std::string_view name) {
  if (name == "--cwd") return &o.cwd;
  if (name == "--load") return &o.load;
  if (name == "--from") return &o.from;
  if (name == "--prompt") return &o.prompt;
  if (name == "--hold") return &o.hold;
  if (name == "--socket") return &o.socket;
  if (name == "--ws") return &o.ws;
  if (name == "--listens") return &o.listens;
  return nullptr;
}

options parse(int argc, char** argv) {
  options o;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--") {
      o.command.assign(argv + i + 1, argv + argc);
      o.command.push_back(nullptr);
      break;
    }
    if (name == "--listen-only" || name == "--v2") {
      (name == "--v2" ? o.v2 : o.listen_only) = true;
      continue;
    }
    std::string* into = text_option(o, name);
    if (into == nullptr || i + 1 == argc)
      bench::fail("bench-reader: unknown or incomplete option " + name);
    *into = argv[++i];
  }
  if (o.command.empty() + o.socket.empty() + o.ws.empty() != 2)
    bench::fail("bench-reader: give --socket PATH, --ws PORT or -- COMMAND");
  return o;
}

/// initialize and session/new; gives the session's id.
std::string open_session(bench::ends io, bench::line_reader& in, const options& o, counts& c) {
  send(io, 1, "initialize",
       o.v2 ? R"({"protocolVersion":2,"info":{"name":"bench","version":"1"}})"
            : R"({"protocolVersion":1,"clientCapabilities":{}})");
  if (!o.load.empty()) return o.load; // in one go with the load: what an attach costs
  read_until(in, 1, c);
  send(io, 2, "session/new", R"({"cwd":)" + quoted(o.cwd) + R"(,"mcpServers":[]})");
  const std::string made = read_until(in, 2, c);
  const std::string_view id = text_after(made, "\"sessionId\":\"");
  if (id.empty()) bench::fail("bench-reader: no session: " + made);
  return std::string(until_quote(id));
}

/// What is to be replayed, as further members.
std::string replay_of(const options& o) {
  const std::string cursor = R"("epoch":)" + quoted(o.from) + R"(,"seq":1})";
  if (o.v2)
    return R"(,"replayFrom":)" +
           (o.from.empty() ? R"({"type":"start"})" : R"({"type":"_acpd/seq",)" + cursor);
  return o.from.empty() ? "" : R"(,"_meta":{"acpd/replayFrom":{)" + cursor + "}";
}

/// The load or the prompt, to its answer.
void ask(bench::ends io, bench::line_reader& in, const options& o, const std::string& session,
         counts& c) {
  const std::string head = "{\"sessionId\":" + quoted(session);
  if (!o.load.empty())
    send(io, 3, o.v2 ? "session/resume" : "session/load",
         head + R"(,"cwd":)" + quoted(o.cwd) + R"(,"mcpServers":[])" + replay_of(o) + "}");
  else if (!o.prompt.empty())
    send(io, 3, "session/prompt",
         head + R"(,"prompt":[{"type":"text","text":)" + quoted(o.prompt) + "}]}");
  else
    return;
  const std::string answer = read_until(in, 3, c, o.v2 && o.load.empty());
  if (answer.find("\"result\"") == answer.npos)
    bench::fail("bench-reader: " + (answer.empty() ? "the connection ended" : answer));
}

void measure_start(const options& o) {
  const std::int64_t start = now_ns();
  const bench::ends io = bench::start_child(o.command.data());
  while (!bench::takes_connections(o.listens)) {
    if (now_ns() - start > 10'000'000'000)
      bench::fail("bench-reader: " + o.listens + " never listened");
    bench::pause_us(100);
  }
  std::printf("{\"listening_ms\":%.3f}\n", ms(now_ns() - start));
  std::fflush(stdout);
  bench::end_child(io);
}

} // namespace

int main(int argc, char** argv) {
  const options o = parse(argc, argv);
  if (!o.listens.empty()) {
    measure_start(o);
    return 0;
  }
  counts c;
  times t{.start = now_ns()};
  const bench::ends io = !o.ws.empty()       ? bench::connect_web_socket(o.ws)
                         : !o.socket.empty() ? bench::connect_to(o.socket)
                                             : bench::start_child(o.command.data());
  bench::line_reader in(io);
  std::string session;
  if (o.listen_only) {
    read_until(in, 0, c);
  } else {
    session = open_session(io, in, o, c);
    c = {};
    c.numbered_only = o.v2;
    t.asked = now_ns();
    ask(io, in, o, session, c);
  }
  t.answered = now_ns();
  report(c, t, session);
  if (!o.hold.empty()) bench::wait_for_file(o.hold);
  bench::close_ends(io);
  return 0;
}
