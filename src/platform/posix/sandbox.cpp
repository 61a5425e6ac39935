#include "platform/sandbox.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace pcai::platform {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif

constexpr std::uint32_t kX32Calls = 0x40000000;  // x86-64's second set of numbers begins here
constexpr std::uint32_t kDeny = SECCOMP_RET_ERRNO | EACCES;

constexpr sock_filter load(std::size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
}

constexpr sock_filter give(std::uint32_t verdict) {
  return BPF_STMT(BPF_RET | BPF_K, verdict);
}

/// Goes on behind so many instructions, if the loaded value is `value` or not.
constexpr sock_filter if_equal(std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no);
}

/// Files, ioctl and all else that GPU drivers need stay allowed, and so do local sockets.
bool filter_system_calls() {
  constexpr std::size_t kArgument = offsetof(seccomp_data, args);  // its low half
  const auto self = static_cast<std::uint32_t>(::getpid());
  std::vector<sock_filter> program = {
      load(offsetof(seccomp_data, arch)),
      if_equal(kArchitecture, 1, 0),
      give(kDeny),
      load(offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kX32Calls, 0, 1),
      give(kDeny),
      if_equal(SYS_socket, 0, 5),
      load(kArgument),
      if_equal(AF_UNIX, 2, 0),
      if_equal(AF_NETLINK, 1, 0),
      give(kDeny),
      give(SECCOMP_RET_ALLOW),
  };
  // io_uring opens sockets without the call above.
  for (const int call : {SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev,
                         SYS_io_uring_setup, SYS_pidfd_send_signal, SYS_tkill}) {
    program.insert(program.end(), {if_equal(static_cast<std::uint32_t>(call), 0, 1), give(kDeny)});
  }
  for (const int call : {SYS_kill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo}) {
    program.insert(program.end(),
                   {if_equal(static_cast<std::uint32_t>(call), 0, 4), load(kArgument),
                    if_equal(self, 1, 0), give(kDeny), give(SECCOMP_RET_ALLOW)});
  }
  program.push_back(give(SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter) == 0;
}

bool limit_memory(std::uint64_t bytes) {
  const rlimit limit{bytes, bytes};
  return bytes == 0 || ::setrlimit(RLIMIT_AS, &limit) == 0;
}

}  // namespace

std::vector<std::string> harden_process(std::uint64_t memory_limit) {
  std::vector<std::string> refused;
  const auto note = [&refused](const char* what, bool done) {
    if (!done) refused.push_back(std::string(what) + ": " + std::strerror(errno));
  };
  note("no new privileges", ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  note("not readable", ::prctl(PR_SET_DUMPABLE, 0) == 0);
  note("system call filter", filter_system_calls());
  note("memory limit", limit_memory(memory_limit));
  return refused;
}

}  // namespace pcai::platform
