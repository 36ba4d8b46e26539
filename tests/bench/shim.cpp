// What a shim costs: the same agent behind a bare pipe and behind an acpd-shim whose client
// acknowledges, alternated, with nothing else in the way. A report, not a test.
// Usage: bench_shim [rounds] (it starts itself as the agent: bench_shim agent COUNT BYTES BLOCK US)
#include "tests/server/agent/driver.h"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

namespace {

using namespace acpd::agent;
using namespace acpd::agent::testing;
using timer = std::chrono::steady_clock;

constexpr std::size_t flood_lines = 100'000, line_bytes = 200;

std::int64_t now_ns() { return timer::now().time_since_epoch().count(); }

/// Writes COUNT lines of BYTES bytes that begin with the time, BLOCK bytes a write, one each US µs.
int be_agent(char** argv) {
  const auto count = std::strtoull(argv[2], nullptr, 10),
             bytes = std::strtoull(argv[3], nullptr, 10),
             block = std::strtoull(argv[4], nullptr, 10), gap = std::strtoull(argv[5], nullptr, 10);
  char go = 0;
  while (::read(0, &go, 1) == 1 && go != '\n') {
  }
  std::string out;
  auto due = timer::now();
  for (std::uint64_t i = 0; i < count; ++i) {
    if (gap) {
      due += std::chrono::microseconds(gap);
      const auto at = std::chrono::duration_cast<std::chrono::nanoseconds>(due.time_since_epoch());
      const timespec until{at / std::chrono::seconds(1), at.count() % 1'000'000'000};
      ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    }
    std::string line = std::to_string(now_ns()) + " ";
    line.resize(bytes - 1, 'x');
    out += line + "\n";
    if (out.size() < block && i + 1 < count) continue;
    for (std::size_t at = 0; at < out.size();) {
      const ssize_t n = ::write(1, out.data() + at, out.size() - at);
      if (n < 0) return 1;
      at += static_cast<std::size_t>(n);
    }
    out.clear();
  }
  return 0;
}

struct load {
  std::size_t count, bytes, block, gap_us;
  std::vector<std::string> argv() const {
    return {std::filesystem::read_symlink("/proc/self/exe"),
            "agent",
            std::to_string(count),
            std::to_string(bytes),
            std::to_string(block),
            std::to_string(gap_us)};
  }
};

/// Latencies of the lines in what comes, in µs.
struct lines {
  std::vector<double> latency;
  std::string partial;
  std::size_t bytes = 0;
  void add(std::string_view piece, bool timed) {
    bytes += piece.size();
    if (!timed) return;
    partial.append(piece);
    std::size_t used = 0;
    for (std::size_t end; (end = partial.find('\n', used)) != std::string::npos; used = end + 1)
      latency.push_back(static_cast<double>(now_ns() - std::stoll(partial.substr(used))) / 1000);
    partial.erase(0, used);
  }
};

struct outcome {
  double seconds = 0, cpu_us_a_line = 0, pss_idle = 0, pss_after = 0;
  std::vector<double> latency;
};

double percentile(std::vector<double> v, double p) {
  if (v.empty()) return 0;
  std::ranges::sort(v);
  return v[static_cast<std::size_t>(p * static_cast<double>(v.size() - 1))];
}

double cpu_us(pid_t pid) {
  std::istringstream in(file_text("/proc/" + std::to_string(pid) + "/schedstat"));
  double ns = 0;
  in >> ns;
  return ns / 1000;
}

double pss_kib(pid_t pid) {
  std::istringstream in(file_text("/proc/" + std::to_string(pid) + "/smaps_rollup"));
  for (std::string word; in >> word;)
    if (word == "Pss:") {
      double kib = 0;
      in >> kib;
      return kib;
    }
  return 0;
}

outcome through_pipe(const load& l) {
  int in[2], out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) std::abort();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  auto args = l.argv();
  std::vector<char*> argv;
  for (auto& a : args)
    argv.push_back(a.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ) != 0) std::abort();
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  const auto start = timer::now();
  static_cast<void>(!::write(in[1], "go\n", 3));
  lines got;
  static char block[65536];
  for (ssize_t n = 0; (n = ::read(out[0], block, sizeof block)) > 0;)
    got.add({block, static_cast<std::size_t>(n)}, l.gap_us != 0);
  outcome o;
  o.seconds = std::chrono::duration<double>(timer::now() - start).count();
  o.latency = std::move(got.latency);
  ::waitpid(pid, nullptr, 0);
  ::close(in[1]);
  ::close(out[0]);
  return o;
}

