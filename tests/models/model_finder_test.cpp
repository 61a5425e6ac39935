#include "models/model_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <map>

#include "models/folder_scan.h"
#include "models/gguf_builder.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using test::GgufBuilder;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string tiny() {
  return test::GgufBuilder::tiny_model().build();
}

std::vector<std::string> ids(const std::vector<FoundModel>& models) {
  std::vector<std::string> result;
  for (const FoundModel& model : models) result.push_back(model.id);
  return result;
}

class ModelFinderTest : public testing::Test {
 protected:
  ModelFinderTest() {
    folders_.own = folder_.path() / "own";
    fs::create_directories(folders_.own);
  }

  std::string resolved(std::string_view name) {
    const auto model = resolve_model(folders_, name);
    return model ? model->id : model.error().message;
  }

  test::TemporaryFolder folder_;
  ModelFolders folders_;
};

TEST_F(ModelFinderTest, ListsModelsByTheirNamesWithWhatTheyAre) {
  folder_.write("own/b.gguf", tiny());
  folder_.write("own/below/a.GGUF", tiny());
  folder_.write("own/readme.txt", "no model");
  folder_.write("own/c.gguf.part", "half a model");
  const auto models = find_models(folders_);
  ASSERT_THAT(ids(models), ElementsAre("b", "a"));
  EXPECT_FALSE(models[0].error);
  EXPECT_EQ(models[0].path, folders_.own / "b.gguf");
  EXPECT_EQ(models[0].source, "pcai");
  EXPECT_EQ(models[0].architecture, "llama");
  EXPECT_EQ(models[0].quantization, "Q4_1");
  EXPECT_EQ(models[0].context_length, 128U);
  EXPECT_EQ(models[0].size_bytes, tiny().size());
}

TEST_F(ModelFinderTest, NoFolderIsNoModel) {
  folders_.own = folder_.path() / "none";
  EXPECT_THAT(find_models(folders_), IsEmpty());
  EXPECT_THAT(find_models({}), IsEmpty());
}

TEST_F(ModelFinderTest, DamagedFilesAreListedWithTheirReason) {
  folder_.write("own/cut.gguf", tiny().substr(0, 700));
  fs::create_symlink("nowhere", folders_.own / "link.gguf");
  ASSERT_EQ(::mkfifo((folders_.own / "pipe.gguf").c_str(), 0600), 0);
  const auto models = find_models(folders_);
  ASSERT_THAT(ids(models), ElementsAre("cut", "link", "pipe"));
  EXPECT_THAT(models[0].error->message, HasSubstr("cut short"));
  EXPECT_EQ(models[0].size_bytes, 700U);
  EXPECT_THAT(models[1].error->message, HasSubstr("no such file"));
  EXPECT_THAT(models[2].error->message, HasSubstr("not a regular file"));
}

TEST_F(ModelFinderTest, ExtraFoldersComeAfterOursAndMustExist) {
  folder_.write("own/z.gguf", tiny());
  folder_.write("extra/a.gguf", tiny());
  folders_.extra = {folder_.path() / "extra", folder_.path() / "typo"};
  const auto models = find_models(folders_);
  ASSERT_EQ(models.size(), 3U);
  EXPECT_EQ(models[1].id, "a");
  EXPECT_EQ(models[1].source, "folder");
  EXPECT_THAT(models[2].error->message, HasSubstr("typo"));
}

TEST_F(ModelFinderTest, ModelsOfTheSameNameGetTheirFoldersToo) {
  folder_.write("own/one/m.gguf", tiny());
  folder_.write("own/two/M.gguf", tiny());
  folder_.write("own/other.gguf", tiny());
  EXPECT_THAT(ids(find_models(folders_)), ElementsAre("one/m", "other", "two/M"));
  EXPECT_EQ(resolved("two/M"), "two/M");
  EXPECT_EQ(resolved("m"), "'m' matches several models: one/m, two/M");
}

TEST_F(ModelFinderTest, IdsAreUniqueWhateverTheNames) {
  folder_.write("own/x/same/m.gguf", tiny());
  folder_.write("own/y/same/m.gguf", tiny());
  folder_.write("own/z\x01/m.gguf", tiny());
  folder_.write("own/z\x02/m.gguf", tiny());
  const auto models = find_models(folders_);
  ASSERT_EQ(models.size(), 4U);
  std::map<std::string, int> uses;
  for (const std::string& id : ids(models)) EXPECT_EQ(++uses[id], 1) << id;
  EXPECT_EQ(models[0].id, "x/same/m");
}

TEST_F(ModelFinderTest, TheSameFileReachedTwiceIsListedOnce) {
  folder_.write("own/m.gguf", tiny());
  fs::create_symlink("m.gguf", folders_.own / "n.gguf");
  fs::create_directory_symlink(folders_.own, folder_.path() / "again");
  folders_.extra = {folder_.path() / "again"};
  EXPECT_THAT(ids(find_models(folders_)), ElementsAre("m"));
}

TEST_F(ModelFinderTest, LinksInACircleEnd) {
  folder_.write("own/a/m.gguf", tiny());
  fs::create_directory_symlink("..", folders_.own / "a" / "up");
  fs::create_directory_symlink(".", folders_.own / "self");
  EXPECT_THAT(ids(find_models(folders_)), ElementsAre("m"));
}

