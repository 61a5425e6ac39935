#include "platform/posix/machine_share.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "platform/processors.h"

namespace pcai::platform {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = 1 << 20;
constexpr const char* kTree2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw\n";

/// A machine's /proc and /sys in a folder: 64 processors, 16 GiB of which 12 are free.
class MachineShareTest : public testing::Test {
 protected:
  MachineShareTest() {
    std::string name = (fs::temp_directory_path() / "pcai-machine-XXXXXX").native();
    root_ = ::mkdtemp(name.data());
    write("proc/meminfo",
          "MemTotal:       16777216 kB\nMemFree:  1 kB\nMemAvailable:   12582912 kB\n");
  }
  ~MachineShareTest() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  /// A machine with version 2 alone, this process in `group`.
  void second_version(const std::string& group, const std::string& mountinfo = kTree2) {
    write("proc/self/cgroup", "0::" + group + "\n");
    write("proc/self/mountinfo", mountinfo);
  }

  std::uint64_t total() const { return MachineShare(root_).memory().total / kMiB; }
  std::uint64_t free() const { return MachineShare(root_).memory().free / kMiB; }
  unsigned processors(unsigned allowed = 64) const {
    return MachineShare(root_).processors(allowed);
  }

  fs::path root_;
};

TEST_F(MachineShareTest, WithoutControlGroupsTheMachineIsTheProcesss) {
  EXPECT_EQ(total(), 16384U);
  EXPECT_EQ(free(), 12288U);
  EXPECT_EQ(processors(), 64U);
}

TEST_F(MachineShareTest, TheProcesssOwnGroupLimitsIt) {
  second_version("/system.slice/pcai.service");
  const std::string unit = "sys/fs/cgroup/system.slice/pcai.service/";
  write(unit + "memory.max", "1073741824\n");
  write(unit + "memory.current", "314572800\n");
  write(unit + "memory.stat", "anon 1\nfile 2\ninactive_file 104857600\nactive_file 3\n");
  write(unit + "cpu.max", "200000 100000\n");
  EXPECT_EQ(total(), 1024U);
  EXPECT_EQ(free(), 1024U - 300 + 100);
  EXPECT_EQ(processors(), 2U);
}

TEST_F(MachineShareTest, TheTightestOfTheGroupsAboveCounts) {
  second_version("/a/b/c");
  write("sys/fs/cgroup/a/memory.max", "4294967296\n");
  write("sys/fs/cgroup/a/memory.current", "4026531840\n");  // with its other groups
  write("sys/fs/cgroup/a/b/memory.max", "2147483648\n");
  write("sys/fs/cgroup/a/b/memory.current", "1073741824\n");
  write("sys/fs/cgroup/a/b/c/memory.max", "max\n");
  write("sys/fs/cgroup/a/cpu.max", "300000 100000\n");
  write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  write("sys/fs/cgroup/a/b/c/cpu.max", "1600000 100000\n");
  EXPECT_EQ(total(), 2048U);
  EXPECT_EQ(free(), 256U);
  EXPECT_EQ(processors(), 3U);
}

TEST_F(MachineShareTest, AGroupThatIsThrottledAboveAnAmountHasNoMore) {
  second_version("/a");
  write("sys/fs/cgroup/a/memory.max", "max\n");
  write("sys/fs/cgroup/a/memory.high", "536870912\n");
  EXPECT_EQ(total(), 512U);
}

TEST_F(MachineShareTest, AGroupsLimitAboveWhatTheMachineHasIsNone) {
  second_version("/a");
  write("sys/fs/cgroup/a/memory.max", "1099511627776\n");
  EXPECT_EQ(total(), 16384U);
  EXPECT_EQ(free(), 12288U);
}

TEST_F(MachineShareTest, NoMoreIsFreeThanTheMachineHas) {
  second_version("/a");
  write("proc/meminfo", "MemTotal: 16777216 kB\nMemAvailable: 102400 kB\n");
  write("sys/fs/cgroup/a/memory.max", "1073741824\n");
  EXPECT_EQ(total(), 1024U);
  EXPECT_EQ(free(), 100U);
}

TEST_F(MachineShareTest, AGroupThatIsFullLeavesNothing) {
  second_version("/a");
  write("sys/fs/cgroup/a/memory.max", "1048576\n");
  write("sys/fs/cgroup/a/memory.current", "2097152\n");
  EXPECT_EQ(total(), 1U);
  EXPECT_EQ(free(), 0U);
}

TEST_F(MachineShareTest, InAContainerTheRootIsItsOwnGroup) {
  second_version("/");  // a namespace of control groups
  write("sys/fs/cgroup/memory.max", "536870912\n");
  write("sys/fs/cgroup/memory.current", "104857600\n");
  write("sys/fs/cgroup/cpu.max", "150000 100000\n");
  EXPECT_EQ(total(), 512U);
  EXPECT_EQ(free(), 412U);
  EXPECT_EQ(processors(), 2U);
}

TEST_F(MachineShareTest, InAContainerTheHostsNameOfTheGroupLeadsToItsRoot) {
  second_version("/docker/0123abcd");
  write("sys/fs/cgroup/memory.max", "536870912\n");
  write("sys/fs/cgroup/cpu.max", "50000 100000\n");
  EXPECT_EQ(total(), 512U);
  EXPECT_EQ(processors(), 1U);
}

TEST_F(MachineShareTest, AMountOfTheContainersGroupAloneIsUnderstood) {
  second_version("/docker/0123abcd/task",
                 "30 23 0:26 /docker/0123abcd /sys/fs/cgroup ro master:4 - cgroup2 cgroup rw\n");
  write("sys/fs/cgroup/task/memory.max", "268435456\n");
  write("sys/fs/cgroup/memory.max", "536870912\n");
  EXPECT_EQ(total(), 256U);
}

TEST_F(MachineShareTest, AGroupOutsideTheNamespaceIsNotLookedForOutsideTheMount) {
  second_version("/../other");
  write("sys/fs/memory.max", "1048576\n");
  write("sys/fs/other/memory.max", "1048576\n");
  write("sys/fs/cgroup/memory.max", "536870912\n");
  EXPECT_EQ(total(), 512U);
}

TEST_F(MachineShareTest, TheFirstVersionIsUnderstood) {
  write("proc/self/cgroup",
        "12:cpuset:/\n5:cpu,cpuacct:/docker/ab\n4:memory:/docker/ab\n1:name=systemd:/docker/ab\n");
  write("proc/self/mountinfo",
        "32 31 0:27 /docker/ab /sys/fs/cgroup/cpu,cpuacct ro shared:3 - cgroup cgroup "
        "rw,cpu,cpuacct\n"
        "33 31 0:28 /docker/ab /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n"
        "34 31 0:29 / /sys/fs/cgroup/cpuset ro - cgroup cgroup rw,cpuset\n");
  write("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
  write("sys/fs/cgroup/memory/memory.usage_in_bytes", "104857600\n");
  write("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 52428800\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  write("sys/fs/cgroup/cpuset/cpuset.cpus", "0-63\n");
  EXPECT_EQ(total(), 512U);
  EXPECT_EQ(free(), 462U);
  EXPECT_EQ(processors(), 3U);
}

TEST_F(MachineShareTest, TheFirstVersionsNoLimitIsNone) {
  write("proc/self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/a\n");
  write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "9223372036854771712\n");
  write("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(total(), 16384U);
  EXPECT_EQ(processors(), 64U);
}

TEST_F(MachineShareTest, BothVersionsAtOnceAreUnderstood) {
  write("proc/self/cgroup", "4:memory:/user\n0::/user.slice\n");
  write("proc/self/mountinfo",
        "33 31 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  write("sys/fs/cgroup/memory/user/memory.limit_in_bytes", "1073741824\n");
  write("sys/fs/cgroup/unified/user.slice/cpu.max", "400000 100000\n");
  EXPECT_EQ(total(), 1024U);
  EXPECT_EQ(processors(), 4U);
}

TEST_F(MachineShareTest, SetsOfProcessorsAreCounted) {
  second_version("/a");
  write("sys/fs/cgroup/cpuset.cpus.effective", "0-31\n");
  write("sys/fs/cgroup/a/cpuset.cpus.effective", "0-3,8,10-11\n");
  EXPECT_EQ(processors(), 7U);
  EXPECT_EQ(processors(2), 2U);
}

TEST_F(MachineShareTest, APartOfAProcessorIsOneAndThereIsNeverNone) {
  second_version("/a");
  EXPECT_EQ(processors(0), 1U);
  write("sys/fs/cgroup/a/cpu.max", "1000 100000\n");
  EXPECT_EQ(processors(), 1U);
  write("sys/fs/cgroup/a/cpu.max", "100001 100000\n");
  EXPECT_EQ(processors(), 2U);
}

TEST_F(MachineShareTest, AMountPointWithABlankIsFound) {
  second_version("/a", "30 23 0:26 / /sys/con\\040trol rw - cgroup2 cgroup2 rw\n");
  write("sys/con trol/a/cpu.max", "200000 100000\n");
  EXPECT_EQ(processors(), 2U);
}

TEST_F(MachineShareTest, WhatMakesNoSenseLimitsNothing) {
  const std::string rubbish[] = {"",         "\n",
                                 "max",      "0",
                                 "-7",       "12 12 12",
                                 "0x10",     "1e3 1e2",
                                 "\xFF\xFE", "99999999999999999999999",
                                 "100000 0", "-1 100000",
                                 "0-",       "3-1",
                                 "a-b",      std::string(100'000, ' ')};
  for (const std::string& text : rubbish) {
    second_version("/a", text);
    for (const char* name : {"cpu.max", "cpuset.cpus.effective", "memory.stat", "memory.current"}) {
      write("sys/fs/cgroup/a/" + std::string(name),
            name == std::string("cpuset.cpus.effective") && text.starts_with("0") ? "0-" : text);
    }
    EXPECT_EQ(total(), 16384U) << text;
    EXPECT_GE(processors(), 1U) << text;
    write("proc/self/cgroup", text);
    EXPECT_EQ(total(), 16384U) << text;
  }
  for (const char* lines : {":", "::", "0:", "0::", "4:memory", "0::\n0::/a\n"}) {
    write("proc/self/cgroup", lines);
    EXPECT_EQ(total(), 16384U) << lines;
  }
}

TEST_F(MachineShareTest, AMachineThatDoesNotSayHasNoFigures) {
  write("proc/meminfo", "");
  EXPECT_EQ(total(), 0U);
  EXPECT_EQ(free(), 0U);
}

TEST_F(MachineShareTest, ALimitIsAFigureWhereTheMachineDoesNotSay) {
  fs::remove(root_ / "proc/meminfo");
  second_version("/a");
  write("sys/fs/cgroup/a/memory.max", "536870912\n");
  write("sys/fs/cgroup/a/memory.current", "104857600\n");
  EXPECT_EQ(total(), 512U);
  EXPECT_EQ(free(), 412U);
}

TEST(ProcessorsTest, AffinityCounts) {
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  cpu_set_t one;
  CPU_ZERO(&one);
  for (std::size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  if (::sched_setaffinity(0, sizeof one, &one) != 0)
    GTEST_SKIP() << "this system does not allow it";
  EXPECT_EQ(usable_processors(), 1U);
  ::sched_setaffinity(0, sizeof before, &before);
  EXPECT_GE(usable_processors(), 1U);
  EXPECT_LE(usable_processors(), static_cast<unsigned>(CPU_COUNT(&before)));
}

TEST(ProcessorsTest, ThisOneHasAName) {
  EXPECT_FALSE(processor_name().empty());
}

}  // namespace
}  // namespace pcai::platform
