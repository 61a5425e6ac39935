#include "worker/rogue_worker.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <thread>

#include "backend/worker/channel.h"
#include "backend/worker/messages.h"
#include "platform/child_process.h"
#include "platform/sandbox.h"
#include "worker/worker_fixture.h"

namespace pcai::backend::worker {
namespace {

using std::chrono::milliseconds;

/// Speaks the protocol well until a request comes, and then does what its kind does.
class Rogue {
 public:
  using Kind = std::function<void(Rogue&, RequestId)>;

  Rogue(int connection, Kind kind)
      : connection_(connection),
        channel_(platform::become_child(connection), kMaxToWorker, SIZE_MAX),
        kind_(std::move(kind)) {}

  int run() {
    while (true) {
      channel_.wait(nullptr, milliseconds(1000));
      const Channel::State state = channel_.receive([this](std::string_view payload) {
        const auto command = decode_to_worker(payload);
        if (std::holds_alternative<LoadCommand>(*command)) say_loaded();
        if (std::holds_alternative<ShutdownCommand>(*command)) std::_Exit(0);
        if (const auto* submit = std::get_if<SubmitCommand>(&*command)) kind_(*this, submit->id);
        return true;
      });
      if (state != Channel::State::Open) return 1;
    }
  }

  void close() { ::close(connection_); }

  void say(const FromWorker& message) { channel_.send(encode(message)); }

  void say_bytes(std::string bytes) { channel_.send(std::move(bytes)); }

  void say_loaded() {
    say(ModelLoaded{{.id = "rogue", .backend = "fake", .architecture = "", .context_length = 1}});
  }

 private:
  const int connection_;
  Channel channel_;
  Kind kind_;
};

std::string framed(const std::string& payload) {
  std::string frame = encode(FromWorker(RequestTaken{}));
  for (int i = 0; i < 4; ++i) frame[i] = static_cast<char>(payload.size() >> (8 * i) & 0xFF);
  return frame.substr(0, kLengthBytes) + payload;
}

const std::map<std::string, Rogue::Kind> kKinds = {
    {"length_zero", [](Rogue& r, RequestId) { r.say_bytes(std::string(4, '\0')); }},
    {"length_huge", [](Rogue& r, RequestId) { r.say_bytes("\xFF\xFF\xFF\xFF"); }},
    {"not_msgpack", [](Rogue& r, RequestId) { r.say_bytes(framed("\xC1 rubbish")); }},
    {"nested", [](Rogue& r, RequestId) { r.say_bytes(framed(std::string(1 << 24, '\x91'))); }},
    {"no_utf8",
     [](Rogue& r, RequestId id) {
       r.say(RequestEvent{id, TextDelta{"\xFF"}});
     }},
    {"huge_index",
     [](Rogue& r, RequestId id) {
       r.say(RequestEvent{id, ToolCallDelta{4'000'000'000, "", "", ""}});
     }},
    {"floods_text",
     [](Rogue& r, RequestId id) {
       for (int i = 0; i < 100; ++i) {
         r.say(RequestEvent{id, TextDelta{std::string(100'000, 'x')}});
       }
     }},
    {"accepted",
     [](Rogue& r, RequestId id) {
       r.say(RequestEvent{id, Accepted{}});
     }},
    {"loaded_again", [](Rogue& r, RequestId) { r.say_loaded(); }},
    {"refused_later",
     [](Rogue& r, RequestId id) {
       r.say(RequestTaken{id});
       r.say(RequestRefused{id, {ErrorCode::InvalidRequest, "no"}});
     }},
    {"closes",
     [](Rogue& r, RequestId) {
       r.close();
       while (true) ::pause();
     }},
    {"never_answers", [](Rogue& r, RequestId) { r.say(Heartbeat{}); }},
    {"exits", [](Rogue&, RequestId) { std::_Exit(42); }},
    {"asserts",
     [](Rogue&, RequestId) {
       std::printf("this goes to stdout\n");
       std::fflush(stdout);
       std::fprintf(stderr, "model.cpp:7: GGML_ASSERT(n > 0) \x1B[31mfailed\n");
       std::abort();
     }},
    {"floods_stderr",
     [](Rogue& r, RequestId id) {
       const std::string line(1000, '!');
       for (int i = 0; i < 10'000; ++i) std::fprintf(stderr, "%s\n", line.c_str());
       r.say(RequestEvent{id, Finished{}});
     }},
    // All of this is odd, but none of it can be told from a request that has just ended.
    {"unknown_ids",
     [](Rogue& r, RequestId id) {
       r.say(RequestTaken{id + 1});
       r.say(RequestRefused{id + 2, {ErrorCode::Internal, "no"}});
       r.say(RequestEvent{id + 3, TextDelta{"ghost"}});
       r.say(RequestEvent{id, Finished{}});
       r.say(RequestEvent{id, TextDelta{"ghost"}});
       r.say(RequestTaken{id});
     }},
};

void print_descriptors() {
  DIR* const folder = ::opendir("/proc/self/fd");
  while (const dirent* entry = ::readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    if (entry->d_name[0] != '.' && fd != ::dirfd(folder)) std::printf("fd=%d\n", fd);
  }
  ::closedir(folder);
}

void print_result(const char* what, bool done) {
  std::printf("%s=%s\n", what, done ? "done" : std::strerror(errno));
}

void print_what_is_allowed() {
  for (const std::string& refused : platform::harden_process(0))
    std::printf("refused=%s\n", refused.c_str());
  print_result("inet", ::socket(AF_INET, SOCK_STREAM, 0) >= 0);
  print_result("inet6", ::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0) >= 0);
  print_result("unix", ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
  print_result("open", ::open("/dev/null", O_RDONLY) >= 0);
  print_result("kill parent", ::kill(::getppid(), 0) == 0);
  print_result("kill self", ::kill(::getpid(), 0) == 0);
  std::thread([] {
    print_result("inet in a thread", ::socket(AF_INET, SOCK_STREAM, 0) >= 0);
  }).join();
  std::fflush(stdout);
  std::abort();
}

/// Loads a model in a worker, prints its process id and waits to be killed.
void print_worker_and_wait() {
  const auto model = load_worker();
  std::printf("worker=%d\n", model->process_id());
  std::fflush(stdout);
  while (true) ::pause();
}

}  // namespace

bool run_as_rogue(int argc, char** argv, int* exit_code) {
  if (argc < 3) return false;
  const std::string role = argv[1];
  const std::string kind = argv[2];
  *exit_code = 0;
  if (role == "rogue") {
    *exit_code = Rogue(std::atoi(argv[argc - 1]), kKinds.at(kind)).run();
  } else if (role == "child" && kind == "descriptors") {
    print_descriptors();
  } else if (role == "child" && kind == "variable") {
    const char* value = std::getenv(argv[3]);
    std::printf("value=%s\n", value ? value : "none");
  } else if (role == "child" && kind == "sandbox") {
    print_what_is_allowed();
  } else if (role == "child" && kind == "parent") {
    print_worker_and_wait();
  } else if (role == "child" && kind == "exit") {
    *exit_code = 3;
  } else {
    return false;
  }
  return true;
}

}  // namespace pcai::backend::worker
