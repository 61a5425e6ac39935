#include "models/stores/jan_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "models/gguf_builder.h"
#include "models/model_finder.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using test::GgufBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string projector(std::uint32_t width) {
  test::GgufBuilder builder;
  builder.text("general.architecture", "clip")
      .u32("clip.vision.projection_dim", width)
      .tensor("mm.0.weight", {32}, test::GgufBuilder::kF32);
  return builder.build();
}

/// Jan's data in a folder with other things beside it.
class JanStoreTest : public testing::Test {
 protected:
  JanStoreTest() { folders_.jan = {data()}; }

  fs::path data() const { return folder_.path() / "data"; }

  fs::path put_model(const fs::path& name) const {
    return folder_.write(name, test::GgufBuilder::tiny_model().build());
  }

  void put_yml(const std::string& id, const std::string& text) const {
    folder_.write("data/llamacpp/models/" + id + "/model.yml", text);
  }

  /// The one entry that a model.yml makes.
  FoundModel model_of(const std::string& yml,
                      platform::System system = platform::own_system()) const {
    put_yml("org/m", yml);
    const auto models = list_jan_models(data(), system);
    EXPECT_EQ(models.size(), 1U);
    return models.empty() ? FoundModel{} : models.front();
  }

  std::string error_of(const std::string& yml) const {
    const FoundModel model = model_of(yml);
    return model.error ? model.error->message : "no error";
  }

  test::TemporaryFolder folder_;
  ModelFolders folders_;
};

TEST_F(JanStoreTest, AModelHasTheNameOfItsFolderAndIsListedOnce) {
  const fs::path file = put_model("data/llamacpp/models/org/Some-Model/model.gguf");
  put_yml("org/Some-Model",
          "# as Jan writes it\nmodel_path: llamacpp/models/org/Some-Model/model.gguf\n"
          "name: org/Some-Model\nsize_bytes: 1234\nembedding: false\nsha256: ab12\n");
  const auto models = find_models(folders_);
  ASSERT_EQ(models.size(), 1U);
  EXPECT_FALSE(models[0].error) << models[0].error->message;
  EXPECT_EQ(models[0].id, "org/Some-Model");
  EXPECT_EQ(models[0].full_id, "jan:org/Some-Model");
  EXPECT_EQ(models[0].source, "jan");
  EXPECT_EQ(models[0].path, file);
  EXPECT_EQ(models[0].architecture, "llama");
  for (const char* name : {"jan:org/some-model", "org/Some-Model", "org/some"}) {
    const auto resolved = resolve_model(folders_, name);
    ASSERT_TRUE(resolved) << resolved.error().message;
    EXPECT_EQ(resolved->path, file);
  }
}

TEST_F(JanStoreTest, AnImportedFileMayLieAnywhereAndIsListedOnceToo) {
  const fs::path file = put_model("elsewhere/mine.gguf");
  put_yml("mine", "model_path: " + file.string() + "\n");
  put_yml("again", "model_path: '" + file.string() + "'\n");
  auto models = find_models(folders_);
  ASSERT_EQ(models.size(), 1U);
  EXPECT_EQ(models[0].path, file);
  EXPECT_FALSE(models[0].error) << models[0].error->message;
  EXPECT_EQ(models[0].full_id, "jan:again");
  folders_.extra = {folder_.path() / "elsewhere"};
  models = find_models(folders_);
  ASSERT_EQ(models.size(), 1U);
  EXPECT_EQ(models[0].source, "folder");
}

TEST_F(JanStoreTest, FilesThatNoYmlNamesAreStillFound) {
  put_model("data/llamacpp/models/org/dropped/x.gguf");
  put_yml("org/broken", "model_path: [");
  put_model("data/llamacpp/models/org/broken/y.gguf");
  std::map<std::string, bool> whole;
  for (const FoundModel& model : find_models(folders_)) whole[model.id] = !model.error;
  EXPECT_THAT(whole, ElementsAre(std::pair("org/broken", false), std::pair("x", true),
                                 std::pair("y", true)));
}

