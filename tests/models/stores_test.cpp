#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "models/gguf_builder.h"
#include "models/model_finder.h"
#include "models/model_folders.h"
#include "models/stores/hugging_face_store.h"
#include "models/stores/lm_studio_store.h"
#include "models/stores/ollama_store.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using test::GgufBuilder;
using test::TemporaryFolder;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Gives a test a home folder of its own and no variable that names a store.
class StoresTest : public testing::Test {
 protected:
  StoresTest() {
    for (const char* name :
         {"PCAI_MODELS_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "OLLAMA_MODELS", "XDG_CONFIG_HOME",
          "JAN_DATA_FOLDER", "LLAMA_CACHE", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
      set(name, nullptr);
    }
    set("HOME", home().c_str());
  }

  ~StoresTest() override {
    for (const auto& [name, value] : before_) {
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
    }
  }

  void set(const char* name, const char* value) {
    const char* old = std::getenv(name);
    before_.try_emplace(name, old == nullptr ? std::nullopt : std::optional<std::string>(old));
    value != nullptr ? ::setenv(name, value, 1) : ::unsetenv(name);
  }

  const fs::path& home() const { return folder_.path(); }

  /// Writes an Ollama manifest whose model layer has that digest.
  void write_manifest(const std::string& name, const std::string& digest) {
    folder_.write(".ollama/models/manifests/" + name,
                  R"({"schemaVersion":2,"config":{"digest":"sha256:00"},"layers":[
                      {"mediaType":"application/vnd.ollama.image.license","digest":"sha256:11"},
                      {"mediaType":"application/vnd.ollama.image.model","digest":")" +
                      digest + R"("}]})");
  }

  std::vector<FoundModel> ollama() { return list_ollama_models(home() / ".ollama/models"); }

  test::TemporaryFolder folder_;
  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(StoresTest, OurFolderFollowsTheEnvironment) {
  EXPECT_EQ(own_models_folder(), home() / ".local/share/pcai/models");
  set("XDG_DATA_HOME", "relative");
  EXPECT_EQ(own_models_folder(), home() / ".local/share/pcai/models");
  set("XDG_DATA_HOME", "/data");
  EXPECT_EQ(own_models_folder(), "/data/pcai/models");
  set("PCAI_MODELS_DIR", "/models");
  EXPECT_EQ(own_models_folder(), "/models");
  EXPECT_EQ(default_model_path(), "/models/SmolLM2-135M-Instruct.Q4_1.gguf");
}

TEST_F(StoresTest, StoresThatAreNotThereAreNotSearched) {
  const ModelFolders folders = ModelFolders::of_this_user();
  EXPECT_THAT(folders.ollama, Not(Contains(home() / ".ollama/models")));
  EXPECT_THAT(folders.lm_studio, IsEmpty());
  EXPECT_THAT(folders.hugging_face, IsEmpty());
}

TEST_F(StoresTest, OllamasFolderMayBeGivenInQuotes) {
  const fs::path given = home() / "models of mine";
  fs::create_directories(given);
  set("OLLAMA_MODELS", (" \"" + given.string() + "\" ").c_str());
  EXPECT_THAT(ollama_model_paths(), Contains(given));
}

TEST_F(StoresTest, OllamasServiceMayKeepItsModelsElsewhere) {
  const std::string units = "root/etc/systemd/system/";
  folder_.write(units + "ollama.service",
                "[Service]\nEnvironment=\"PATH=/bin\"\nEnvironment=OLLAMA_MODELS=/srv/a b\n");
  folder_.write(units + "ollama.service.d/override.conf",
                "[Service]\r\nEnvironment=\"OLLAMA_MODELS=/srv/my models\" \"X=1\"\r\n");
  folder_.write(units + "ollama.service.d/notes.txt", "Environment=OLLAMA_MODELS=/no\n");
  folder_.write(units + "ollama.service.d/relative.conf", "Environment=OLLAMA_MODELS=no\n");
  EXPECT_THAT(ollama_model_places({}, home() / "root"),
              ElementsAre(home() / ".ollama/models", "/srv/a", "/srv/my models",
                          home() / "root/usr/share/ollama/.ollama/models"));
}

