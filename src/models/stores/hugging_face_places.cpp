#include "models/stores/hugging_face_places.h"

#include <algorithm>

#include "models/folder_scan.h"
#include "models/gguf/byte_source.h"
#include "models/names/letter_case.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxTokenFile = 4096;

std::string text(const UserEnvironment& environment, const char* name) {
  return platform::path_text(environment.path(name));
}

/// As huggingface_hub reads its switches.
bool is_on(const UserEnvironment& environment, const char* name) {
  const std::string value = lower(text(environment, name));
  return value == "1" || value == "true" || value == "yes" || value == "on";
}

std::string clean_token(std::string token) {
  std::erase_if(token, [](char c) { return c == '\r' || c == '\n'; });
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f'; };
  while (!token.empty() && is_blank(token.back())) token.pop_back();
  while (!token.empty() && is_blank(token.front())) token.erase(0, 1);
  return token;
}

}  // namespace

fs::path hugging_face_home(const UserEnvironment& environment) {
  if (fs::path given = environment.folder("HF_HOME"); !given.empty()) return given;
  fs::path caches = environment.folder("XDG_CACHE_HOME");
  if (const fs::path home = environment.home(); caches.empty() && !home.empty()) {
    caches = home / ".cache";
  }
  return caches.empty() ? caches : caches / "huggingface";
}

std::vector<fs::path> hugging_face_model_places(const UserEnvironment& environment) {
  const fs::path home = hugging_face_home(environment);
  const fs::path candidates[] = {environment.folder("HF_HUB_CACHE"),
                                 environment.folder("HUGGINGFACE_HUB_CACHE"),
                                 home.empty() ? home : home / "hub"};
  const auto cache =
      std::ranges::find_if(candidates, [](const fs::path& folder) { return !folder.empty(); });
  std::vector<fs::path> folders = {environment.folder("LLAMA_CACHE")};
  if (cache != std::end(candidates)) folders.push_back(*cache);
  std::erase_if(folders, [](const fs::path& folder) { return folder.empty(); });
  return folders;
}

std::vector<fs::path> hugging_face_model_paths() {
  return existing(hugging_face_model_places());
}

std::string hugging_face_token(const UserEnvironment& environment) {
  if (is_on(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")) return {};
  for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
    if (std::string token = clean_token(text(environment, name)); !token.empty()) return token;
  }
  fs::path file = environment.folder("HF_TOKEN_PATH");
  if (const fs::path home = hugging_face_home(environment); file.empty() && !home.empty()) {
    file = home / "token";
  }
  return file.empty() ? std::string()
                      : clean_token(read_small_file(file, kMaxTokenFile).value_or(""));
}

bool hugging_face_is_offline(const UserEnvironment& environment) {
  // An empty HF_HUB_OFFLINE leaves the other one to say so, a "0" does not.
  return environment.path("HF_HUB_OFFLINE").empty() ? is_on(environment, "TRANSFORMERS_OFFLINE")
                                                    : is_on(environment, "HF_HUB_OFFLINE");
}

}  // namespace pcai::models
