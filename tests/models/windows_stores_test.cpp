#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

#include "models/gguf_builder.h"
#include "models/model_finder.h"
#include "models/model_folders.h"
#include "models/stores/hugging_face_store.h"
#include "models/stores/jan_store.h"
#include "models/stores/lm_studio_store.h"
#include "models/stores/ollama_store.h"
#include "models/stores/other_stores.h"
#include "models/temporary_folder.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using test::GgufBuilder;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* kMark = "\xEF\xBB\xBF";  // as Windows' editors begin UTF-8 with

/// A user's folders as they are on Windows, below a temporary folder.
class WindowsStoresTest : public testing::Test {
 protected:
  WindowsStoresTest()
      : model_(folder_.write("model.gguf", test::GgufBuilder::tiny_model().build())),
        windows_{platform::System::Windows,
                 {{{"USERPROFILE", home()},
                   {"LOCALAPPDATA", home() / "AppData/Local"},
                   {"APPDATA", home() / "AppData/Roaming"},
                   {"HOME", folder_.path() / "msys"},  // Git's shell sets it, no store asks for it
                   {"XDG_DATA_HOME", folder_.path() / "msys"}}}} {}

  fs::path home() const { return folder_.path() / "Users/Jo Doe"; }

  void set(const char* name, const fs::path& value) { (*windows_.variables)[name] = value; }

  void write(const std::string& name, const std::string& text) {
    folder_.write(fs::path("Users/Jo Doe") / name, text);
  }

  /// The valid model under one more name.
  void put_model(const fs::path& file) {
    fs::create_directories(file.parent_path());
    fs::create_hard_link(model_, file);
  }

  /// Each model's full id and store; none may be damaged.
  std::map<std::string, std::string> found() const {
    std::map<std::string, std::string> sources;
    for (const FoundModel& model : find_models(ModelFolders::of_this_user(windows_))) {
      EXPECT_FALSE(model.error) << model.error->message;
      EXPECT_EQ(model.architecture, "llama");
      EXPECT_TRUE(sources.emplace(model.full_id, model.source).second) << model.full_id;
    }
    return sources;
  }

  /// An Ollama model in the folder, its manifest with a mark and Windows' line ends.
  void put_ollama_model(const fs::path& models) {
    const std::string digest(64, 'a');
    const fs::path below = models.lexically_relative(folder_.path());
    put_model(models / "blobs" / ("sha256-" + digest));
    folder_.write(below / "blobs" / ("sha256-" + std::string(64, 'b')),
                  kMark + std::string("{\r\n \"num_ctx\": 64\r\n}\r\n"));
    folder_.write(below / "manifests/registry.ollama.ai/library/smollm2/135m",
                  kMark +
                      std::string("{\"layers\":[\r\n"
                                  R"({"mediaType":"application/vnd.ollama.image.model",)") +
                      "\r\n\"digest\":\"sha256:" + digest + "\"},\r\n" +
                      R"({"mediaType":"application/vnd.ollama.image.params","digest":"sha256:)" +
                      std::string(64, 'b') + "\"}\r\n]}\r\n");
  }

  test::TemporaryFolder folder_;
  fs::path model_;
  UserEnvironment windows_;
};

TEST_F(WindowsStoresTest, EveryStoreIsLookedForInItsFolderOfWindows) {
  std::vector<std::pair<std::string, fs::path>> places;
  for (const StorePlace& place : store_places(windows_)) {
    places.emplace_back(place.source, place.path.lexically_relative(home()));
  }
  using Place = std::pair<std::string, fs::path>;
  EXPECT_THAT(
      places,
      ElementsAre(Place("pcai", "AppData/Local/pcai/models"), Place("ollama", ".ollama/models"),
                  Place("lm-studio", ".lmstudio/models"),
                  Place("hugging-face", ".cache/huggingface/hub"),
                  Place("llama.cpp", "AppData/Local/llama.cpp"),
                  Place("gpt4all", "AppData/Local/nomic.ai/GPT4All"),
                  Place("gpt4all", ".cache/gpt4all"), Place("jan", "AppData/Roaming/Jan/data")));
}

TEST_F(WindowsStoresTest, WithoutFoldersOfAUserThereIsNoPlace) {
  const UserEnvironment none = {platform::System::Windows, {{{"HOME", home()}}}};
  for (const StorePlace& place : store_places(none)) {
    EXPECT_EQ(place.source, "pcai");
    EXPECT_EQ(place.path, "");
  }
}

