#include "server/net/remote/certificate.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

namespace acpd::remote {

namespace {

std::int64_t written_at(const std::string& file) {
  struct stat now{};
  if (::stat(file.c_str(), &now) != 0) return 0;
  return now.st_mtim.tv_sec * 1'000'000'000LL + now.st_mtim.tv_nsec;
}

} // namespace

protocol::result<certificate> certificate::load(std::string chain_file, std::string key_file) {
  certificate made(std::move(chain_file), std::move(key_file));
  made.seen_ = made.looked_at();
  auto context = made.read();
  if (!context) return std::unexpected(context.error());
  made.context_ = *std::move(context);
  return made;
}

asio::ssl::context& certificate::current() {
  const stamp now = looked_at();
  if (now == seen_) return *context_;
  seen_ = now;
  if (auto renewed = read()) {
    context_ = *std::move(renewed);
    spdlog::info("the certificate {} was renewed: new connections are shown it", chain_file_);
  } else {
    spdlog::error("{}; going on with the one from before", renewed.error().text);
  }
  return *context_;
}

bool certificate::is_for(const std::string& name) const {
  X509* own = ::SSL_CTX_get0_certificate(context_->native_handle());
  if (own == nullptr) return false;
  const bool v6 = name.starts_with('[');
  const std::string bare = v6 ? name.substr(1, name.size() - 2) : name;
  return ::X509_check_host(own, name.data(), name.size(), 0, nullptr) == 1 ||
         ::X509_check_ip_asc(own, bare.c_str(), 0) == 1;
}

certificate::stamp certificate::looked_at() const {
  return {written_at(chain_file_), written_at(key_file_)};
}

protocol::result<std::unique_ptr<asio::ssl::context>> certificate::read() const {
  const auto failed = [](const std::string& text) {
    return std::unexpected(protocol::failure{0, text});
  };
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  error_code ec;
  context->use_certificate_chain_file(chain_file_, ec);
  if (ec)
    return failed("cannot use the certificate " + chain_file_ + ": " + ec.message() +
                  ": it must be a PEM file, the whole chain, the server's own first");
  context->use_private_key_file(key_file_, asio::ssl::context::pem, ec);
  if (ec)
    return failed("cannot use the key " + key_file_ + ": " + ec.message() +
                  ": it must be the PEM file of the certificate's key, without a password");
  return context;
}

} // namespace acpd::remote
