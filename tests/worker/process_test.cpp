#include "platform/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "backend/worker/secret_variable.h"
#include "worker/worker_fixture.h"

namespace pcai::backend::worker {
namespace {

using namespace platform;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

constexpr milliseconds kLong{60'000};

/// A child of this test program, and the end of its connection on this side.
struct Child {
  explicit Child(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"/proc/self/exe", "child"});
    auto ends = platform::connect_pair();
    connection.emplace(std::move(ends->first));
    process.emplace(std::move(
        *platform::ChildProcess::spawn(arguments, std::move(ends->second), names_a_secret)));
  }

  /// Reads its output until `mark` comes or it ends.
  std::string read_until(const std::string& mark) {
    std::string text;
    platform::Wake wake;
    while (text.find(mark) == std::string::npos) {
      platform::wait_for(*connection, false, &process->diagnostics(), wake, kLong);
      char buffer[1024];
      const platform::Moved moved = process->diagnostics().read(buffer, sizeof(buffer));
      if (moved.closed) break;
      text.append(buffer, moved.bytes);
    }
    return text;
  }

  std::string output() {
    EXPECT_TRUE(process->wait(kLong));
    return read_until("no such text");
  }

  std::optional<platform::Stream> connection;
  std::optional<platform::ChildProcess> process;
};

TEST(ChildProcessTest, InheritsNothingButTheConnection) {
  const int leaked = ::dup(0);  // without close-on-exec, as a library of the host might open it
  EXPECT_EQ(Child({"descriptors"}).output(), "fd=0\nfd=1\nfd=2\nfd=3\n");
  ::close(leaked);
}

TEST(ChildProcessTest, DoesNotSeeSecrets) {
  ::setenv("PCAI_TEST_API_KEY", "hush", 1);
  ::setenv("PCAI_TEST_PLAIN", "fine", 1);
  EXPECT_EQ(Child({"variable", "PCAI_TEST_API_KEY"}).output(), "value=none\n");
  EXPECT_EQ(Child({"variable", "PCAI_TEST_PLAIN"}).output(), "value=fine\n");
  ::unsetenv("PCAI_TEST_API_KEY");
  ::unsetenv("PCAI_TEST_PLAIN");
  EXPECT_TRUE(names_a_secret("HF_TOKEN"));
  EXPECT_TRUE(names_a_secret("db_password"));
  EXPECT_FALSE(names_a_secret("PATH"));
  EXPECT_FALSE(names_a_secret("PCAI_API_KEY_FILE"));
}

TEST(ChildProcessTest, TellsHowItEnded) {
  Child exits({"exit"});
  ASSERT_TRUE(exits.process->wait(kLong));
  EXPECT_EQ(exits.process->how_it_ended(), "ended with exit code 3");
  Child killed({"parent"});
  EXPECT_FALSE(killed.process->wait(milliseconds(0)));
  ::kill(killed.process->id(), SIGSEGV);
  ASSERT_TRUE(killed.process->wait(kLong));
  killed.process->kill();  // its id may be another process's by now, so this must do nothing
}

TEST(ChildProcessTest, AProgramThatDoesNotExistIsAnError) {
  auto ends = platform::connect_pair();
  const auto child =
      platform::ChildProcess::spawn({"/nowhere/pcai"}, std::move(ends->second), names_a_secret);
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error(), std::errc::no_such_file_or_directory);
}

TEST(ChildProcessTest, IsReapedWithItsObject) {
  const int id = [] {
    Child child({"parent"});
    child.read_until("worker=");
    return child.process->id();
  }();
  EXPECT_NE(::kill(id, 0), 0);
  EXPECT_THAT(child_processes(), Not(testing::Contains(id)));
}

TEST(SandboxTest, TakesTheNetworkAndOtherProcessesButNotFilesAndLocalSockets) {
  Child child({"sandbox"});
  const std::string output = child.output();
  if (output.find("refused=system call filter") != std::string::npos) {
    GTEST_SKIP() << "this system does not allow it: " << output;
  }
  EXPECT_EQ(output,
            "inet=Permission denied\n"
            "inet6=Permission denied\n"
            "unix=done\n"
            "open=done\n"
            "kill parent=Permission denied\n"
            "kill self=done\n"
            "inet in a thread=Permission denied\n");
  EXPECT_EQ(child.process->how_it_ended(), "was ended by SIGABRT");
}

TEST(ChildProcessTest, AProgramThatIsNotOursGetsItsWordsAndNothingElse) {
  auto child = platform::ChildProcess::start(
      {"sh", "-c", "echo $0 $#; [ ! -e /proc/$$/fd/3 ] || echo leaked; kill -TERM $$", "word"},
      [](std::string_view) { return false; });
  ASSERT_TRUE(child.has_value());
  ASSERT_TRUE(child->wait(kLong));
  char buffer[256];
  const platform::Moved moved = child->diagnostics().read(buffer, sizeof(buffer));
  EXPECT_EQ(std::string(buffer, moved.bytes), "word 0\n");
  EXPECT_EQ(child->how_it_ended(), "was ended by SIGTERM");  // it is not blocked
  EXPECT_FALSE(platform::ChildProcess::start({"/nowhere/x"}, [](std::string_view) {
                 return false;
               }).has_value());
}

TEST(ChildProcessTest, AWorkerEndsWhenItsParentIsKilled) {
  Child parent({"parent"});
  const std::string output = parent.read_until("\n");
  ASSERT_THAT(output, HasSubstr("worker="));
  const int worker = std::atoi(output.c_str() + output.find('=') + 1);
  ASSERT_EQ(::kill(worker, 0), 0);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that the worker is ours to wait for
  parent.process->kill();
  ASSERT_TRUE(parent.process->wait(kLong));
  EXPECT_EQ(::waitpid(worker, nullptr, 0), worker);
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

}  // namespace
}  // namespace pcai::backend::worker
