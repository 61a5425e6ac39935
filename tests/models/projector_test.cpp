#include <gtest/gtest.h>

#include "models/gguf_builder.h"
#include "models/model_finder.h"
#include "models/projector_beside.h"
#include "models/stores/ollama_store.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

using test::GgufBuilder;
using test::TemporaryFolder;

std::string projector(std::uint32_t width) {
  test::GgufBuilder builder;
  builder.text("general.architecture", "clip")
      .u32("clip.vision.projection_dim", width)
      .tensor("mm.0.weight", {32}, test::GgufBuilder::kF32);
  return builder.build();
}

std::string model() {
  return test::GgufBuilder::tiny_model().build();  // 64 wide
}

TEST(ProjectorTest, TheOneOfAModelsOwnFolderIsFound) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("a/model.gguf", model());
  EXPECT_FALSE(projector_beside(file, 64, file.parent_path()));
  folder.write("a/mmproj-other.gguf", projector(32));
  folder.write("a/mmproj-broken.gguf", "GGUF");
  folder.write("a/model-b.gguf", model());
  EXPECT_FALSE(projector_beside(file, 64, file.parent_path()));
  const auto q8 = folder.write("a/mmproj-Q8_0.gguf", projector(64));
  EXPECT_EQ(projector_beside(file, 64, file.parent_path()), q8);
  const auto f16 = folder.write("a/x.MMPROJ-F16.GGUF", projector(64));
  EXPECT_EQ(projector_beside(file, 64, file.parent_path()), f16);
}

TEST(ProjectorTest, OnlyFoldersOfOneModelAreLookedInto) {
  const test::TemporaryFolder folder;
  folder.write("lm/owner/vision/m.gguf", model());
  const auto file = folder.write("lm/owner/vision/mmproj.gguf", projector(64));
  folder.write("own/n.gguf", model());
  folder.write("own/mmproj-n.gguf", projector(64));
  const ModelFolders folders{.own = folder.path() / "own", .lm_studio = {folder.path() / "lm"}};
  const auto seeing = resolve_model(folders, "m");
  ASSERT_TRUE(seeing) << seeing.error().message;
  EXPECT_EQ(seeing->projector, file);
  const auto blind = resolve_model(folders, "n");
  ASSERT_TRUE(blind) << blind.error().message;
  EXPECT_FALSE(blind->projector);
}

TEST(ProjectorTest, OllamasManifestNamesIt) {
  const test::TemporaryFolder folder;
  const std::string one = "sha256:" + std::string(64, '1');
  const std::string two = "sha256:" + std::string(64, '2');
  const auto layer = [](const std::string& type, const std::string& digest) {
    return R"({"mediaType":"application/vnd.ollama.image.)" + type + R"(","digest":")" + digest +
           R"("})";
  };
  folder.write("manifests/registry.ollama.ai/library/llava/7b",
               R"({"layers":[)" + layer("projector", two) + "," + layer("model", one) + "]}");
  folder.write("manifests/registry.ollama.ai/library/plain/latest",
               R"({"layers":[)" + layer("model", one) + "]}");
  const auto models = list_ollama_models(folder.path());
  ASSERT_EQ(models.size(), 2U);
  EXPECT_EQ(models[0].id, "llava:7b");
  EXPECT_EQ(models[0].projector, folder.path() / "blobs" / ("sha256-" + std::string(64, '2')));
  EXPECT_FALSE(models[1].projector);
}

}  // namespace
}  // namespace pcai::models
