#include "platform/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "platform/locked_file.h"
#include "platform/regular_file.h"

namespace pcai::platform {
namespace {

namespace fs = std::filesystem;

class FilesTest : public testing::Test {
 protected:
  FilesTest() {
    std::string name = (fs::temp_directory_path() / "pcai-files-XXXXXX").native();
    folder_ = ::mkdtemp(name.data());
  }
  ~FilesTest() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  fs::path folder_;
};

TEST_F(FilesTest, AnIdentityIsTheFilesAndNotTheNames) {
  const fs::path one = write("one", "text");
  const fs::path two = write("two", "text");
  fs::create_hard_link(one, folder_ / "hard");
  fs::create_symlink(one, folder_ / "link");
  EXPECT_EQ(file_identity(one), file_identity(folder_ / "hard"));
  EXPECT_EQ(file_identity(one), file_identity(folder_ / "link"));
  EXPECT_NE(file_identity(one), file_identity(two));
  EXPECT_EQ(file_identity(folder_ / "none"), std::nullopt);
}

TEST_F(FilesTest, WhoMayReadAFileIsTold) {
  const fs::path key = write("key", "secret");
  ::chmod(key.c_str(), 0600);
  EXPECT_FALSE(is_open_to_others(key));
  ::chmod(key.c_str(), 0640);
  EXPECT_TRUE(is_open_to_others(key));
  EXPECT_FALSE(is_open_to_others(folder_));
  EXPECT_FALSE(is_open_to_others(folder_ / "none"));
  EXPECT_TRUE(is_writable(folder_));
  EXPECT_FALSE(is_writable(folder_ / "none"));
}

TEST_F(FilesTest, ARegularFileIsReadAtAnyPlace) {
  const auto file = RegularFile::open(write("file", "0123456789"));
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size(), 10U);
  char text[8];
  EXPECT_EQ(file->read_at(3, text, 4), 4U);
  EXPECT_EQ(std::string(text, 4), "3456");
  EXPECT_EQ(file->read_at(8, text, 8), 2U);
  EXPECT_EQ(file->read_at(~std::uint64_t{0}, text, 8), 0U);
}

TEST_F(FilesTest, NothingButARegularFileIsOpened) {
  ::mkfifo((folder_ / "pipe").c_str(), 0600);
  for (const fs::path& path : {folder_ / "pipe", folder_, fs::path("/dev/null")}) {
    const auto file = RegularFile::open(path);
    ASSERT_FALSE(file) << path;
    EXPECT_EQ(file.error(), std::errc::invalid_argument) << path;
  }
  EXPECT_EQ(RegularFile::open(folder_ / "none").error(), std::errc::no_such_file_or_directory);
}

TEST_F(FilesTest, ALockedFileIsOnesOwnUntilItIsGivenBack) {
  const fs::path path = folder_ / "part";
  {
    auto file = LockedFile::open(path);
    ASSERT_TRUE(file);
    EXPECT_FALSE(file->append("abc"));
    EXPECT_EQ(LockedFile::open(path).error(), std::errc::device_or_resource_busy);
  }
  auto again = LockedFile::open(path);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->size(), 3U);
  EXPECT_FALSE(again->append("def"));
  char text[6];
  EXPECT_EQ(again->read_at(0, text, 6), 6U);
  EXPECT_EQ(std::string(text, 6), "abcdef");
  EXPECT_FALSE(again->clear());
  EXPECT_EQ(again->size(), 0U);
  again->remove();
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(FilesTest, ALockedFileNeitherFollowsALinkNorReplacesAFile) {
  const fs::path other = write("other", "theirs");
  fs::create_symlink(other, folder_ / "link");
  EXPECT_FALSE(LockedFile::open(folder_ / "link"));
  auto file = LockedFile::open(folder_ / "part");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->rename_to(other), std::errc::file_exists);
  EXPECT_FALSE(file->rename_to(folder_ / "mine"));
  EXPECT_EQ(file->path(), folder_ / "mine");
  EXPECT_FALSE(fs::exists(folder_ / "part"));
  EXPECT_EQ(fs::file_size(other), 6U);
}

}  // namespace
}  // namespace pcai::platform
