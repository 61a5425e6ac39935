#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>

#include "backend/worker/process.h"

extern char** environ;

namespace pcai::backend::worker {
namespace {

using Clock = std::chrono::steady_clock;

// Above the standard ones, so that giving them their numbers in a child never overwrites another.
constexpr int kLowestFd = 10;

Handle moved_up(int fd) {
  if (fd < 0 || fd >= kLowestFd) return Handle(fd);
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, kLowestFd);
  ::close(fd);
  return Handle(moved);
}

tl::unexpected<Error> system_error(const std::string& what, int error) {
  return fail(ErrorCode::Internal, what + ": " + std::strerror(error));
}

int poll_again(pollfd* fds, nfds_t count, std::chrono::milliseconds timeout) {
  int result = 0;
  do {
    result = ::poll(fds, count, static_cast<int>(timeout.count()));
  } while (result < 0 && errno == EINTR);
  return result;
}

struct SpawnActions {
  SpawnActions() { ::posix_spawn_file_actions_init(&actions); }
  ~SpawnActions() { ::posix_spawn_file_actions_destroy(&actions); }
  posix_spawn_file_actions_t actions;
};

struct SpawnAttributes {
  SpawnAttributes() { ::posix_spawnattr_init(&attributes); }
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes); }
  posix_spawnattr_t attributes;
};

// What a worker ignores. Until it does, they are blocked: they must not end it in between.
sigset_t ignored_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&signals, signal);
  return signals;
}

}  // namespace

Handle::~Handle() {
  if (fd_ >= 0) ::close(fd_);
}

Handle& Handle::operator=(Handle&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Stream::Stream(Handle handle) : handle_(std::move(handle)) {
  ::fcntl(handle_.get(), F_SETFL, ::fcntl(handle_.get(), F_GETFL) | O_NONBLOCK);
}

Moved Stream::read(char* data, std::size_t size) noexcept {
  ssize_t count = 0;
  do {
    count = ::read(handle_.get(), data, size);
  } while (count < 0 && errno == EINTR);
  if (count > 0) return {.bytes = static_cast<std::size_t>(count)};
  return {.closed = count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)};
}

Moved Stream::write(const char* data, std::size_t size) noexcept {
  ssize_t count = 0;
  do {
    count = ::send(handle_.get(), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (count < 0 && errno == EINTR);
  if (count >= 0) return {.bytes = static_cast<std::size_t>(count)};
  return {.closed = errno != EAGAIN && errno != EWOULDBLOCK};
}

Result<std::pair<Stream, Stream>> connect_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) {
    return system_error("cannot connect to a model's process", errno);
  }
  Handle ours = moved_up(fds[0]);
  Handle theirs = moved_up(fds[1]);
  if (!ours || !theirs) return system_error("cannot connect to a model's process", EMFILE);
  return std::pair(Stream(std::move(ours)), Stream(std::move(theirs)));
}

Wake::Wake() : handle_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Wake::set() noexcept {
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is set.
  [[maybe_unused]] const ssize_t written = ::write(handle_.get(), &one, sizeof(one));
}

void Wake::reset() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(handle_.get(), &count, sizeof(count));
}

Ready wait_for(const Stream& connection, bool to_write, const Stream* diagnostics, Wake& wake,
               std::chrono::milliseconds timeout) noexcept {
  const auto events = static_cast<short>(POLLIN | (to_write ? POLLOUT : 0));
  std::array<pollfd, 3> fds{{{connection.handle(), events, 0},
                             {wake.handle(), POLLIN, 0},
                             {diagnostics ? diagnostics->handle() : -1, POLLIN, 0}}};
  poll_again(fds.data(), fds.size(), timeout);
  if (fds[1].revents != 0) wake.reset();
  return {.connection = (fds[0].revents & ~POLLOUT) != 0, .diagnostics = fds[2].revents != 0};
}

ChildProcess::ChildProcess(int id, Stream diagnostics)
    : id_(id),
      diagnostics_(std::move(diagnostics)),
      watch_(static_cast<int>(::syscall(SYS_pidfd_open, id, 0))) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      diagnostics_(std::move(other.diagnostics_)),
      watch_(std::move(other.watch_)),
      ended_(other.ended_),
      exit_code_(other.exit_code_),
      exit_signal_(other.exit_signal_) {}

