// What the store costs: appends through the writer thread, reads, opening, memory. A report, not a
// test. Usage: bench_store [entries] [folder]
#include "server/store/writer.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <string>

namespace {
using namespace acpd::store;
using clock_type = std::chrono::steady_clock;

double seconds_since(clock_type::time_point start) {
  return std::chrono::duration<double>(clock_type::now() - start).count();
}

long pss_kib() {
  std::ifstream in("/proc/self/smaps_rollup");
  std::string word;
  while (in >> word)
    if (word == "Pss:") {
      long kib = 0;
      in >> kib;
      return kib;
    }
  return 0;
}

database must_open(const std::filesystem::path& dir) {
  auto db = database::open(dir);
  if (db) return std::move(*db);
  std::fprintf(stderr, "%s\n", db.error().text.c_str());
  std::exit(1);
}

/// Lets `count` entries pass through the writer, at most `window` batches on their way.
double append(const std::filesystem::path& dir, std::int64_t session, std::uint64_t count,
              std::size_t rows_per_batch, std::size_t window, bool durable) {
  const std::string line(362, 'x');
  std::mutex mutex;
  std::condition_variable bell;
  bool rung = false;
  auto start = clock_type::now();
  double taken = 0;
  {
    writer w(must_open(dir), dir,
             {.on_done =
                  [&] {
                    const std::lock_guard lock(mutex);
                    rung = true;
                    bell.notify_one();
                  },
              .on_trouble = [](const std::string& s) { std::fprintf(stderr, "%s\n", s.c_str()); }});
    start = clock_type::now();
    std::uint64_t seq = 0;
    std::size_t on_way = 0;
    while (seq < count || on_way > 0) {
      while (on_way < window && seq < count) {
        auto b = std::make_unique<batch>();
        for (std::size_t i = 0; i < rows_per_batch && seq < count; ++i) {
          entry e;
          e.session = session;
          e.seq = ++seq;
          e.kind = entry_kind::update;
          e.at_ms = 1'700'000'000'000;
          e.turn = 1;
          e.process = 1;
          e.splice = std::uint64_t{90} << 40 | 60;
          e.message_id = "msg_0123456789";
          e.bytes = line;
          b->append(e);
        }
        if (durable) b->make_durable();
        w.submit(std::move(b));
        ++on_way;
      }
      std::unique_lock lock(mutex);
      bell.wait(lock, [&] { return rung; });
      rung = false;
      lock.unlock();
      on_way -= w.take_done().size();
    }
    taken = seconds_since(start);
  }
  return static_cast<double>(count) / taken;
}

double read_all(const std::filesystem::path& dir, std::int64_t session, std::uint64_t count) {
  auto r = reader::open(dir);
  if (!r) std::exit(1);
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    std::uint64_t seen = 0;
    std::size_t bytes = 0;
    const auto start = clock_type::now();
    r->entries(session, 1, count, [&](const entry& e) {
      ++seen;
      bytes += e.bytes.size();
      return true;
    });
    if (seen != count || bytes == 0) std::exit(1);
    best = std::max(best, static_cast<double>(seen) / seconds_since(start));
  }
  return best;
}

} // namespace

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
  const std::filesystem::path dir = argc > 2 ? argv[2] : "/tmp/bench_store";
  std::filesystem::remove_all(dir);
  std::filesystem::create_directories(dir);
  std::printf("PSS at start %ld KiB\n", pss_kib());
  std::int64_t session = 0;
  append(dir, ++session, 12'000, 64, 4, false);
  std::printf("PSS after 12,000 entries %ld KiB\n", pss_kib());
  for (const std::size_t rows : {64UL, 256UL})
    for (const std::size_t window : {2UL, 8UL})
      std::printf("append, %3zu a batch, %zu on their way: %8.0f/s\n", rows, window,
                  append(dir, ++session, count, rows, window, false));
  std::printf("append, 1 a batch, 1 on its way:      %8.0f/s\n",
              append(dir, ++session, 20'000, 1, 1, false));
  std::printf("append, 1 a batch, durable:           %8.0f/s\n",
              append(dir, ++session, 2'000, 1, 1, true));
  std::printf("read, warm:                           %8.0f/s\n", read_all(dir, 3, count));
  std::printf("PSS after reading %ld KiB\n", pss_kib());
  for (int round = 0; round < 3; ++round) {
    const auto start = clock_type::now();
    database db = must_open(dir);
    const auto found = db.recover();
    std::printf("open and recover: %.2f ms\n", seconds_since(start) * 1e3);
  }
  std::filesystem::remove_all(dir);
}
