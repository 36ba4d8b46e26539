#pragma once

#include "server/net/asio.h"
#include "server/net/remote/front.h"
#include "server/store/records.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace acpd::net {

class hub;

/// Clients from elsewhere: the tokens, and the front that lets in who has one. What the front hands
/// over becomes an ordinary link. Owned by the hub; session thread, but for the two calls of the
/// front's, which post to it.
class remote_clients : public remote::daemon_side {
public:
  remote_clients(hub& h, std::vector<store::token_row> tokens, std::int64_t next_token);

  /// Begins to listen, when the configuration says where. Errors: as front::open().
  protocol::result<void> open();
  void close();
  /// Where it listens; empty: nowhere.
  const std::string& address() const;

  const std::map<std::int64_t, store::token_row>& tokens() const { return tokens_; }
  /// A new token, in the open batch: to be told only when that is committed. Errors: there is one
  /// of that name.
  struct made_token {
    std::string token; // shown once
    store::token_row row;
  };
  protocol::result<made_token> make(std::string name, store::token_role role);
  /// By name or number; its connections end when this is committed. False: there is none.
  bool revoke(const std::string& name);

  void connected(int fd, const remote::peer& who) override;
  void token_used(std::int64_t token) override;

private:
  protocol::result<void> load_front();
  void tell_front();

  hub& hub_;
  std::map<std::int64_t, store::token_row> tokens_; // by id
  std::int64_t next_token_;
  std::uint64_t next_client_ = std::uint64_t{1} << 32; // apart from the listener's
  std::unique_ptr<remote::front> front_;
};

} // namespace acpd::net