TEST_F(WindowsStoresTest, MacsKeepThemInTheLibrary) {
  const UserEnvironment mac = {platform::System::MacOs,
                               {{{"HOME", home()}, {"XDG_CACHE_HOME", "/no"}}}};
  const fs::path library = home() / "Library";
  EXPECT_THAT(ollama_model_places(mac), ElementsAre(home() / ".ollama/models"));
  EXPECT_THAT(llama_cpp_model_places(mac), ElementsAre(library / "Caches/llama.cpp"));
  EXPECT_THAT(
      gpt4all_model_places(mac),
      ElementsAre(library / "Application Support/nomic.ai/GPT4All", home() / ".cache/gpt4all"));
  EXPECT_THAT(jan_data_places(mac), ElementsAre(library / "Application Support/Jan/data"));
}

TEST_F(WindowsStoresTest, VariablesOfWindowsMayBeQuotedAndEndInASeparator) {
  set("OLLAMA_MODELS", " \"D:\\AI models\\\"\t");
  EXPECT_THAT(ollama_model_places(windows_), ElementsAre("D:\\AI models\\"));
  set("OLLAMA_MODELS", "\" \"");
  EXPECT_THAT(ollama_model_places(windows_), ElementsAre(home() / ".ollama/models"));
  set("OLLAMA_MODELS", "\"" + (folder_.path() / "AI models/").string() + "\"");
  put_ollama_model(folder_.path() / "AI models");
  set("HF_HOME", home() / "hf/");
  write("hf/hub/models--org--repo/refs/main", std::string(40, '1'));
  put_model(home() / "hf/hub/models--org--repo/snapshots" / std::string(40, '1') / "m.gguf");
  set("PCAI_MODELS_DIR", home() / "own/");
  put_model(home() / "own/owner/pulled/m-Q4_1.gguf");
  EXPECT_THAT(found(), UnorderedElementsAre(std::pair("ollama:smollm2:135m", "ollama"),
                                            std::pair("hf:org/repo:m", "hugging-face"),
                                            std::pair("hf:owner/pulled:m-Q4_1", "pcai")));
}

TEST_F(WindowsStoresTest, OllamasFilesMayHaveAMarkAndWindowsLineEnds) {
  put_ollama_model(home() / ".ollama/models");
  const auto models = find_models(ModelFolders::of_this_user(windows_));
  ASSERT_EQ(models.size(), 1U);
  EXPECT_FALSE(models[0].error) << models[0].error->message;
  EXPECT_EQ(models[0].id, "smollm2:135m");
  EXPECT_EQ(models[0].context, 64U);
  EXPECT_THAT(models[0].notes, IsEmpty());
}

TEST_F(WindowsStoresTest, LmStudiosPointerAndSettingsMayHaveAMarkAndWindowsLineEnds) {
  const fs::path models = folder_.path() / "Modelle für LM";
  put_model(models / "publisher/repo/m-Q4_1.gguf");
  write(".lmstudio-home-pointer", kMark + (home() / "studio").string() + "/\r\n");
  EXPECT_THAT(lm_studio_model_places(windows_), ElementsAre(home() / "studio/models"));
  write("studio/settings.json",
        kMark + std::string("{\r\n  \"downloadsFolder\": \"") + models.string() + "/\"\r\n}\r\n");
  EXPECT_THAT(found(),
              UnorderedElementsAre(std::pair("lmstudio:publisher/repo/m-Q4_1", "lm-studio")));
  write(".lmstudio-home-pointer", kMark + std::string("\r\n"));
  EXPECT_THAT(lm_studio_model_places(windows_), ElementsAre(home() / ".lmstudio/models"));
}

TEST_F(WindowsStoresTest, LmStudiosBackslashesAreOnlyThoseThatJsonDoubles) {
  write(".lmstudio/settings.json", R"({"downloadsFolder": "D:\\AI\\new models\\"})");
  EXPECT_THAT(lm_studio_model_places(windows_), ElementsAre("D:\\AI\\new models\\"));
  write(".lmstudio/settings.json", R"({"downloadsFolder": "D:\AI"})");  // no JSON
  EXPECT_THAT(lm_studio_model_places(windows_), ElementsAre(home() / ".lmstudio/models"));
  write(".lmstudio-home-pointer", "D:\\new\\studio\r\n");
  EXPECT_THAT(lm_studio_model_places(windows_),
              ElementsAre(fs::path("D:\\new\\studio") / "models"));
}

