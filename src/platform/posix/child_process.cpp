#include "platform/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "platform/posix/end.h"

extern char** environ;

namespace pcai::platform {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kConnection = 3;  // in the child

tl::unexpected<std::error_code> failed(int error) {
  return tl::make_unexpected(std::error_code(error, std::generic_category()));
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

// What a child ignores. Until it does, they are blocked: they must not end it in between.
sigset_t ignored_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::sigaddset(&signals, signal);
  return signals;
}

}  // namespace

struct ChildProcess::Process {
  int id;
  Stream diagnostics;
  Handle watch;  // readable at the process's end; absent where the system has no such thing
  bool ended = false;
  int exit_code = -1;
  int exit_signal = 0;
};

ChildProcess::ChildProcess(std::unique_ptr<Process> process) noexcept
    : process_(std::move(process)) {}

ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;

ChildProcess::~ChildProcess() {
  constexpr std::chrono::seconds kEnough{10};  // one stuck in a driver cannot be waited for
  if (!process_) return;
  kill();
  wait(kEnough);
}

SystemResult<ChildProcess> ChildProcess::spawn(std::vector<std::string> command, Stream connection,
                                               bool (*is_withheld)(std::string_view variable)) {
  command.push_back(std::to_string(kConnection));
  return launch(std::move(command), &connection, is_withheld);
}

SystemResult<ChildProcess> ChildProcess::start(std::vector<std::string> command,
                                               bool (*is_withheld)(std::string_view variable)) {
  return launch(std::move(command), nullptr, is_withheld);
}

SystemResult<ChildProcess> ChildProcess::launch(std::vector<std::string> command,
                                                const Stream* connection,
                                                bool (*is_withheld)(std::string_view variable)) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return failed(errno);
  Handle reading = moved_up(pipe[0]);
  const Handle writing = moved_up(pipe[1]);
  if (!reading || !writing) return failed(EMFILE);

  SpawnActions actions;
  ::posix_spawn_file_actions_addopen(&actions.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions.actions, descriptor(writing), 1);
  ::posix_spawn_file_actions_adddup2(&actions.actions, descriptor(writing), 2);
  if (connection != nullptr) {
    ::posix_spawn_file_actions_adddup2(&actions.actions, descriptor(connection->end().handle),
                                       kConnection);
  }
  ::posix_spawn_file_actions_addclosefrom_np(&actions.actions,
                                             kConnection + (connection != nullptr ? 1 : 0));

  SpawnAttributes attributes;
  sigset_t all;
  ::sigfillset(&all);
  sigset_t blocked = ignored_signals();
  if (connection == nullptr) ::sigemptyset(&blocked);  // only our own programs unblock them
  ::posix_spawnattr_setsigdefault(&attributes.attributes, &all);
  ::posix_spawnattr_setsigmask(&attributes.attributes, &blocked);
  ::posix_spawnattr_setpgroup(&attributes.attributes, 0);
  ::posix_spawnattr_setflags(&attributes.attributes, POSIX_SPAWN_SETSIGDEF |
                                                         POSIX_SPAWN_SETSIGMASK |
                                                         POSIX_SPAWN_SETPGROUP);

  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!is_withheld(text.substr(0, text.find('=')))) environment.push_back(*variable);
  }
  environment.push_back(nullptr);

  pid_t id = -1;
  const int error = ::posix_spawnp(&id, arguments.front(), &actions.actions, &attributes.attributes,
                                   arguments.data(), environment.data());
  if (error != 0) return failed(error);
  return ChildProcess(
      std::make_unique<Process>(Process{.id = id,
                                        .diagnostics = stream_over(std::move(reading)),
                                        .watch = Handle(::syscall(SYS_pidfd_open, id, 0))}));
}

int ChildProcess::id() const noexcept {
  return process_->id;
}

Stream& ChildProcess::diagnostics() noexcept {
  return process_->diagnostics;
}

void ChildProcess::kill() noexcept {
  if (!process_->ended) ::kill(process_->id, SIGKILL);
}

bool ChildProcess::wait(std::chrono::milliseconds timeout) noexcept {
  constexpr std::chrono::milliseconds kWithoutWatch{5};
  Process& process = *process_;
  const Clock::time_point end = Clock::now() + timeout;
  while (!process.ended) {
    siginfo_t how{};
    const int result = ::waitid(P_PID, static_cast<id_t>(process.id), &how, WEXITED | WNOHANG);
    if (result != 0 && errno == EINTR) continue;
    if (result != 0) {
      process.ended = true;  // somebody else in this process has reaped it
    } else if (how.si_pid == process.id) {
      process.ended = true;
      (how.si_code == CLD_EXITED ? process.exit_code : process.exit_signal) = how.si_status;
    } else {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
      if (left.count() <= 0) return false;
      pollfd fd{descriptor(process.watch), POLLIN, 0};
      const auto time = process.watch ? left : std::min(left, kWithoutWatch);
      poll_again(&fd, 1, static_cast<int>(time.count()));
    }
  }
  return true;
}

std::string ChildProcess::how_it_ended() const {
  const int exit_signal = process_->exit_signal;
  if (exit_signal != 0) {
    const char* name = ::sigabbrev_np(exit_signal);
    std::string text = "was ended by ";
    text += name != nullptr ? "SIG" + std::string(name) : "signal " + std::to_string(exit_signal);
    if (exit_signal == SIGKILL) text += " (perhaps the system was out of memory)";
    return text;
  }
  if (process_->exit_code >= 0)
    return "ended with exit code " + std::to_string(process_->exit_code);
  return "ended";
}

Stream become_child(int number) {
  ::fcntl(number, F_SETFD, FD_CLOEXEC);
  const sigset_t signals = ignored_signals();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) ::signal(signal, SIG_IGN);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return stream_over(Handle(number));
}

}  // namespace pcai::platform