outcome through_shim(const load& l) {
  rig r;
  r.spec.argv = l.argv();
  const auto made = spawn_shim(r.spec);
  if (!made) throw std::runtime_error(made.error().text);
  const pid_t shim = made->hello.shim_pid;
  client c(r.dir(), 0);
  c.until([&] { return c.hellos == 1; });
  outcome o;
  o.pss_idle = pss_kib(shim);
  const double cpu = cpu_us(shim);
  const auto start = timer::now();
  c.send(shim_frame::send, 1, 0, "go\n");
  lines got;
  while (got.bytes < l.count * l.bytes) {
    c.pump(100);
    got.add(c.data, l.gap_us != 0);
    c.data.clear();
  }
  o.seconds = std::chrono::duration<double>(timer::now() - start).count();
  o.cpu_us_a_line = (cpu_us(shim) - cpu) / static_cast<double>(l.count);
  o.pss_after = pss_kib(shim);
  o.latency = std::move(got.latency);
  return o;
}

double median(std::vector<double> v) { return percentile(std::move(v), 0.5); }

void flood(const char* name, std::size_t block, int rounds) {
  const load l{flood_lines, line_bytes, block, 0};
  std::vector<double> pipe, shim, ratio, cpu, idle, after;
  for (int i = 0; i < rounds; ++i) {
    const outcome a = through_pipe(l), b = through_shim(l);
    pipe.push_back(flood_lines / a.seconds / 1000);
    shim.push_back(flood_lines / b.seconds / 1000);
    ratio.push_back(a.seconds / b.seconds);
    cpu.push_back(b.cpu_us_a_line);
    idle.push_back(b.pss_idle);
    after.push_back(b.pss_after);
  }
  std::printf("%-22s %9.0f %9.0f %7.2f %12.2f %9.0f %9.0f\n", name, median(pipe), median(shim),
              median(ratio), median(cpu), median(idle), median(after));
}

void paced(const char* name, std::size_t count, std::size_t gap_us) {
  const load l{count, line_bytes, 1, gap_us};
  const outcome a = through_pipe(l), b = through_shim(l);
  std::printf("%-22s %9.0f %9.0f %9.0f %9.0f %12.2f\n", name, percentile(a.latency, 0.5),
              percentile(a.latency, 0.99), percentile(b.latency, 0.5), percentile(b.latency, 0.99),
              b.cpu_us_a_line);
}

} // namespace

int main(int argc, char** argv) {
  if (argc == 6 && std::string_view(argv[1]) == "agent") return be_agent(argv);
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 5;
  std::printf("flood of %zu lines, %zu bytes each; medians of %d rounds\n", flood_lines, line_bytes,
              rounds);
  std::printf("%-22s %9s %9s %7s %12s %9s %9s\n", "", "pipe k/s", "shim k/s", "ratio",
              "CPU us/line", "idle KiB", "after KiB");
  flood("a write for each line", 1, rounds);
  flood("writes of 4 KiB", 4096, rounds);
  flood("writes of 64 KiB", 65536, rounds);
  std::printf("\nlatency in us\n%-22s %9s %9s %9s %9s %12s\n", "", "pipe p50", "pipe p99",
              "shim p50", "shim p99", "CPU us/line");
  paced("200 lines a second", 600, 5000);
  paced("1,000 lines a second", 3000, 1000);
  paced("5,000 lines a second", 10000, 200);
}
