#pragma once

#include "server/net/feed.h"
#include "server/store/writer.h"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace acpd::net {

class agent_link;
struct session_host;

/// Commit, then show: what a step writes goes into the open batch, what somebody may see of it
/// waits behind that batch's commit. Order of effects is the order in which they were added. Owned
/// by the hub; session thread, but for the writer's wake-up, which is posted to it.
class journal {
public:
  using effect = std::move_only_function<void()>;

  journal(std::unique_ptr<store::writer> writer, std::string epoch)
      : writer_(std::move(writer)), epoch_(std::move(epoch)) {}

  /// Appends an entry to the batch and, rendered, to what the session's followers will be shown.
  void append(session_host& host, const store::entry& e);
  void put(store::operation op) { open().rows->put(std::move(op)); }
  void make_durable() { open().rows->make_durable(); }
  /// Runs when everything that was put before is committed.
  void after_commit(effect f) { open().effects.push_back(std::move(f)); }
  /// The link's committed offset moves with this batch; it is told when it is committed.
  void touch(agent_link& link);
  void forget(agent_link& link);
  void forget(session_host& host);

  /// Hands the open batch to the writer, unless enough are on their way: then it goes on filling.
  void flush();
  /// What the writer has committed: chunks are shown, links acknowledged, effects run.
  void take_done();
  /// Everything has been committed and shown.
  bool drained() const { return !open_ && in_flight_.empty(); }
  const std::string& epoch() const { return epoch_; }
  /// Commits what is left. Afterwards nothing may be added.
  void close();

private:
  struct pending {
    std::unique_ptr<store::batch> rows;
    std::vector<std::pair<session_host*, std::shared_ptr<const rendered_batch>>> shown;
    std::vector<std::pair<agent_link*, std::uint64_t>> offsets;
    std::vector<effect> effects;
  };
  pending& open();
  void submit();

  std::unique_ptr<store::writer> writer_;
  std::string epoch_;
  std::unique_ptr<pending> open_;
  std::deque<std::unique_ptr<pending>> in_flight_;
  std::unique_ptr<store::batch> spare_; // its memory is used again
};

} // namespace acpd::net