TEST_F(WindowsStoresTest, HuggingFacesCacheMayHoldFilesInsteadOfLinks) {
  const std::string main(40, '1');
  const std::string repository = ".cache/huggingface/hub/models--org--repo";
  const fs::path snapshots = home() / repository / "snapshots";
  write(repository + "/refs/main", kMark + main + "\r\n");
  fs::create_directories(home() / repository / "blobs");
  put_model(snapshots / main / "m-Q4_1.gguf");
  put_model(snapshots / main / "sub/M-F16.GGUF");
  put_model(snapshots / std::string(40, '2') / "old.gguf");
  write(".cache/huggingface/hub/version.txt", "1\r\n");
  write(".cache/huggingface/hub/.locks/models--org--repo/m.lock", "");
  EXPECT_THAT(found(), UnorderedElementsAre(std::pair("hf:org/repo:m-Q4_1", "hugging-face"),
                                            std::pair("hf:org/repo:old", "hugging-face"),
                                            std::pair("hf:org/repo:sub/M-F16", "hugging-face")));
}

TEST_F(WindowsStoresTest, NamesThatDifferInTheirCaseOnlyAreToldApart) {
  put_model(home() / "AppData/Local/nomic.ai/GPT4All/Tiny.GGUF");
  put_model(home() / "AppData/Local/llama.cpp/tiny.gguf");
  put_model(home() / ".lmstudio/models/Pub/Repo/TINY.gguf");
  const ModelFolders folders = ModelFolders::of_this_user(windows_);
  std::set<fs::path> paths;
  for (const FoundModel& model : find_models(folders)) {
    for (const std::string& name : {model.id, model.full_id}) {
      const auto resolved = resolve_model(folders, name);
      ASSERT_TRUE(resolved) << resolved.error().message;
      EXPECT_EQ(resolved->path, model.path) << name;
    }
    paths.insert(model.path);
  }
  EXPECT_EQ(paths.size(), 3U);
  EXPECT_EQ(resolve_model(folders, "lmstudio:pub/repo/tiny")->source, "lm-studio");
}

/// What a folder holds: each name with its kind, size, time of change and number of links.
using Snapshot =
    std::map<fs::path,
             std::tuple<fs::file_type, std::uintmax_t, fs::file_time_type, std::uintmax_t>>;

Snapshot snapshot_of(const fs::path& folder) {
  Snapshot snapshot;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const bool is_file = entry.is_regular_file();
    snapshot[entry.path()] = {entry.symlink_status().type(), is_file ? entry.file_size() : 0,
                              entry.last_write_time(), is_file ? entry.hard_link_count() : 0};
  }
  return snapshot;
}

TEST_F(WindowsStoresTest, AllStoresAreListedTogetherAndNothingIsWritten) {
  put_ollama_model(home() / ".ollama/models");
  put_model(home() / ".lmstudio/models/publisher/repo/studio.gguf");
  put_model(home() / ".cache/huggingface/hub/models--org--repo/snapshots" / std::string(40, '1') /
            "face.gguf");
  write(".cache/huggingface/hub/models--org--repo/refs/main", std::string(40, '1'));
  put_model(home() / "AppData/Local/llama.cpp/org_repo_flat.gguf");
  write("AppData/Local/llama.cpp/org_repo_half.gguf.downloadInProgress", "GGUF");
  put_model(home() / "AppData/Local/nomic.ai/GPT4All/four.gguf");
  put_model(home() / "AppData/Roaming/Jan/data/llamacpp/models/owner/j/model.gguf");
  write("AppData/Roaming/Jan/data/llamacpp/models/owner/j/model.yml",
        "model_path: llamacpp\\models\\owner\\j\\model.gguf\r\n");
  put_model(home() / "AppData/Local/pcai/models/own.gguf");
  const Snapshot before = snapshot_of(folder_.path());
  const auto models = found();
  for (const auto& [id, source] : models) {
    EXPECT_TRUE(resolve_model(ModelFolders::of_this_user(windows_), id)) << id;
  }
  EXPECT_EQ(snapshot_of(folder_.path()), before);
  EXPECT_EQ(models.at("jan:owner/j"), "jan");
  std::vector<std::string> sources;
  for (const auto& [id, source] : models) sources.push_back(source);
  EXPECT_THAT(sources, UnorderedElementsAre("ollama", "lm-studio", "hugging-face", "llama.cpp",
                                            "gpt4all", "jan", "pcai"));
}

}  // namespace
}  // namespace pcai::models
