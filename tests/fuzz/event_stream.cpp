// A client over HTTP that is cut off anywhere and comes back with the last id that it has: it has
// everything once, in order.
#include "server/net/remote/event_stream.h"

#include "tests/fuzz/require.h"

#include <string>
#include <vector>

using namespace acpd::remote;

namespace {

constexpr std::size_t most_steps = 300; // so that nothing is kept that has to be forgotten

/// A session's log, its stream, and the client.
class conversation {
public:
  /// An entry of the log, which is shown as that many frames.
  void update(unsigned frames) {
    const std::uint64_t seq = log_.empty() ? 5 : log_.back().seq + 1; // it had a life before
    log_.push_back({seq, frames});
    for (unsigned i = 0; i < frames; ++i)
      said_.push_back(text(seq, i));
    show(log_.back());
  }
  void message() {
    said_.push_back("m" + std::to_string(said_.size()));
    stream_.push(said_.back());
  }

  void receive() {
    if (stream_.empty()) return;
    std::string out;
    stream_.take(out);
    const std::size_t line = out.find('\n');
    got_.push_back({out.substr(4, line - 4), out.substr(line + 7, out.size() - line - 9)});
  }

  /// The network goes with the last `lost` events; `late` more come before the log begins.
  void cut(std::size_t lost, unsigned late) {
    got_.resize(std::max(got_.size() - std::min(lost, got_.size()), sure_));
    sure_ = got_.size();
    const auto seen = event_position::parse(got_.empty() ? ":0.0" : got_.back().id);
    ACPD_REQUIRE(seen.has_value());
    const auto way = stream_.resume(*seen);
    ACPD_REQUIRE(way != event_stream::continued::refused);
    if (way == event_stream::continued::from_here) return;
    const event_position from = stream_.await_log(*seen);
    for (; late != 0; late >>= 1)
      if (late & 1)
        update(2);
      else
        message();
    stream_.log_begins();
    for (const entry& e : log_)
      if (e.seq >= from.seq) show(e);
    stream_.log_ended();
  }

  void end() {
    while (!stream_.empty())
      receive();
    ACPD_REQUIRE(got_.size() == said_.size());
    for (std::size_t i = 0; i < got_.size(); ++i) {
      ACPD_REQUIRE(got_[i].line == said_[i]);
      if (i > 0) ACPD_REQUIRE(got_[i].id != got_[i - 1].id);
    }
  }

private:
  struct event {
    std::string id, line;
  };
  struct entry {
    std::uint64_t seq;
    unsigned frames;
  };
  static std::string text(std::uint64_t seq, unsigned frame) {
    return "u" + std::to_string(seq) + "." + std::to_string(frame);
  }
  void show(const entry& e) {
    for (unsigned i = 0; i < e.frames; ++i)
      stream_.push(text(e.seq, i), {"e", e.seq, 0});
  }

  event_stream stream_;
  std::vector<entry> log_;
  std::vector<std::string> said_;
  std::vector<event> got_;
  std::size_t sure_ = 0; // of got_: what the client had when it came back last
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  conversation c;
  for (std::size_t i = 0; i < std::min(size, most_steps); ++i) {
    const unsigned amount = data[i] >> 2;
    switch (data[i] & 3) {
    case 0: c.update(amount & 3); break; // of none, too
    case 1: c.message(); break;
    case 2: c.receive(); break;
    default: c.cut(amount & 7, amount >> 3); break;
    }
  }
  c.end();
  return 0;
}
