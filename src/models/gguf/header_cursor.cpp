#include "models/gguf/header_cursor.h"

#include <algorithm>

namespace pcai::models {
namespace {

constexpr std::uint64_t kBufferBytes = 256 << 10;

}  // namespace

HeaderCursor::HeaderCursor(ByteSource& source, std::uint64_t limit)
    : source_(source),
      limit_(std::min(limit, source.size())),
      buffer_(std::min(limit_, kBufferBytes)) {}

bool HeaderCursor::has(std::uint64_t count) {
  if (!ok()) return false;
  if (count <= limit_ - position_) return true;
  problem_ = count > remaining()
                 ? "it is cut short: it ends at byte " + std::to_string(source_.size())
                 : "its header is over " + std::to_string(limit_ >> 20) + " MiB long";
  return false;
}

const char* HeaderCursor::take(std::size_t count) {
  if (!has(count)) return nullptr;
  if (buffered() < count) {
    std::memmove(buffer_.data(), buffer_.data() + buffer_begin_, buffered());
    buffer_end_ = buffered();
    buffer_begin_ = 0;
    const std::uint64_t next = position_ + buffer_end_;
    const auto wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(buffer_.size() - buffer_end_, limit_ - next));
    buffer_end_ += source_.read_at(next, buffer_.data() + buffer_end_, wanted);
  }
  if (buffered() < count) {
    problem_ = "it cannot be read at byte " + std::to_string(position_ + buffered());
    return nullptr;
  }
  const char* bytes = buffer_.data() + buffer_begin_;
  buffer_begin_ += count;
  position_ += count;
  return bytes;
}

void HeaderCursor::text(std::string& into, std::uint64_t count) {
  into.clear();
  if (!has(count)) return;
  while (into.size() < count) {
    const auto piece =
        static_cast<std::size_t>(std::min<std::uint64_t>(count - into.size(), buffer_.size()));
    const char* bytes = take(piece);
    if (bytes == nullptr) return into.clear();
    into.append(bytes, piece);
  }
}

void HeaderCursor::skip(std::uint64_t count) {
  if (!has(count)) return;
  buffer_begin_ =
      count < buffered() ? buffer_begin_ + static_cast<std::size_t>(count) : buffer_end_;
  position_ += count;
}

}  // namespace pcai::models
