#include "server/net/remote/tokens.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdexcept>

namespace acpd::remote {

std::string make_token() {
  unsigned char bytes[32];
  if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("no random numbers");
  std::string token = "acpd_";
  for (const unsigned char c : bytes) {
    token += "0123456789abcdef"[c >> 4];
    token += "0123456789abcdef"[c & 15];
  }
  OPENSSL_cleanse(bytes, sizeof bytes);
  return token;
}

std::string hash_of(std::string_view token) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(),
         reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

const known_token* find_token(const std::vector<known_token>& known, std::string_view presented) {
  const std::string hash = hash_of(presented);
  const known_token* found = nullptr;
  for (const known_token& t : known)
    if (t.hash.size() == hash.size() && CRYPTO_memcmp(t.hash.data(), hash.data(), hash.size()) == 0)
      found = &t;
  return found;
}

std::optional<std::string_view> bearer_token(std::string_view header) {
  constexpr std::string_view scheme = "bearer ";
  if (header.size() <= scheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = header[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i])
      return std::nullopt;
  }
  std::string_view token = header.substr(scheme.size());
  while (token.starts_with(' '))
    token.remove_prefix(1);
  if (token.empty()) return std::nullopt;
  return token;
}

} // namespace acpd::remote
