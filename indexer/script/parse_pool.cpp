#include "indexer/script/parse_pool.h"

#include "indexer/parse/extract.h"

namespace acpd::index {
namespace {

constexpr std::size_t most_waiting_bytes = 8 * 1024 * 1024; // of source; facts are about as much

std::size_t size_of(const parsed_file& f) { return f.content ? f.content->bytes.size() : 0; }

} // namespace

parsed_file parse_file(const std::string& root, const std::string& path) {
  parsed_file f{path, read_source(root, path), {}};
  if (f.content) f.facts = extract(path, f.content->bytes);
  return f;
}

parse_pool::parse_pool(std::string root, const std::vector<std::string>& paths, unsigned threads)
    : root_(std::move(root)), paths_(paths) {
  for (unsigned i = 0; i < threads; ++i)
    threads_.emplace_back([this] { work(); });
}

parse_pool::~parse_pool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  drained_.notify_all();
}

void parse_pool::work() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      drained_.wait(lock, [&] { return stopping_ || done_bytes_ < most_waiting_bytes; });
      if (stopping_) return;
    }
    const auto i = at_++;
    if (i >= paths_.size()) return;
    put(parse_file(root_, paths_[i]));
  }
}

void parse_pool::put(parsed_file f) {
  {
    const std::lock_guard lock(mutex_);
    done_bytes_ += size_of(f);
    done_.push_back(std::move(f));
  }
  filled_.notify_one();
}

std::optional<parsed_file> parse_pool::next() {
  std::optional<parsed_file> f;
  {
    std::unique_lock lock(mutex_);
    if (given_ == paths_.size()) return std::nullopt;
    filled_.wait(lock, [&] { return !done_.empty(); });
    f = std::move(done_.front());
    done_.pop_front();
    done_bytes_ -= size_of(*f);
    ++given_;
  }
  drained_.notify_all();
  return f;
}

} // namespace acpd::index
