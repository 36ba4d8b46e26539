#pragma once

#include "protocol/version.h"
#include "server/net/entry_view.h"

#include <array>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace acpd::core {
struct session_seed;
}

namespace acpd::net {

class link;

/// One of what there is for the editors of each version.
template <class T>
class per_version {
public:
  T& operator[](protocol::acp_version v) { return of_[v == protocol::acp_version::v2]; }
  const T& operator[](protocol::acp_version v) const { return of_[v == protocol::acp_version::v2]; }

private:
  std::array<T, 2> of_{};
};

/// A session's entries of one batch, rendered for the versions that somebody follows it in.
struct rendered_batch {
  std::uint64_t last = 0;
  per_version<std::shared_ptr<chunk>> chunks; // null: nobody followed
};

/// What editors follow of a session: how far it is committed, who is attached, and for each version
/// the newest chunks. Owned by the session's host; session thread.
class feed {
public:
  static constexpr std::size_t ring_bytes = std::size_t{1} << 20;

  explicit feed(std::uint64_t head) : committed(head) {}

  std::uint64_t committed;
  std::vector<link*> followers;
  void follow(link& l, protocol::acp_version version);
  void unfollow(link& l, protocol::acp_version version);

  /// Renders an entry into the batch that is being filled; `facts` of its session, as they are
  /// behind the entry. True: it is the batch's first of this session.
  bool append(const store::entry& e, const core::session_seed& facts, std::string_view quoted_sid,
              std::string_view epoch);
  /// The open batch is full: the next entry begins another.
  std::shared_ptr<const rendered_batch> take_open() { return std::move(open_); }
  /// A batch is committed.
  void show(const rendered_batch& batch);
  /// The chunk that holds `seq`; null: it is only in the database.
  std::shared_ptr<const chunk> find(protocol::acp_version version, std::uint64_t seq) const;
  std::size_t held(protocol::acp_version version) const { return sides_[version].held; }

  /// What v1 editors are shown of a v2 agent; null: it has said nothing that they need it for.
  entry_view* view(protocol::acp_version version) { return sides_[version].view.get(); }
  void continue_with(std::unique_ptr<entry_view> view);

private:
  struct side {
    std::unique_ptr<entry_view> view; // at the log's last entry
    std::deque<std::shared_ptr<const chunk>> ring;
    std::size_t held = 0, followers = 0;
    void drop();
    void push(std::shared_ptr<const chunk> c);
  };

  per_version<side> sides_;
  std::shared_ptr<rendered_batch> open_;
};

/// What a renderer must know of a session besides its updates.
protocol::session_facts facts_of(const core::session_seed& session);

} // namespace acpd::net