TEST_F(StoresTest, EveryPlaceIsToldAndThoseThatAreThereAreSearched) {
  const std::string model = test::GgufBuilder::tiny_model().build();
  folder_.write(".cache/llama.cpp/org_repo_flat.gguf", model);
  folder_.write(".local/share/nomic.ai/GPT4All/four.gguf", model);
  folder_.write(".cache/gpt4all/bound.gguf", model);
  folder_.write(".config/Jan/data/llamacpp/models/owner/j/model.gguf", model);
  folder_.write(".lmstudio/models/publisher/repo/studio.gguf", model);
  std::map<std::string, std::string> sources;
  for (const FoundModel& found : find_models(ModelFolders::of_this_user())) {
    sources[found.path.filename()] = found.source;
  }
  EXPECT_EQ(sources["org_repo_flat.gguf"], "llama.cpp");
  EXPECT_EQ(sources["four.gguf"], "gpt4all");
  EXPECT_EQ(sources["bound.gguf"], "gpt4all");
  EXPECT_EQ(sources["model.gguf"], "jan");
  EXPECT_EQ(sources["studio.gguf"], "lm-studio");
  std::vector<std::string> told;
  for (const StorePlace& place : store_places()) told.push_back(place.source);
  EXPECT_THAT(told, ElementsAre("pcai", "ollama", "ollama", "lm-studio", "hugging-face",
                                "llama.cpp", "gpt4all", "gpt4all", "jan", "jan"));
}

TEST_F(StoresTest, LlamaCppsCacheMayBeFlatAndItsOwn) {
  const std::string model = test::GgufBuilder::tiny_model().build();
  const std::string commit(40, '1');
  folder_.write("cache/org_repo_flat-Q4_0.gguf", model);
  folder_.write("cache/manifest=org=repo=latest.json", "{}");
  folder_.write("cache/org_repo_flat-Q4_0.gguf.json", "{}");
  folder_.write("cache/org_repo_flat-Q4_0.gguf.etag", "x");
  folder_.write("cache/org_repo_half.gguf.downloadInProgress", model);
  folder_.write("cache/models--org--new/refs/main", commit);
  folder_.write("cache/models--org--new/snapshots/" + commit + "/new.gguf", model);
  folder_.write("cache/models--org--new/snapshots/" + std::string(40, '2') + "/old.gguf", model);
  folder_.write("cache/models--org--new/blobs/abc.downloadInProgress", model);
  folder_.write(".cache/llama.cpp/org_repo_before.gguf", model);
  const auto found = [] {
    std::map<std::string, std::string> sources;
    for (const FoundModel& one : find_models(ModelFolders::of_this_user())) {
      sources[one.path.filename()] = one.error ? one.error->message : one.source;
    }
    return sources;
  };
  using Sources = std::map<std::string, std::string>;
  EXPECT_EQ(found(), (Sources{{"org_repo_before.gguf", "llama.cpp"}}));
  set("LLAMA_CACHE", (home() / "cache/").c_str());
  EXPECT_EQ(found(), (Sources{{"org_repo_before.gguf", "llama.cpp"},
                              {"org_repo_flat-Q4_0.gguf", "llama.cpp"},
                              {"new.gguf", "hugging-face"},
                              {"old.gguf", "hugging-face"}}));
  set("LLAMA_CACHE", (home() / ".cache/llama.cpp").c_str());
  EXPECT_EQ(found(), (Sources{{"org_repo_before.gguf", "llama.cpp"}}));
}

