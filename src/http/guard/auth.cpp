#include "http/guard/auth.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

namespace pcai::http {
namespace {

constexpr std::string_view kBearer = "bearer ";

std::string_view bearer_key(const HttpRequest& request) {
  const std::string_view value = trimmed(request.header("Authorization"));
  if (!equals_ignoring_case(value.substr(0, kBearer.size()), kBearer)) return {};
  return trimmed(value.substr(kBearer.size()));
}

std::string hex(const std::array<std::uint8_t, 32>& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

Auth::Auth(const std::vector<std::string>& keys) {
  if (RAND_bytes(secret_.data(), static_cast<int>(secret_.size())) != 1) {
    throw std::runtime_error("cannot get random bytes for the API keys' digests");
  }
  for (const std::string& key : keys) keys_.push_back(digest(key));
}

Auth::Digest Auth::digest(std::string_view key) const {
  Digest out;
  unsigned int size = out.size();
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(key.data()), key.size(), out.data(), &size);
  return out;
}

const Auth::Digest* Auth::find(const Digest& presented) const {
  const Digest* found = nullptr;
  for (const Digest& key : keys_) {
    if (CRYPTO_memcmp(key.data(), presented.data(), key.size()) == 0) found = &key;
  }
  return found;
}

std::optional<std::string> Auth::check(const HttpRequest& request) const {
  if (keys_.empty()) return std::string();
  const Digest* bearer = find(digest(bearer_key(request)));
  const Digest* header = find(digest(trimmed(request.header("x-api-key"))));
  const Digest* key = bearer != nullptr ? bearer : header;
  if (key == nullptr) return std::nullopt;
  return keys_.size() > 1 ? hex(*key) : std::string();
}

}  // namespace pcai::http
