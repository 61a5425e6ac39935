#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "models/gguf_builder.h"
#include "models/model_finder.h"
#include "models/names/hub_id.h"
#include "models/names/repository_models.h"
#include "models/stores/hugging_face_store.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using test::GgufBuilder;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

const std::string kOne(40, '1');
const std::string kTwo(40, '2');

/// A Hugging Face cache, pcai's own folder and others, with files of different sizes.
class ModelNamesTest : public testing::Test {
 protected:
  ModelNamesTest() {
    folders_.own = path("own");
    folders_.hugging_face = {path("hub")};
    fs::create_directories(folders_.own);
  }

  fs::path path(const fs::path& name) const { return folder_.path() / name; }

  /// The same model in other bytes.
  static std::string variant(const std::string& tag) {
    return GgufBuilder::tiny_model().build() + tag;
  }

  /// A file of a snapshot, as a link to a blob or as a copy.
  fs::path cached(const std::string& repository, const std::string& commit, const std::string& name,
                  const std::string& bytes, bool is_link = true) {
    std::string folder = "models--" + repository;
    if (const auto slash = folder.find('/'); slash != std::string::npos) {
      folder.replace(slash, 1, "--");
    }
    const fs::path file = path("hub") / folder / "snapshots" / commit / name;
    if (!is_link) return folder_.write(file, bytes);
    const fs::path blob =
        path("hub") / folder / "blobs" / std::to_string(std::hash<std::string>()(bytes));
    folder_.write(blob, bytes);
    fs::create_directories(file.parent_path());
    fs::create_symlink(blob, file);
    return file;
  }

  void ref(const std::string& repository, const std::string& name, const std::string& commit) {
    folder_.write(path("hub") / ("models--" + repository) / "refs" / name, commit);
  }

  std::string found(std::string_view name) const {
    const auto model = resolve_model(folders_, name);
    return model ? model->path.lexically_relative(folder_.path()).string() : model.error().message;
  }

  std::map<std::string, std::string> listed() const {
    std::map<std::string, std::string> paths;
    for (const FoundModel& model : find_models(folders_)) {
      const auto [place, is_new] =
          paths.emplace(model.full_id, model.path.lexically_relative(folder_.path()).string());
      EXPECT_TRUE(is_new) << model.full_id;
    }
    return paths;
  }

  test::TemporaryFolder folder_;
  ModelFolders folders_;
};

TEST_F(ModelNamesTest, AFolderForEachQuantizationHasTheSameFileName) {
  cached("o/r", kOne, "Q8_0/model.gguf", variant("8"));
  cached("o/r", kOne, "Q4_K_M/model.gguf", variant("4"));
  ref("o--r", "main", kOne);
  const std::string root = "hub/models--o--r/snapshots/" + kOne + "/";
  EXPECT_EQ(listed(),
            (std::map<std::string, std::string>{{"hf:o/r:Q4_K_M/model", root + "Q4_K_M/model.gguf"},
                                                {"hf:o/r:Q8_0/model", root + "Q8_0/model.gguf"}}));
  EXPECT_EQ(found("hf:o/r:Q8_0"), root + "Q8_0/model.gguf");
  EXPECT_EQ(found("hf:o/r:q4_k_m"), root + "Q4_K_M/model.gguf");
  EXPECT_EQ(found("hf:o/r"), root + "Q4_K_M/model.gguf") << "as pull chooses";
  EXPECT_EQ(found("hf.co/o/r:Q8_0"), root + "Q8_0/model.gguf");
  EXPECT_EQ(found("o/r:Q8_0"), root + "Q8_0/model.gguf");
  EXPECT_THAT(found("hf:o/r:Q2_K"), HasSubstr("there is no model"));
}

TEST_F(ModelNamesTest, WithoutRefsTheSnapshotsAreListed) {
  cached("o/by-commit", kOne, "m-Q8_0.gguf", variant("8"));
  EXPECT_THAT(found("hf:o/by-commit:Q8_0"), HasSubstr("m-Q8_0.gguf"));
}