TEST_F(StoresTest, OllamaModelsHaveOllamasNames) {
  const std::string digest(64, 'a');
  folder_.write(".ollama/models/blobs/sha256-" + digest, test::GgufBuilder::tiny_model().build());
  write_manifest("registry.ollama.ai/library/smollm2/135m", "sha256:" + digest);
  write_manifest("registry.ollama.ai/library/smollm2/latest", "sha256:" + digest);
  write_manifest("registry.ollama.ai/me/own/latest", "sha256:" + digest);
  write_manifest("hf.co/u/r/Q4_K_M", "sha256:" + digest);
  ModelFolders folders;
  folders.ollama = {home() / ".ollama/models"};
  const auto models = find_models(folders);
  ASSERT_EQ(models.size(), 4U);
  EXPECT_EQ(models[0].id, "hf.co/u/r:Q4_K_M");
  EXPECT_EQ(models[1].id, "smollm2:135m");
  EXPECT_EQ(models[2].id, "smollm2");
  EXPECT_EQ(models[3].id, "me/own");
  EXPECT_EQ(models[0].source, "ollama");
  EXPECT_EQ(models[0].architecture, "llama");
  EXPECT_FALSE(models[0].error);
  EXPECT_EQ(resolve_model(folders, "smollm2:latest")->id, "smollm2");
  EXPECT_EQ(resolve_model(folders, "smollm2")->id, "smollm2");
}

/// An Ollama store of models with layers of their own beside the weights.
class OllamaLayersTest : public StoresTest {
 protected:
  OllamaLayersTest() { blob('a', test::GgufBuilder::tiny_model().build()); }

  void blob(char digit, const std::string& bytes) {
    folder_.write(".ollama/models/blobs/sha256-" + std::string(64, digit), bytes);
  }

  static std::string layer(const std::string& kind, const std::string& digest) {
    return R"({"mediaType":"application/vnd.ollama.image.)" + kind + R"(","digest":"sha256:)" +
           digest + R"("})";
  }

  static std::string layer(const std::string& kind, char digit) {
    return layer(kind, std::string(64, digit));
  }

  FoundModel model_of(const std::string& layers) {
    folder_.write(".ollama/models/manifests/registry.ollama.ai/library/m/latest",
                  R"({"layers":[)" + layer("model", 'a') + "," + layers + "]}");
    return ollama().at(0);
  }
};

TEST_F(OllamaLayersTest, ParametersAndTextsAreTheModelsDefaults) {
  blob('b', R"({"num_ctx":64,"num_predict":-1,"temperature":0.5,"top_k":-1,"stop":["<|x|>"],)"
            R"("repeat_last_n":9,"seed":3,"tfs_z":1,"top_p":7,)"
            R"("min_p":18446744073709551615})");
  blob('c', "You are brief.");
  blob('d', R"([{"role":"user","content":"hi"},{"role":"assistant","content":"ho"}])");
  const FoundModel model =
      model_of(layer("params", 'b') + "," + layer("system", 'c') + "," + layer("messages", 'd'));
  EXPECT_FALSE(model.error);
  EXPECT_EQ(model.context, 64U);
  EXPECT_EQ(default_text(model.defaults, "max_tokens"), "2147483647");
  EXPECT_EQ(default_text(model.defaults, "temperature"), "0.5");
  EXPECT_EQ(default_text(model.defaults, "top_k"), "0");
  EXPECT_EQ(default_text(model.defaults, "top_p"), "");
  EXPECT_EQ(default_text(model.defaults, "repeat_last_n"), "9");
  EXPECT_EQ(default_text(model.defaults, "seed"), "3");
  EXPECT_EQ(default_text(model.defaults, "stop"), "<|x|>");
  EXPECT_EQ(model.defaults.system, "You are brief.");
  EXPECT_EQ(model.defaults.messages.size(), 2U);
  ASSERT_EQ(model.notes.size(), 3U);
  EXPECT_THAT(model.notes[0], HasSubstr("min_p is not used: min_p must be a number"));
  EXPECT_THAT(model.notes[1], HasSubstr("top_p is not used: top_p must be from 0 to 1"));
  EXPECT_THAT(model.notes[2], HasSubstr("that pcai does not have are not used: tfs_z"));
}

TEST_F(OllamaLayersTest, WhatCannotBeUsedIsSaidAndHarmless) {
  blob('b', "[not json");
  blob('c', "\xff");
  blob('d', R"([{"role":"user","content":"see","images":["x"]}])");
  blob('e', std::string((64 << 10) + 1, ' '));
  const FoundModel model =
      model_of(layer("params", 'b') + "," + layer("params", 'e') + "," + layer("system", 'c') +
               "," + layer("system", "../../../etc/passwd") + "," + layer("messages", 'd') + "," +
               layer("template", 'f') + "," + layer("draft", 'f'));
  EXPECT_FALSE(model.error);
  EXPECT_EQ(model.notes.size(), 7U);
  EXPECT_FALSE(model.defaults.system);
  EXPECT_TRUE(model.defaults.messages.empty());
}

