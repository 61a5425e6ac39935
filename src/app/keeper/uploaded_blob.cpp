#include "app/keeper/uploaded_blob.h"

#include <system_error>
#include <utility>

#include "hub/sha256.h"
#include "models/gguf/gguf_reader.h"
#include "platform/locked_file.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSpaceLeft = 1ULL << 30;  // of the disk, for all else

Status checked(const fs::path& path, std::error_code error) {
  if (!error) return {};
  return fail(ErrorCode::Internal, platform::path_text(path) + ": " + error.message());
}

class UploadedBlob final : public http::BlobWriter {
 public:
  UploadedBlob(platform::LockedFile file, fs::path path)
      : file_(std::move(file)), path_(std::move(path)) {}

  ~UploadedBlob() override {
    if (!is_done_) file_.remove();
  }

  Status write(std::string_view bytes) override {
    sum_.add(bytes);
    return checked(path_, file_.append(bytes));
  }

  Status finish() override {
    const std::string digest = "sha256-" + sum_.hex();
    if (platform::path_text(path_.filename()) != digest) {
      return fail(ErrorCode::InvalidRequest,
                  "digest: the body has the digest " + digest + ", not the one of the path");
    }
    if (const auto header = models::read_gguf(file_.path()); !header) {
      return fail(ErrorCode::InvalidRequest,
                  "the body is not a GGUF file that can be loaded: " + header.error().message);
    }
    const std::error_code error = file_.rename_to(path_);
    // Another upload was faster; its bytes are the same.
    if (error == std::errc::file_exists) return {};
    is_done_ = !error;
    return checked(path_, error);
  }

 private:
  platform::LockedFile file_;
  fs::path path_;
  hub::Sha256 sum_;
  bool is_done_ = false;
};

}  // namespace

Result<std::unique_ptr<http::BlobWriter>> write_uploaded_blob(const fs::path& path,
                                                              std::uint64_t bytes) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return fail(checked(path, error).error());
  const fs::space_info space = fs::space(path.parent_path(), error);
  if (!error && space.available < bytes + kSpaceLeft) {
    return fail(ErrorCode::InvalidRequest,
                "the disk has too little space for a file of " + std::to_string(bytes) + " bytes");
  }
  auto file = platform::LockedFile::open(fs::path(path) += ".part");
  if (!file) {
    if (file.error() == std::errc::device_or_resource_busy) {
      return fail(ErrorCode::Overloaded, "another client is uploading this file; wait for it");
    }
    return fail(checked(path, file.error()).error());
  }
  if (Status cleared = checked(path, file->clear()); !cleared) return fail(cleared.error());
  return std::make_unique<UploadedBlob>(std::move(*file), path);
}

}  // namespace pcai::app