TEST_F(JanStoreTest, TheProjectorThatItNamesBelongsToTheModel) {
  put_model("data/llamacpp/models/see/model.gguf");
  const fs::path good =
      folder_.write("data/llamacpp/models/see/mmproj.gguf", projector(64));  // as wide as the model
  folder_.write("data/llamacpp/models/see/narrow.gguf", projector(32));
  const auto with = [&](const std::string& mmproj) {
    put_yml("see", "model_path: llamacpp/models/see/model.gguf\nmmproj_path: " + mmproj + "\n");
    return *resolve_model(folders_, "jan:see");
  };
  EXPECT_EQ(with("llamacpp/models/see/mmproj.gguf").projector, good);
  EXPECT_EQ(with(good.string()).projector, good);
  EXPECT_THAT(with("null").notes, IsEmpty());
  const std::pair<std::string, const char*> bad[] = {
      {"llamacpp/models/see/narrow.gguf", "for another model"},
      {"llamacpp/models/see/model.gguf", "is not a projector"},
      {"llamacpp/models/see/none.gguf", "none.gguf"},
      {"../see.gguf", "leads out of Jan's data"},
      {"7", "must be the path of a file"}};
  for (const auto& [path, reason] : bad) {
    const FoundModel model = with(path);
    EXPECT_FALSE(model.projector) << path;
    EXPECT_THAT(model.notes, ElementsAre(HasSubstr(reason))) << path;
  }
  // Each file is listed once, the projector as what it is.
  with("llamacpp/models/see/mmproj.gguf");
  EXPECT_EQ(find_models(folders_).size(), 3U);
  EXPECT_EQ(find_models(folders_)[0].projector, good);
}

TEST_F(JanStoreTest, ARelativePathStaysInJansData) {
  put_model("outside/model.gguf");
  for (const char* path : {"../outside/model.gguf", "llamacpp/../../outside/model.gguf", ".."}) {
    EXPECT_THAT(error_of("model_path: " + std::string(path)), HasSubstr("leads out")) << path;
  }
  fs::create_symlink(folder_.path() / "outside/model.gguf",
                     data() / "llamacpp/models/org/m/model.gguf");
  fs::create_symlink(folder_.path() / "outside", data() / "llamacpp/out");
  for (const char* path : {"llamacpp/models/org/m/model.gguf", "llamacpp/out/model.gguf"}) {
    EXPECT_THAT(error_of("model_path: " + std::string(path)), HasSubstr("links out")) << path;
  }
}

TEST_F(JanStoreTest, AYmlThatLinksOutIsNotRead) {
  folder_.write("outside/model.yml", "model_path: llamacpp/models/x.gguf\n");
  fs::create_directories(data() / "llamacpp/models/linked");
  fs::create_symlink(folder_.path() / "outside/model.yml",
                     data() / "llamacpp/models/linked/model.yml");
  fs::create_symlink(folder_.path() / "outside", data() / "llamacpp/models/folder");
  const auto models = list_jan_models(data());
  ASSERT_EQ(models.size(), 1U);
  EXPECT_THAT(models[0].error->message, HasSubstr("links out"));
}

TEST_F(JanStoreTest, AllModelsMayBeKeptElsewhereByALink) {
  const fs::path file = put_model("disk/org/m/model.gguf");
  fs::create_directories(data() / "llamacpp");
  fs::create_symlink(folder_.path() / "disk", data() / "llamacpp/models");
  const FoundModel model = model_of("model_path: llamacpp/models/org/m/model.gguf");
  EXPECT_FALSE(model.error) << model.error->message;
  EXPECT_EQ(find_models(folders_).size(), 1U);
}

TEST_F(JanStoreTest, ADamagedYmlIsListedWithItsReason) {
  EXPECT_THAT(error_of("model_path: [llamacpp"), HasSubstr("cannot be read as YAML"));
  EXPECT_THAT(error_of("model_path: &a x"), HasSubstr("anchors"));
  EXPECT_THAT(error_of("- model_path"), HasSubstr("not a map of keys"));
  EXPECT_THAT(error_of("just text"), HasSubstr("not a map of keys"));
  EXPECT_THAT(error_of("name: m"), HasSubstr("model_path must be the path of a file"));
  EXPECT_THAT(error_of("model_path: 12"), HasSubstr("must be the path"));
  EXPECT_THAT(error_of("model_path: \"\""), HasSubstr("must be the path"));
  EXPECT_THAT(error_of("model_path: \"a\\0b\""), HasSubstr("must be the path"));
  EXPECT_THAT(error_of("model_path: " + std::string(5000, 'x')), HasSubstr("must be the path"));
  EXPECT_THAT(error_of(std::string(70 << 10, '#')), HasSubstr("model.yml"));
  EXPECT_THAT(error_of("model_path: a\nmodel_path: b"), HasSubstr("org/m: "));
}

