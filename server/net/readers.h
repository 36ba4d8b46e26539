#pragma once

#include "server/net/asio.h"
#include "server/store/database.h"

#include <functional>
#include <utility>

namespace acpd::net {

/// What may block, off the session thread: one thread that reads sessions.db and some for files
/// and processes. `done` runs on the session thread. Owned by the hub, which outlives what it has
/// asked; stop() waits for what is running.
class readers {
public:
  readers(asio::io_context& io, store::reader db) : io_(io), db_(std::move(db)) {}
  ~readers() { stop(); }

  /// done(job(reader)).
  template <class Job, class Done>
  void read(Job job, Done done) {
    run(db_thread_, [this, job = std::move(job)]() mutable { return job(db_); }, std::move(done));
  }
  /// done(job()).
  template <class Job, class Done>
  void block(Job job, Done done) {
    run(block_thread_, std::move(job), std::move(done));
  }
  void stop() {
    db_thread_.stop();
    block_thread_.stop();
    db_thread_.join();
    block_thread_.join();
  }

private:
  template <class Job, class Done>
  void run(asio::thread_pool& pool, Job job, Done done) {
    asio::post(pool, [this, job = std::move(job), done = std::move(done),
                      work = asio::make_work_guard(io_)]() mutable {
      asio::post(io_,
                 [result = job(), done = std::move(done)]() mutable { done(std::move(result)); });
    });
  }

  asio::io_context& io_;
  store::reader db_;
  asio::thread_pool db_thread_{1};
  asio::thread_pool block_thread_{3};
};

} // namespace acpd::net
