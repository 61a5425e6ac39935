#include "platform/stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "platform/posix/end.h"

namespace pcai::platform {

Handle moved_up(int fd) {
  constexpr int kLowest = 10;
  if (fd < 0 || fd >= kLowest) return Handle(fd);
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, kLowest);
  ::close(fd);
  return Handle(moved);
}

int poll_again(pollfd* fds, unsigned long count, int timeout_ms) noexcept {
  int result = 0;
  do {
    result = ::poll(fds, count, timeout_ms);
  } while (result < 0 && errno == EINTR);
  return result;
}

Stream stream_over(Handle handle) {
  const int fd = descriptor(handle);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return Stream(std::make_unique<Stream::End>(Stream::End{std::move(handle)}));
}

Stream::Stream(std::unique_ptr<End> end) noexcept : end_(std::move(end)) {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;

Moved Stream::read(char* data, std::size_t size) noexcept {
  ssize_t count = 0;
  do {
    count = ::read(descriptor(end_->handle), data, size);
  } while (count < 0 && errno == EINTR);
  if (count > 0) return {.bytes = static_cast<std::size_t>(count)};
  return {.closed = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)};
}

Moved Stream::write(const char* data, std::size_t size) noexcept {
  ssize_t count = 0;
  do {
    count = ::send(descriptor(end_->handle), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return {.bytes = static_cast<std::size_t>(count)};
  return {.closed = errno != EAGAIN && errno != EWOULDBLOCK};
}

SystemResult<std::pair<Stream, Stream>> connect_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return tl::make_unexpected(last_error());
  }
  Handle ours = moved_up(fds[0]);
  Handle theirs = moved_up(fds[1]);
  if (!ours || !theirs) {
    return tl::make_unexpected(std::make_error_code(std::errc::too_many_files_open));
  }
  return std::pair(stream_over(std::move(ours)), stream_over(std::move(theirs)));
}

Wake::Wake() : handle_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Wake::set() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is set.
  [[maybe_unused]] const ssize_t written = ::write(descriptor(handle_), &one, sizeof(one));
}

void Wake::reset() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(descriptor(handle_), &count, sizeof(count));
}

Ready wait_for(const Stream& connection, bool to_write, const Stream* diagnostics, Wake& wake,
               std::chrono::milliseconds timeout) noexcept {
  const auto events = static_cast<short>(POLLIN | (to_write ? POLLOUT : 0));
  std::array<pollfd, 3> fds{
      {{descriptor(connection.end().handle), events, 0},
       {descriptor(wake.handle()), POLLIN, 0},
       {diagnostics ? descriptor(diagnostics->end().handle) : -1, POLLIN, 0}}};
  poll_again(fds.data(), fds.size(), static_cast<int>(timeout.count()));
  if (fds[1].revents != 0) wake.reset();
  return {.connection = (fds[0].revents & ~POLLOUT) != 0, .diagnostics = fds[2].revents != 0};
}

}  // namespace pcai::platform