TEST_F(ModelNamesTest, AFileThatOnlyAnOlderSnapshotHasIsFound) {
  cached("o/moved", kOne, "m-Q8_0.gguf", variant("8"));
  cached("o/moved", kTwo, "other-Q4_0.gguf", variant("4"));
  ref("o--moved", "main", kTwo);
  EXPECT_THAT(found("hf:o/moved:Q8_0"), HasSubstr(kOne + "/m-Q8_0.gguf"));
  EXPECT_THAT(found("hf:o/moved:Q4_0"), HasSubstr(kTwo + "/other-Q4_0.gguf"));
  ref("o--moved", "gone", std::string(40, '9'));
  EXPECT_EQ(listed().size(), 2U) << "a ref to a commit that is not here is no model";
}

TEST_F(ModelNamesTest, OneFileOfTwoRevisionsIsOneModelAndAnotherHasItsRevision) {
  cached("o/r", kOne, "m-Q8_0.gguf", variant("new"));
  cached("o/r", kTwo, "m-Q8_0.gguf", variant("old one"));
  cached("o/r", std::string(40, '3'), "m-Q8_0.gguf", variant("new"));
  ref("o--r", "main", kOne);
  ref("o--r", "v1", kTwo);
  ref("o--r", "refs/pr/1", std::string(40, '3'));
  EXPECT_THAT(listed(), UnorderedElementsAre(testing::Key("hf:o/r:m-Q8_0"),
                                             testing::Key("hf:o/r@v1:m-Q8_0")));
  EXPECT_THAT(found("hf:o/r:Q8_0"), HasSubstr(kOne));
  EXPECT_THAT(found("hf:o/r@main:Q8_0"), HasSubstr(kOne));
  EXPECT_THAT(found("hf:o/r@v1:Q8_0"), HasSubstr(kTwo));
  EXPECT_THAT(found("hf:o/r@" + kTwo + ":m-Q8_0"), HasSubstr(kTwo));
  EXPECT_THAT(found("hf:o/r@2222222"), HasSubstr(kTwo));
  EXPECT_THAT(found("hf:o/r@refs/pr/1:Q8_0"), HasSubstr(kOne)) << "the same file";
  EXPECT_THAT(found("hf:o/r@v2:Q8_0"), HasSubstr("there is no model"));
}

TEST_F(ModelNamesTest, CopiesInsteadOfLinksAreTheSameToNames) {
  cached("o/r", kOne, "a/m-Q8_0.gguf", variant("8"), false);
  cached("o/r", kOne, "m-Q4_0.gguf", variant("4"), false);
  ref("o--r", "main", kOne + "\n");
  EXPECT_THAT(found("hf:o/r:Q8_0"), HasSubstr("a/m-Q8_0.gguf"));
  EXPECT_THAT(found("hf:o/r"), HasSubstr("m-Q4_0.gguf"));
}

TEST_F(ModelNamesTest, HalfDownloadsAreNoModels) {
  cached("o/r", kOne, "m-Q8_0.gguf", variant("8"));
  ref("o--r", "main", kOne);
  folder_.write("hub/models--o--r/blobs/abc.incomplete", "half");
  folder_.write("own/o/r/n-Q4_0.gguf.0123456789abcdef.part", "half");
  folder_.write("own/o/r/.cache/huggingface/download/n.gguf.incomplete", "half");
  EXPECT_THAT(listed(), ElementsAre(testing::Key("hf:o/r:m-Q8_0")));
}

