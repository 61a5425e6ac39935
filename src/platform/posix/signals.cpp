#include "platform/signals.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace pcai::platform {
namespace {

static_assert(Signals::kInterrupt == SIGINT && Signals::kReload == SIGHUP);

// What a signal handler may touch: one byte for each signal goes through this pipe.
int pipe_ends[2] = {-1, -1};
volatile std::sig_atomic_t untaken = 0;
volatile std::sig_atomic_t ends_at_next = 0;

extern "C" void on_signal(int number) {
  if (number != SIGHUP) {
    if (untaken != 0 || ends_at_next != 0) ::_exit(128 + number);
    untaken = 1;
  }
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(number);
  [[maybe_unused]] const ssize_t written = ::write(pipe_ends[1], &byte, 1);
  errno = saved;
}

bool readable(int timeout_ms) {
  pollfd entry{.fd = pipe_ends[0], .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, timeout_ms) == 1;
}

}  // namespace

struct Signals::Previous {
  struct sigaction interrupt;
  struct sigaction terminate;
  struct sigaction hangup;
};

Signals::Signals() : previous_(new Previous) {
  if (pipe_ends[0] < 0) {
    if (::pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) {
      throw std::system_error(errno, std::generic_category(), "pipe");
    }
  }
  struct sigaction action = {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, &previous_->interrupt);
  ::sigaction(SIGTERM, &action, &previous_->terminate);
  ::sigaction(SIGHUP, nullptr, &previous_->hangup);
}

Signals::~Signals() {
  ends_at_next = 0;
  ::sigaction(SIGINT, &previous_->interrupt, nullptr);
  ::sigaction(SIGTERM, &previous_->terminate, nullptr);
  ::sigaction(SIGHUP, &previous_->hangup, nullptr);
  while (take(std::chrono::milliseconds(0))) {
  }
  delete previous_;
}

std::optional<int> Signals::take(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    unsigned char number = 0;
    if (::read(pipe_ends[0], &number, 1) == 1) {
      if (number != SIGHUP) untaken = 0;
      return number;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return {};
    readable(static_cast<int>(left.count()));
  }
}

int Signals::take() {
  while (true) {
    if (const auto number = take(std::chrono::hours(1))) return *number;
  }
}

bool Signals::pending() noexcept {
  return untaken != 0;
}

bool Signals::await_input(std::optional<std::chrono::milliseconds> timeout) const noexcept {
  pollfd sources[] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                      {.fd = pipe_ends[0], .events = POLLIN, .revents = 0}};
  while (::poll(sources, 2, timeout ? static_cast<int>(timeout->count()) : -1) < 0) {
    // a signal: the next call sees it
  }
  return sources[1].revents == 0 && sources[0].revents != 0;
}

void Signals::accept_reload() noexcept {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  ::sigaction(SIGHUP, &action, nullptr);
}

void Signals::end_at_next() noexcept {
  ends_at_next = 1;
}

void ignore_hangup_and_pipe() noexcept {
  std::signal(SIGHUP, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
}

}  // namespace pcai::platform
