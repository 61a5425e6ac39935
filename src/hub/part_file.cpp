#include "hub/part_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>
#include <vector>

#include "models/printable.h"

namespace pcai::hub {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> failed(const fs::path& path, int reason) {
  return fail(ErrorCode::Internal,
              models::printable_path(path) + ": " + std::generic_category().message(reason));
}

/// From the file's begin on; "" on a failure.
std::string digest(int descriptor) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return {};
  std::vector<char> buffer(1 << 20);
  off_t at = 0;
  for (;;) {
    const ssize_t got = ::pread(descriptor, buffer.data(), buffer.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {};
    if (got == 0) break;
    EVP_DigestUpdate(context.get(), buffer.data(), static_cast<std::size_t>(got));
    at += got;
  }
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (EVP_DigestFinal_ex(context.get(), bytes, &size) != 1) return {};
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", bytes[i]);
  return text;
}

}  // namespace

Result<PartFile> PartFile::open(const fs::path& path) {
  constexpr int kMostTries = 10;
  for (int i = 0; i < kMostTries; ++i) {
    const int descriptor =
        ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (descriptor < 0) return failed(path, errno);
    PartFile file(path, descriptor, 0);
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return failed(path, errno);
      return fail(ErrorCode::Overloaded, models::printable_path(path) +
                                             ": another pull is getting this file; wait until it "
                                             "is done");
    }
    // Who had it before may have renamed or removed it meanwhile: then there is a new one to open.
    struct stat opened = {};
    struct stat named = {};
    if (::fstat(descriptor, &opened) != 0) return failed(path, errno);
    if (::lstat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
        opened.st_dev == named.st_dev) {
      if (!S_ISREG(opened.st_mode)) return failed(path, EINVAL);
      file.size_ = static_cast<std::uint64_t>(opened.st_size);
      return file;
    }
  }
  return fail(ErrorCode::Overloaded, models::printable_path(path) + ": others keep taking it");
}

PartFile::PartFile(PartFile&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(other.descriptor_), size_(other.size_) {
  other.descriptor_ = -1;
}

PartFile::~PartFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status PartFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor_, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return failed(path_, wrote < 0 ? errno : ENOSPC);
    size_ += static_cast<std::uint64_t>(wrote);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

Status PartFile::clear() {
  if (::ftruncate(descriptor_, 0) != 0) return failed(path_, errno);
  size_ = 0;
  return {};
}

Result<std::string> PartFile::sha256() const {
  std::string text = digest(descriptor_);
  if (text.empty()) return failed(path_, EIO);
  return text;
}

Status PartFile::rename_to(const fs::path& name) {
  if (::fsync(descriptor_) != 0) return failed(path_, errno);
  // A link fails where the name is taken; a rename would replace what is there.
  if (::link(path_.c_str(), name.c_str()) == 0) {
    ::unlink(path_.c_str());
  } else if (errno == EEXIST || ::rename(path_.c_str(), name.c_str()) != 0) {
    return failed(name, errno);
  }
  const int folder = ::open(name.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    ::fsync(folder);
    ::close(folder);
  }
  path_ = name;
  return {};
}

void PartFile::remove() noexcept {
  ::unlink(path_.c_str());
}

std::string sha256_of(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return {};
  std::string text = digest(descriptor);
  ::close(descriptor);
  return text;
}

}  // namespace pcai::hub