TEST_F(OllamaLayersTest, AdaptersAndTheFirstProjectorBelongToTheModel) {
  blob('b', "adapter");
  const FoundModel model = model_of(layer("projector", 'c') + "," + layer("projector", 'd') + "," +
                                    layer("adapter", 'b'));
  EXPECT_FALSE(model.error);
  EXPECT_EQ(model.projector->filename(), "sha256-" + std::string(64, 'c'));
  EXPECT_THAT(model.notes, ElementsAre(HasSubstr("several projectors")));
  ASSERT_EQ(model.adapters.size(), 1U);
  EXPECT_EQ(model.adapters[0].filename(), "sha256-" + std::string(64, 'b'));
  EXPECT_THAT(model_of(layer("adapter", 'e')).error->message, HasSubstr("LoRA adapter"));
  EXPECT_THAT(model_of(layer("adapter", "..")).error->message, HasSubstr("LoRA adapter"));
}

TEST_F(OllamaLayersTest, BlobsMayHaveTheirOldNames) {
  folder_.write(".ollama/models/blobs/sha256:" + std::string(64, 'b'), "old");
  EXPECT_EQ(model_of(layer("system", 'b')).defaults.system, "old");
}

TEST_F(OllamaLayersTest, AContextBeyondTheModelsIsSaid) {
  blob('b', R"({"num_ctx":1000000})");
  model_of(layer("params", 'b'));
  ModelFolders folders;
  folders.ollama = {home() / ".ollama/models"};
  const auto models = find_models(folders);
  ASSERT_EQ(models.size(), 1U);
  EXPECT_FALSE(models[0].context);
  EXPECT_THAT(models[0].notes, ElementsAre(HasSubstr("context of 1000000")));
}

TEST_F(StoresTest, TensorsInOllamasOwnFormAreRefused) {
  folder_.write(".ollama/models/manifests/registry.ollama.ai/library/mlx/latest",
                R"({"layers":[{"mediaType":"application/vnd.ollama.image.tensor"}]})");
  EXPECT_THAT(ollama().at(0).error->message, HasSubstr("only Ollama can load"));
}

TEST_F(StoresTest, FilesThatOnlyOllamaReadsAreMarkedWithTheReason) {
  const std::string digest(64, 'c');
  test::GgufBuilder file = test::GgufBuilder::tiny_model();
  file.text("general.architecture", "gptoss");
  folder_.write(".ollama/models/blobs/sha256-" + digest, file.build());
  write_manifest("registry.ollama.ai/library/gpt-oss/20b", "sha256:" + digest);
  ModelFolders folders;
  folders.ollama = {home() / ".ollama/models"};
  const auto models = find_models(folders);
  ASSERT_EQ(models.size(), 1U);
  ASSERT_TRUE(models[0].error);
  EXPECT_THAT(models[0].error->message, HasSubstr("only Ollama can read"));
}