ChildProcess::~ChildProcess() {
  constexpr std::chrono::seconds kEnough{10};  // one stuck in a driver cannot be waited for
  if (id_ < 0) return;
  kill();
  wait(kEnough);
}

Result<ChildProcess> ChildProcess::spawn(const std::vector<std::string>& command,
                                         Stream connection) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  Handle reading = moved_up(pipe[0]);
  const Handle writing = moved_up(pipe[1]);
  if (!reading || !writing) return system_error("cannot make a pipe", EMFILE);

  SpawnActions actions;
  ::posix_spawn_file_actions_addopen(&actions.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions.actions, writing.get(), 1);
  ::posix_spawn_file_actions_adddup2(&actions.actions, writing.get(), 2);
  ::posix_spawn_file_actions_adddup2(&actions.actions, connection.handle(), kWorkerFd);
  ::posix_spawn_file_actions_addclosefrom_np(&actions.actions, kWorkerFd + 1);

  SpawnAttributes attributes;
  sigset_t all;
  ::sigfillset(&all);
  const sigset_t blocked = ignored_signals();
  ::posix_spawnattr_setsigdefault(&attributes.attributes, &all);
  ::posix_spawnattr_setsigmask(&attributes.attributes, &blocked);
  ::posix_spawnattr_setpgroup(&attributes.attributes, 0);
  ::posix_spawnattr_setflags(&attributes.attributes, POSIX_SPAWN_SETSIGDEF |
                                                         POSIX_SPAWN_SETSIGMASK |
                                                         POSIX_SPAWN_SETPGROUP);

  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!names_a_secret(text.substr(0, text.find('=')))) environment.push_back(*variable);
  }
  environment.push_back(nullptr);

  pid_t id = -1;
  const int error = ::posix_spawn(&id, arguments.front(), &actions.actions, &attributes.attributes,
                                  arguments.data(), environment.data());
  if (error != 0) {
    return system_error("cannot start a model's process, '" + command.front() + "'", error);
  }
  return ChildProcess(id, Stream(std::move(reading)));
}

void ChildProcess::kill() noexcept {
  if (!ended_) ::kill(id_, SIGKILL);
}

bool ChildProcess::wait(std::chrono::milliseconds timeout) noexcept {
  constexpr std::chrono::milliseconds kWithoutWatch{5};
  const Clock::time_point end = Clock::now() + timeout;
  while (!ended_) {
    siginfo_t how{};
    const int result = ::waitid(P_PID, static_cast<id_t>(id_), &how, WEXITED | WNOHANG);
    if (result != 0 && errno == EINTR) continue;
    if (result != 0) {
      ended_ = true;  // somebody else in this process has reaped it
    } else if (how.si_pid == id_) {
      ended_ = true;
      (how.si_code == CLD_EXITED ? exit_code_ : exit_signal_) = how.si_status;
    } else {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
      if (left.count() <= 0) return false;
      pollfd fd{watch_.get(), POLLIN, 0};
      poll_again(&fd, 1, watch_ ? left : std::min(left, kWithoutWatch));
    }
  }
  return true;
}

std::string ChildProcess::how_it_ended() const {
  if (exit_signal_ != 0) {
    const char* name = ::sigabbrev_np(exit_signal_);
    std::string text = "was ended by ";
    text += name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(exit_signal_);
    if (exit_signal_ == SIGKILL) text += " (perhaps the system was out of memory)";
    return text;
  }
  if (exit_code_ >= 0) return "ended with exit code " + std::to_string(exit_code_);
  return "ended";
}

bool names_a_secret(std::string_view variable) {
  std::string name(variable);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  constexpr std::array<std::string_view, 5> kEndings = {"KEY", "TOKEN", "SECRET", "PASSWORD",
                                                        "CREDENTIALS"};
  return std::ranges::any_of(kEndings, [&](std::string_view end) { return name.ends_with(end); });
}

Stream become_worker(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  const sigset_t signals = ignored_signals();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  return Stream(Handle(fd));
}

}  // namespace pcai::backend::worker
