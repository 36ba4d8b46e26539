#include "server/net/remote_clients.h"

#include "protocol/errors.h"
#include "server/net/hub.h"
#include "server/net/link.h"
#include "server/wire/known_agents.h"

#include <algorithm>
#include <dlfcn.h>
#include <unistd.h>

namespace acpd::net {

namespace {

constexpr std::int64_t used_step_ms = 60'000; // `used` is written so often at most

remote::front_options options_of(const wire::listen_config& c) {
  return {.address = c.address,
          .tls_certificate = c.tls_certificate,
          .tls_key = c.tls_key,
          .hosts = c.hosts,
          .origins = c.origins,
          .idle = c.idle,
          .ping = c.ping,
          .max_connections = c.max_connections};
}

} // namespace

remote_clients::remote_clients(hub& h, std::vector<store::token_row> tokens,
                               std::int64_t next_token)
    : hub_(h), next_token_(next_token) {
  for (store::token_row& t : tokens)
    tokens_.emplace(t.id, std::move(t));
}

/// The module stays loaded until the daemon ends.
protocol::result<void> remote_clients::load_front() {
  if (front_) return {};
  const std::string file = wire::beside_this_executable("acpd-front.so").string();
  void* const module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  const auto make =
      module == nullptr
          ? nullptr
          : reinterpret_cast<remote::make_front>(::dlsym(module, remote::front_symbol));
  if (make == nullptr) {
    const char* why = ::dlerror();
    return std::unexpected(protocol::failure{
        0, "remote clients need the module acpd-front.so, which belongs beside acpd: " +
               std::string(why == nullptr ? file : why)});
  }
  front_.reset(make(*this, spdlog::default_logger()));
  return {};
}

protocol::result<void> remote_clients::open() {
  if (hub_.config.listen.address.empty()) return {};
  if (auto loaded = load_front(); !loaded) return loaded;
  if (auto listening = front_->open(options_of(hub_.config.listen)); !listening) {
    front_.reset();
    return listening;
  }
  tell_front();
  spdlog::info("remote clients may come to {} with one of {} tokens", front_->address(),
               tokens_.size());
  return {};
}

void remote_clients::close() {
  if (front_) front_->close();
}

const std::string& remote_clients::address() const {
  static const std::string none;
  return front_ ? front_->address() : none;
}

void remote_clients::tell_front() {
  if (!front_) return;
  std::vector<remote::known_token> known;
  for (const auto& [id, t] : tokens_)
    known.push_back({id, t.name,
                     t.role == store::token_role::controller ? remote::role::controller
                                                             : remote::role::observer,
                     t.hash});
  front_->set_tokens(std::move(known));
}

protocol::result<remote_clients::made_token> remote_clients::make(std::string name,
                                                                  store::token_role role) {
  const auto taken = [&](const std::string& n) {
    return std::ranges::any_of(tokens_, [&](const auto& t) { return t.second.name == n; });
  };
  if (name.empty()) name = "token-" + std::to_string(next_token_);
  if (taken(name))
    return std::unexpected(
        protocol::failure{protocol::invalid_params, "there is a token named " + name +
                                                        ": revoke it, or choose another name"});
  if (auto loaded = load_front(); !loaded)
    return std::unexpected(protocol::failure{protocol::internal_error, loaded.error().text});
  remote::front::new_token made = front_->make_token();
  store::token_row row{.id = next_token_++,
                       .name = std::move(name),
                       .role = role,
                       .hash = std::move(made.hash),
                       .created_ms = hub_.now_ms(),
                       .used_ms = 0};
  hub_.log.put(row);
  hub_.log.make_durable();
  tokens_.emplace(row.id, row);
  hub_.log.after_commit([this] { tell_front(); });
  spdlog::info("token={} made, role={}", row.name,
               role == store::token_role::controller ? "controller" : "observer");
  return made_token{std::move(made.token), std::move(row)};
}

bool remote_clients::revoke(const std::string& name) {
  const auto at = std::ranges::find_if(tokens_, [&](const auto& t) {
    return t.second.name == name || std::to_string(t.first) == name;
  });
  if (at == tokens_.end()) return false;
  spdlog::info("token={} revoked", at->second.name);
  hub_.log.put(store::erase_token{at->first});
  hub_.log.make_durable();
  tokens_.erase(at);
  tell_front(); // at once: a revocation that is not yet on disk is not too early
  return true;
}

void remote_clients::connected(int fd, const remote::peer& who) {
  asio::post(hub_.io, [this, fd, name = who.name, observer = who.rights == remote::role::observer] {
    if (hub_.stopping) {
      ::close(fd);
      return;
    }
    // No process of this machine: a pid of 0, which the Unix socket refuses, names nobody.
    auto made = std::make_shared<link>(
        hub_, unix_socket(hub_.io, asio::local::stream_protocol(), fd), next_client_++, 0, false);
    made->came_with_token(observer);
    hub_.links.push_back(made);
    made->start();
  });
}

void remote_clients::token_used(std::int64_t token) {
  asio::post(hub_.io, [this, token] {
    const auto at = tokens_.find(token);
    if (at == tokens_.end() || hub_.now_ms() - at->second.used_ms < used_step_ms) return;
    at->second.used_ms = hub_.now_ms();
    hub_.log.put(at->second);
    hub_.log.flush();
  });
}

} // namespace acpd::net