TEST_F(StoresTest, EachModelHasOneIdThatDependsOnNoOther) {
  const std::string model = test::GgufBuilder::tiny_model().build();
  const std::string digest(64, 'a');
  const std::string commit(40, '1');
  folder_.write(".ollama/models/blobs/sha256-" + digest, model);
  write_manifest("registry.ollama.ai/library/qwen2.5/0.5b", "sha256:" + digest);
  write_manifest("registry.ollama.ai/library/smollm2/latest", "sha256:" + digest);
  folder_.write(".lmstudio/models/publisher/repo/m-Q4_0.gguf", model);
  folder_.write(".cache/huggingface/hub/models--org--repo/refs/main", commit);
  const std::string snapshot = ".cache/huggingface/hub/models--org--repo/snapshots/" + commit + "/";
  folder_.write(snapshot + "m-Q8_0.gguf", model);
  folder_.write(snapshot + "m-Q4_K_M.gguf", model);
  folder_.write(".local/share/pcai/models/own/pulled/m-F16.gguf", model);
  folder_.write(".local/share/pcai/models/plain.gguf", model);
  const ModelFolders folders = ModelFolders::of_this_user();
  std::map<std::string, std::string> sources;
  for (const FoundModel& found : find_models(folders)) {
    EXPECT_TRUE(sources.emplace(found.full_id, found.source).second) << found.full_id;
    const auto resolved = resolve_model(folders, found.full_id);
    ASSERT_TRUE(resolved) << resolved.error().message;
    EXPECT_EQ(resolved->path, found.path);
  }
  EXPECT_EQ(sources["ollama:qwen2.5:0.5b"], "ollama");
  EXPECT_EQ(sources["ollama:smollm2:latest"], "ollama");
  EXPECT_EQ(sources["lmstudio:publisher/repo/m-Q4_0"], "lm-studio");
  EXPECT_EQ(sources["hf:org/repo:m-Q8_0"], "hugging-face");
  EXPECT_EQ(sources["hf:own/pulled:m-F16"], "pcai");
  EXPECT_EQ(sources[(home() / ".local/share/pcai/models/plain.gguf").string()], "pcai");
  EXPECT_EQ(resolve_model(folders, "hf:org/repo:q4_k_m")->full_id, "hf:org/repo:m-Q4_K_M");
  EXPECT_EQ(resolve_model(folders, "hf:Org/repo:m-Q8_0.gguf")->full_id, "hf:org/repo:m-Q8_0");
  EXPECT_EQ(resolve_model(folders, "hf:own/pulled")->full_id, "hf:own/pulled:m-F16");
  EXPECT_EQ(resolve_model(folders, "ollama:smollm2")->full_id, "ollama:smollm2:latest");
  EXPECT_EQ(resolve_model(folders, "hf:org/repo")->full_id, "hf:org/repo:m-Q4_K_M");
  EXPECT_FALSE(resolve_model(folders, "hf:org/other:Q8_0"));
}

TEST_F(StoresTest, AManifestCannotLeadOutOfItsStore) {
  for (const std::string& digest :
       {std::string("sha256:../../../etc/passwd"), std::string("../x"), std::string(),
        "sha256:" + std::string(63, 'a') + "/", "sha256:" + std::string(65, 'a'),
        "sha512:" + std::string(64, 'a')}) {
    write_manifest("registry.ollama.ai/library/bad/latest", digest);
    const auto models = ollama();
    ASSERT_EQ(models.size(), 1U);
    ASSERT_TRUE(models[0].error) << digest;
    EXPECT_THAT(models[0].error->message, HasSubstr("bad digest"));
  }
}

TEST_F(StoresTest, DamagedManifestsAreListedWithTheirReason) {
  const std::string root = ".ollama/models/manifests/registry.ollama.ai/library/";
  folder_.write(root + "a/latest", "not json");
  folder_.write(root + "b/latest", "[1]");
  folder_.write(root + "c/latest", R"({"layers":7,"config":[]})");
  folder_.write(root + "d/latest", std::string(2 << 20, ' '));
  fs::create_directories(home() / root / "e/latest");
  folder_.write(root + "stray", "a file where a folder should be");
  const auto models = ollama();
  ASSERT_EQ(models.size(), 5U);
  for (const FoundModel& model : models) EXPECT_TRUE(model.error) << model.id;
}

TEST_F(StoresTest, WhatFileManagersLeaveBesideOllamasTagsIsNoModel) {
  const std::string digest(64, 'a');
  folder_.write(".ollama/models/blobs/sha256-" + digest, test::GgufBuilder::tiny_model().build());
  const std::string model = "registry.ollama.ai/library/smollm2";
  write_manifest(model + "/135m", "sha256:" + digest);
  for (const char* name :
       {".DS_Store", "._135m", "desktop.ini", "Desktop.ini", "Thumbs.db", ".135m.swp"}) {
    folder_.write(".ollama/models/manifests/" + model + "/" + name, "litter");
  }
  folder_.write(".ollama/models/manifests/.DS_Store", "litter");
  folder_.write(".ollama/models/manifests/.trash/library/old/latest", "litter");
  const auto models = ollama();
  ASSERT_EQ(models.size(), 1U);
  EXPECT_EQ(models[0].id, "smollm2:135m");
}