TEST_F(ModelNamesTest, WhatPullPutsIntoFoldersHasTheNameThatItWasPulledBy) {
  folder_.write("own/o/big/UD-Q4_K_XL/Big-UD-Q4_K_XL.gguf", variant("x"));
  folder_.write("own/o/big/Big-Q4_K_M.gguf", variant("4"));
  folder_.write("own/o/big@v1/Big-Q4_K_M.gguf", variant("4 before"));
  EXPECT_EQ(found("hf:o/big:ud-q4_k_xl"), "own/o/big/UD-Q4_K_XL/Big-UD-Q4_K_XL.gguf");
  EXPECT_EQ(found("hf:o/big:UD-Q4_K_XL/Big-UD-Q4_K_XL"),
            "own/o/big/UD-Q4_K_XL/Big-UD-Q4_K_XL.gguf");
  EXPECT_EQ(found("hf:o/big"), "own/o/big/Big-Q4_K_M.gguf");
  EXPECT_EQ(found("hf:o/big@v1:Q4_K_M"), "own/o/big@v1/Big-Q4_K_M.gguf");
}

TEST_F(ModelNamesTest, OurOwnFileIsMeantBeforeTheCaches) {
  folder_.write("own/o/r/m-Q8_0.gguf", variant("8"));
  cached("o/r", kOne, "m-Q8_0.gguf", variant("8"));
  cached("o/r", kOne, "renamed-Q8_0.gguf", variant("elder"));
  ref("o--r", "main", kOne);
  EXPECT_EQ(found("hf:o/r:Q8_0"), "own/o/r/m-Q8_0.gguf");
  EXPECT_EQ(listed().size(), 2U) << "the file that both have is one model";
  EXPECT_THAT(found("hf:o/r:renamed-Q8_0"), HasSubstr("renamed-Q8_0.gguf"));
}

TEST_F(ModelNamesTest, AFileThatAnotherFolderLinksToKeepsItsNames) {
  const fs::path file = cached("o/r", kOne, "m-Q8_0.gguf", variant("8"));
  ref("o--r", "main", kOne);
  folders_.extra = {path("mine")};
  fs::create_directories(path("mine"));
  fs::create_symlink(file, path("mine/linked.gguf"));
  EXPECT_THAT(listed(), ElementsAre(testing::Key(path("mine/linked.gguf").string())));
  EXPECT_EQ(found("hf:o/r:Q8_0"), "mine/linked.gguf");
  EXPECT_EQ(found("hf:o/r:m-Q8_0"), "mine/linked.gguf");
}

TEST_F(ModelNamesTest, AFileBesideItsPartsHasAnotherName) {
  folder_.write("own/o/r/M-Q8_0.gguf", variant("8"));
  folder_.write("own/o/r/M-Q8_0-00001-of-00001.gguf", variant("parts"));
  const auto names = listed();
  EXPECT_THAT(names, UnorderedElementsAre(testing::Key("hf:o/r:M-Q8_0"),
                                          testing::Key(HasSubstr("M-Q8_0"))));
  for (const auto& [name, file] : names) EXPECT_EQ(found(name), file);
  EXPECT_EQ(found("hf:o/r:Q8_0"), "own/o/r/M-Q8_0.gguf");
}

TEST_F(ModelNamesTest, AProjectorIsNotRunAsTheModelAndBelongsToItWhereverItLies) {
  GgufBuilder eye;
  eye.text("general.architecture", "clip").u32("clip.vision.projection_dim", 64);
  eye.tensor("mm.0.weight", {32}, GgufBuilder::kF32);
  cached("o/eyes", kOne, "Q8_0/Eyes-Q8_0.gguf", variant("8"));
  cached("o/eyes", kOne, "Eyes.mmproj-Q8_0.gguf", eye.build() + "8");
  const fs::path half = cached("o/eyes", kOne, "mmproj/Eyes-f16.gguf", eye.build() + "16");
  ref("o--eyes", "main", kOne);
  const auto model = resolve_model(folders_, "hf:o/eyes:Q8_0");
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(model->path.filename(), "Eyes-Q8_0.gguf");
  EXPECT_EQ(model->projector, half);
  EXPECT_THAT(found("hf:o/eyes:f16"), HasSubstr("there is no model"));
  EXPECT_THAT(found("hf:o/eyes"), HasSubstr("Eyes-Q8_0.gguf"));
}

