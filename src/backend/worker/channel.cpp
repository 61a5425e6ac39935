#include "backend/worker/channel.h"

#include <array>
#include <cstdint>
#include <utility>

#include "backend/worker/messages.h"

namespace pcai::backend::worker {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} << 10;
constexpr int kReadsAtOnce = 16;  // then the caller looks at its clock

std::size_t read_length(std::string_view frame) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    length |= std::size_t{static_cast<unsigned char>(frame[i])} << (8 * i);
  }
  return length;
}

}  // namespace

Channel::Channel(platform::Stream connection, std::size_t max_message, std::size_t max_unsent)
    : connection_(std::move(connection)), max_message_(max_message), max_unsent_(max_unsent) {}

bool Channel::send(std::string frame) {
  const MutexLock lock(mutex_);
  if (closed_) return true;
  if (unsent_bytes_ + frame.size() > max_unsent_) return false;
  unsent_bytes_ += frame.size();
  unsent_.push_back(std::move(frame));
  if (unsent_.size() > 1) return true;
  flush();
  if (!unsent_.empty()) wake_.set();  // the receiving thread shall wait for room, too
  return true;
}

void Channel::flush() {
  while (!unsent_.empty()) {
    const std::string& frame = unsent_.front();
    const platform::Moved moved =
        connection_.write(frame.data() + first_offset_, frame.size() - first_offset_);
    if (moved.closed) {
      closed_ = true;
      unsent_.clear();
      unsent_bytes_ = 0;
      return;
    }
    if (moved.bytes == 0) return;
    first_offset_ += moved.bytes;
    if (first_offset_ < frame.size()) continue;
    unsent_bytes_ -= frame.size();
    unsent_.pop_front();
    first_offset_ = 0;
  }
}

bool Channel::is_flushed() const {
  const MutexLock lock(mutex_);
  return unsent_.empty();
}

platform::Ready Channel::wait(const platform::Stream* diagnostics,
                              std::chrono::milliseconds timeout) {
  return platform::wait_for(connection_, !is_flushed(), diagnostics, wake_, timeout);
}

Channel::State Channel::receive(const OnMessage& on_message) {
  {
    const MutexLock lock(mutex_);
    flush();
  }
  std::array<char, kReadBytes> bytes;
  for (int reads = 0; reads < kReadsAtOnce; ++reads) {
    const platform::Moved moved = connection_.read(bytes.data(), bytes.size());
    if (moved.closed) return State::Closed;
    if (moved.bytes == 0) break;
    received_.append(bytes.data(), moved.bytes);
    if (const State state = deliver(on_message); state != State::Open) return state;
    if (moved.bytes < bytes.size()) break;
  }
  return State::Open;
}

Channel::State Channel::deliver(const OnMessage& on_message) {
  std::string_view rest = received_;
  while (rest.size() >= kLengthBytes) {
    const std::size_t length = read_length(rest);
    if (length == 0 || length > max_message_) return State::Malformed;
    if (rest.size() - kLengthBytes < length) break;
    if (!on_message(rest.substr(kLengthBytes, length))) return State::Malformed;
    rest.remove_prefix(kLengthBytes + length);
  }
  received_.erase(0, received_.size() - rest.size());
  return State::Open;
}

}  // namespace pcai::backend::worker