TEST_F(StoresTest, ModelsInOllamasCloudAreLeftOut) {
  const std::string digest(64, 'b');
  folder_.write(".ollama/models/blobs/sha256-" + digest, R"({"remote_host":"https://x"})");
  folder_.write(".ollama/models/manifests/registry.ollama.ai/library/big/cloud",
                R"({"config":{"digest":"sha256:)" + digest + R"("},"layers":[]})");
  EXPECT_THAT(ollama(), IsEmpty());
}

TEST_F(StoresTest, LmStudiosFolderIsFoundInEachOfItsPlaces) {
  fs::create_directories(home() / ".lmstudio/models");
  EXPECT_THAT(lm_studio_model_paths(), ElementsAre(home() / ".lmstudio/models"));
  fs::create_directories(home() / ".cache/lm-studio/models");
  EXPECT_THAT(lm_studio_model_paths(), ElementsAre(home() / ".cache/lm-studio/models"));
  fs::create_directories(home() / "pointed/models");
  folder_.write(".lmstudio-home-pointer", (home() / "pointed").string() + "\n");
  EXPECT_THAT(lm_studio_model_paths(), ElementsAre(home() / "pointed/models"));
  fs::create_directories(home() / "downloads");
  folder_.write("pointed/settings.json",
                R"({"downloadsFolder":")" + (home() / "downloads").string() + R"("})");
  EXPECT_THAT(lm_studio_model_paths(), ElementsAre(home() / "downloads"));
  folder_.write("pointed/settings.json", "{broken");
  EXPECT_THAT(lm_studio_model_paths(), ElementsAre(home() / "pointed/models"));
}

TEST_F(StoresTest, TheHuggingFaceCacheShowsAFileOfTwoCommitsOnce) {
  const fs::path cache = home() / ".cache/huggingface/hub";
  const std::string main_commit(40, '1');
  const std::string old_commit(40, '2');
  const fs::path repository = ".cache/huggingface/hub/models--org--some--name";
  folder_.write(repository / "refs/main", main_commit);
  folder_.write(repository / "blobs/abc", test::GgufBuilder::tiny_model().build());
  for (const std::string& commit : {main_commit, old_commit}) {
    fs::create_directories(home() / repository / "snapshots" / commit);
    fs::create_symlink("../../blobs/abc", home() / repository / "snapshots" / commit / "m.Q4.gguf");
  }
  folder_.write(".cache/huggingface/hub/models--org--bad/refs/main", "../../..");
  EXPECT_THAT(hugging_face_model_paths(), ElementsAre(cache));
  ModelFolders folders;
  folders.hugging_face = {cache};
  const auto models = find_models(folders);
  ASSERT_EQ(models.size(), 1U);
  EXPECT_EQ(models[0].id, "org/some--name/m.Q4");
  EXPECT_EQ(models[0].source, "hugging-face");
  EXPECT_FALSE(models[0].error) << models[0].error->message;
  EXPECT_EQ(resolve_model(folders, "m.q4")->id, models[0].id);
}

TEST_F(StoresTest, AHuggingFaceLinkOutOfItsRepositoryIsNotFollowed) {
  const std::string commit(40, '1');
  const fs::path repository = "hub/models--org--name";
  folder_.write("secret.gguf", test::GgufBuilder::tiny_model().build());
  folder_.write(repository / "refs/main", commit + "\n");
  fs::create_directories(home() / repository / "snapshots" / commit);
  fs::create_symlink(home() / "secret.gguf", home() / repository / "snapshots" / commit / "m.gguf");
  const auto models = list_hugging_face_models(home() / "hub");
  ASSERT_EQ(models.size(), 1U);
  EXPECT_THAT(models[0].error->message, HasSubstr("outside of its repository"));
}

}  // namespace
}  // namespace pcai::models