TEST_F(ModelNamesTest, AHiddenProjectorIsNotChosenAmongSeveral) {
  folder_.write("own/o/r/a-IQ2_M.gguf", variant("2"));
  folder_.write("own/o/r/eyes-IQ3_M.gguf",
                GgufBuilder::tiny_model().text("general.type", "mmproj").build());
  EXPECT_EQ(found("hf:o/r"), "own/o/r/a-IQ2_M.gguf");
  EXPECT_THAT(found("hf:o/r:IQ3_M"), HasSubstr("is an addition to a model"));
}

/// Layouts of all stores at random: what is listed is found by its full id, and what pull would
/// choose is found by what it was asked for.
TEST_F(ModelNamesTest, EveryFullIdSelectsItsOwnModelInAnyLayout) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  using Texts = std::vector<std::string>;
  const auto any = [&](const Texts& texts) { return texts[random() % texts.size()]; };
  folders_.lm_studio = {path("lm")};
  folders_.extra = {path("mine")};
  for (int round = 0; round < 40; ++round) {
    for (const char* place : {"own", "hub", "lm", "mine"}) fs::remove_all(path(place));
    for (const char* place : {"own", "lm", "mine"}) fs::create_directories(path(place));
    const auto name = [&] {
      return any({"", "", "Q8_0/", "UD-Q4_K_XL/", "a/b/"}) +
             any({"model", "M", "m", "Big.v1.5", "M-mmproj", "mtp-M"}) +
             any({"", "-Q8_0", ".Q4_K_M", "-UD-Q4_K_XL", "_f16"}) + ".gguf";
    };
    Texts hub;  // what the repository o/r has
    for (int i = 0; i < 6; ++i) hub.push_back(name());
    const std::string choice =
        any({"", "Q8_0", "q4_k_m", "ud-q4_k_xl", "F16", "model", "Big.v1.5"});
    const std::vector<RepositoryModel> models = models_among(hub);
    const Choice pulled = choose_model(models, choice);
    for (int i = 0; i < 6; ++i) {
      const std::string bytes = variant(std::to_string(random() % 4));
      const std::string repository = any({"o/r", "O/r", "o/s"});
      const std::string file = any(hub);
      switch (random() % 4) {
        case 0: folder_.write("own/" + any({"o/s/", "o/s@v1/", ""}) + file, bytes); break;
        case 1: folder_.write("lm/" + repository + "/" + file, bytes); break;
        case 2: folder_.write("mine/" + file, bytes); break;
        default: {
          const std::string commit = any({kOne, kTwo});
          fs::remove(
              path("hub/models--" + any({"o--r", "o--s"}) + "/snapshots/" + commit + "/" + file));
          if (!fs::exists(path("hub/models--o--r/snapshots/" + commit + "/" + file))) {
            cached("o/r", commit, file, bytes, random() % 3 != 0);
          }
          ref("o--r", any({"main", "v1", "refs/pr/7"}), any({kOne, kTwo}));
        }
      }
    }
    std::string wanted;
    if (pulled.models.size() == 1) {
      wanted = "own/o/r/" + models[pulled.models.front()].files.front();
      folder_.write(wanted, variant("pulled"));
    }
    std::map<std::string, fs::path> listed;
    for (const FoundModel& model : find_models(folders_)) {
      ASSERT_TRUE(listed.emplace(model.full_id, model.path).second) << model.full_id;
    }
    for (const auto& [full_id, file] : listed) {
      const auto model = resolve_model(folders_, full_id);
      ASSERT_TRUE(model) << full_id << ": " << model.error().message;
      EXPECT_EQ(model->path, file) << full_id;
    }
    if (wanted.empty()) continue;
    const std::string asked = HubId{"o/r", "", choice}.text();
    const auto model = resolve_model(folders_, asked);
    ASSERT_TRUE(model) << asked << " of " << testing::PrintToString(hub) << ": "
                       << model.error().message;
    EXPECT_EQ(model->path, path(wanted)) << asked << " of " << testing::PrintToString(hub);
  }
}

}  // namespace
}  // namespace pcai::models