TEST_F(JanStoreTest, WhatIsNamedIsCheckedAsAnyModelFile) {
  for (const std::string& path :
       {std::string("/dev/zero"), folder_.path().string(), std::string("llamacpp/none.gguf"),
        folder_.write("notes.txt", "no model").string()}) {
    put_yml("org/m", "model_path: " + path);
    const auto models = find_models(folders_);
    ASSERT_EQ(models.size(), 1U);
    EXPECT_TRUE(models[0].error) << path;
    EXPECT_FALSE(resolve_model(folders_, "jan:org/m")) << path;
  }
}

TEST_F(JanStoreTest, OldModelsHaveTheNamesThatJanGaveThemLater) {
  const fs::path one = put_model("data/models/cortex.so/tiny/1b/model.gguf");
  folder_.write("data/models/cortex.so/tiny/1b/model.yml",
                "model: tiny:1b\nname: Tiny\nfiles:\n  - models/cortex.so/tiny/1b/model.gguf\n");
  const fs::path two = put_model("elsewhere/two.gguf");
  folder_.write("data/models/imported/two.yml", "files: ['" + two.string() + "']\n");
  const fs::path three = put_model("data/models/huggingface.co/org/repo/three.gguf");
  folder_.write("data/models/huggingface.co/org/repo/three.yml",
                "files:\n- models/huggingface.co/org/repo/three.gguf\n");
  folder_.write("data/models/imported/preset.yml", "temperature: 1\n");
  folder_.write("data/models/imported/bad.yml", "files: []\n");
  // Jan has taken this one over; the old file names the same model.
  put_yml("org/repo", "model_path: models/huggingface.co/org/repo/three.gguf\n");
  std::map<std::string, fs::path> paths;
  for (const FoundModel& model : find_models(folders_)) {
    EXPECT_EQ(model.error.has_value(), model.full_id == "jan:bad") << model.full_id;
    paths[model.full_id] = model.path;
  }
  EXPECT_THAT(paths, ElementsAre(std::pair("jan:bad", data() / "models/imported/bad.yml"),
                                 std::pair("jan:org/repo", three), std::pair("jan:tiny/1b", one),
                                 std::pair("jan:two", two)));
}

TEST_F(JanStoreTest, OnWindowsBackslashesSeparate) {
  const fs::path file = put_model("data/llamacpp/models/org/m/model.gguf");
  const std::string yml = "\xEF\xBB\xBFmodel_path: llamacpp\\models\\org\\m\\model.gguf\r\n";
  const FoundModel model = model_of(yml, platform::System::Windows);
  EXPECT_FALSE(model.error) << model.error->message;
  EXPECT_EQ(model.path, file);
  EXPECT_THAT(model_of("model_path: ..\\out.gguf", platform::System::Windows).error->message,
              HasSubstr("leads out"));
  for (const char* path : {"C:\\Users\\Jo Doe\\m.gguf", "d:/m.gguf", "\\\\nas\\models\\m.gguf"}) {
    const FoundModel imported =
        model_of("model_path: " + std::string(path), platform::System::Windows);
    EXPECT_FALSE(imported.error) << imported.error->message;
    EXPECT_EQ(imported.path, path);
  }
  EXPECT_EQ(model_of("model_path: C:\\m.gguf", platform::System::Linux).path,
            data() / "C:\\m.gguf");
}

TEST_F(JanStoreTest, ItsDataIsWhereItsSettingsPutIt) {
  UserEnvironment user = {platform::System::Linux, {{{"HOME", folder_.path()}}}};
  const fs::path home = folder_.path();
  EXPECT_THAT(jan_data_places(user),
              ElementsAre(home / ".local/share/Jan/data", home / ".config/Jan/data"));
  folder_.write(".config/Jan/settings.json", R"({"data_folder":"/disk/jan"})");
  EXPECT_THAT(jan_data_places(user), ElementsAre("/disk/jan"));
  for (const char* settings : {R"({"data_folder":"./data"})", R"({"data_folder":7})", "[", "{}"}) {
    folder_.write(".config/Jan/settings.json", settings);
    EXPECT_EQ(jan_data_places(user).size(), 2U) << settings;
  }
  (*user.variables)["JAN_DATA_FOLDER"] = "/given";
  EXPECT_THAT(jan_data_places(user), ElementsAre("/given"));
  user = {platform::System::Windows, {{{"APPDATA", folder_.path() / "Roaming"}}}};
  EXPECT_THAT(jan_data_places(user), ElementsAre(home / "Roaming/Jan/data"));
  folder_.write("Roaming/Jan/settings.json", R"({"data_folder":"D:\\jan.ai"})");
  EXPECT_THAT(jan_data_places(user), ElementsAre("D:\\jan.ai"));
}

}  // namespace
}  // namespace pcai::models
