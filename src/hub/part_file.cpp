#include "hub/part_file.h"

#include <algorithm>
#include <vector>

#include "hub/sha256.h"
#include "models/printable.h"
#include "platform/regular_file.h"

namespace pcai::hub {
namespace {

namespace fs = std::filesystem;

Status checked(const fs::path& path, std::error_code error) {
  if (!error) return {};
  return fail(ErrorCode::Internal, models::printable_path(path) + ": " + error.message());
}

/// From the file's begin on; "" on a failure.
template <class File>
std::string digest(const File& file) {
  Sha256 sum;
  std::vector<char> buffer(1 << 20);
  for (std::uint64_t at = 0; at < file.size();) {
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), file.size() - at));
    if (file.read_at(at, buffer.data(), wanted) != wanted) return {};
    sum.add({buffer.data(), wanted});
    at += wanted;
  }
  return sum.hex();
}

}  // namespace

Result<PartFile> PartFile::open(const fs::path& path) {
  auto file = platform::LockedFile::open(path);
  if (file) return PartFile(std::move(*file));
  if (file.error() == std::errc::device_or_resource_busy) {
    return fail(ErrorCode::Overloaded, models::printable_path(path) +
                                           ": another pull is getting this file; wait until it "
                                           "is done");
  }
  if (file.error() == std::errc::resource_unavailable_try_again) {
    return fail(ErrorCode::Overloaded,
                models::printable_path(path) + ": other processes keep locking it");
  }
  return fail(checked(path, file.error()).error());
}

Status PartFile::append(std::string_view bytes) {
  return checked(path(), file_.append(bytes));
}

Status PartFile::clear() {
  return checked(path(), file_.clear());
}

Result<std::string> PartFile::sha256() const {
  std::string text = digest(file_);
  if (text.empty()) return fail(checked(path(), std::make_error_code(std::errc::io_error)).error());
  return text;
}

Status PartFile::rename_to(const fs::path& name) {
  return checked(name, file_.rename_to(name));
}

std::string sha256_of(const fs::path& path) {
  const auto file = platform::RegularFile::open(path);
  return file ? digest(*file) : std::string();
}

}  // namespace pcai::hub