TEST_F(ModelFinderTest, FoldersTooDeepAreToldAndNotSearched) {
  fs::path deep = "own";
  for (int i = 0; i < kMaxScanDepth; ++i) deep /= "d";
  folder_.write(deep / "m.gguf", tiny());
  folder_.write(deep.parent_path() / "n.gguf", tiny());
  const auto models = find_models(folders_);
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].id, "n");
  EXPECT_THAT(models[1].error->message, HasSubstr("too deep"));
}

TEST_F(ModelFinderTest, ASplitModelIsOneEntry) {
  for (std::uint16_t number : {1, 2}) {
    test::GgufBuilder part = number == 1 ? test::GgufBuilder::tiny_model() : test::GgufBuilder();
    part.no_tensors().tensor("t" + std::to_string(number), {32}, 0);
    part.u16("split.no", number - 1).u16("split.count", 2).i32("split.tensors.count", 2);
    folder_.write("own/m-0000" + std::to_string(number) + "-of-00002.gguf", part.build());
  }
  auto models = find_models(folders_);
  ASSERT_THAT(ids(models), ElementsAre("m"));
  EXPECT_FALSE(models[0].error) << models[0].error->message;
  EXPECT_EQ(models[0].path.filename(), "m-00001-of-00002.gguf");
  EXPECT_EQ(resolve_model(folders_, "m")->path, models[0].path);

  fs::remove(models[0].path);
  models = find_models(folders_);
  ASSERT_THAT(ids(models), ElementsAre("m"));
  EXPECT_THAT(models[0].error->message, HasSubstr("is part 2 of 2"));
}

TEST_F(ModelFinderTest, AModelInOnePartIsListed) {
  folder_.write("own/m-00001-of-00001.gguf", tiny());
  EXPECT_THAT(ids(find_models(folders_)), ElementsAre("m"));
}

TEST_F(ModelFinderTest, ANameMayLeaveOutLetterCaseAndItsEnd) {
  folder_.write("own/SmolLM2-135M.Q4_1.gguf", tiny());
  folder_.write("own/SmolLM2-360M.gguf", tiny());
  folder_.write("own/SmolLM2-360M.Q8_0.gguf", tiny());
  EXPECT_EQ(resolved("SmolLM2-135M.Q4_1"), "SmolLM2-135M.Q4_1");
  EXPECT_EQ(resolved("smollm2-135m.q4_1"), "SmolLM2-135M.Q4_1");
  EXPECT_EQ(resolved("smollm2-1"), "SmolLM2-135M.Q4_1");
  EXPECT_EQ(resolved("SmolLM2-360M"), "SmolLM2-360M") << "a whole id wins over a beginning";
  EXPECT_EQ(resolved("smollm2-3"),
            "'smollm2-3' matches several models: SmolLM2-360M.Q8_0, SmolLM2-360M");
}

TEST_F(ModelFinderTest, AnUnknownNameIsToldWhatThereIs) {
  EXPECT_EQ(resolve_model(folders_, "x").error().code, ErrorCode::ModelNotFound);
  EXPECT_THAT(resolved("x"), HasSubstr("this machine has no models"));
  folder_.write("own/m.gguf", tiny());
  EXPECT_EQ(resolved("x"), "there is no model 'x'; known models: m");
  EXPECT_EQ(resolved(""), "there is no model ''; known models: m");
}

TEST_F(ModelFinderTest, APathNeedsNoFolder) {
  const fs::path path = folder_.write("elsewhere/p.gguf", tiny());
  const auto model = resolve_model({}, path.string());
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->id, path.string());
  EXPECT_EQ(model->source, "path");
  EXPECT_EQ(model->architecture, "llama");
}

TEST_F(ModelFinderTest, AMissingOrDamagedPathIsAnInvalidModel) {
  const auto missing = resolve_model(folders_, (folder_.path() / "no.gguf").string());
  EXPECT_EQ(missing.error().code, ErrorCode::InvalidModel);
  EXPECT_THAT(missing.error().message, HasSubstr("no.gguf: no such file"));
  const auto damaged = resolve_model(folders_, folder_.write("own/d.gguf", "GGUX").string());
  EXPECT_EQ(damaged.error().code, ErrorCode::InvalidModel);
  EXPECT_THAT(resolved("d"), HasSubstr("d.gguf: not a GGUF file"));
}

TEST_F(ModelFinderTest, ProjectorsAreListedButNotGivenAsModels) {
  folder_.write("own/m-vision.gguf", tiny());
  folder_.write("own/m-mmproj.gguf",
                test::GgufBuilder::tiny_model().text("general.type", "mmproj").build());
  const auto models = find_models(folders_);
  ASSERT_THAT(ids(models), ElementsAre("m-mmproj", "m-vision"));
  EXPECT_EQ(models[0].kind, GgufKind::Projector);
  EXPECT_EQ(resolved("m-"), "m-vision");
  EXPECT_THAT(resolved("m-mmproj"), HasSubstr("is an addition to a model (projector)"));
}

}  // namespace
}  // namespace pcai::models
