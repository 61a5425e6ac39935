#include "models/stores/ollama_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "models/folder_scan.h"
#include "models/gguf/byte_source.h"
#include "models/gguf/damaged.h"
#include "models/printable.h"
#include "models/stores/ollama_layers.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxManifestBytes = 1 << 20;

/// What file managers leave in folders. No part of an Ollama name begins with a dot.
bool is_litter(const fs::path& name) {
  std::string lower = platform::path_text(name);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower.starts_with('.') || lower == "desktop.ini" || lower == "thumbs.db";
}

/// The folder's entries by name, without litter; empty when it cannot be read.
std::vector<fs::path> names_in(const fs::path& folder) {
  std::vector<fs::path> names;
  for (const fs::path& entry : entries_of(folder)) {
    if (fs::path name = entry.filename(); !is_litter(name)) names.push_back(std::move(name));
  }
  return names;
}

/// `object[key]` if both are of the right kind, else empty.
std::string text_of(const json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<json> read_json(const fs::path& path) {
  const auto text = read_small_file(path, kMaxManifestBytes);
  if (!text) return fail(text.error());
  json value = json::parse(*text, nullptr, false);
  if (!value.is_object()) return damaged(printable_path(path) + ": is not a JSON object");
  return value;
}

/// The model's blob, nothing for one in the cloud.
Result<std::optional<fs::path>> model_blob(OllamaBlobs& blobs, const json& manifest) {
  const std::vector<std::string> models = layer_digests(manifest, "model");
  if (!models.empty()) return blobs.path(models.front());
  const auto config = manifest.find("config");
  const auto config_blob =
      blobs.path(config == manifest.end() ? std::string() : text_of(*config, "digest"));
  if (config_blob) {
    const auto settings = read_json(*config_blob);
    if (settings && !text_of(*settings, "remote_host").empty()) return std::nullopt;
  }
  if (!layer_digests(manifest, "tensor").empty()) {
    return damaged(
        "its weights are in Ollama's own format, one file per tensor, which only Ollama can load; "
        "get the model as GGUF or safetensors from Hugging Face");
  }
  return damaged("its manifest names no GGUF file");
}

/// Without Ollama's default host, namespace and tag.
std::string short_name(const fs::path& host, const fs::path& space, const fs::path& model,
                       const fs::path& tag) {
  std::string name = printable_path(model);
  const bool is_default_host = host == "registry.ollama.ai";
  if (!is_default_host || space != "library") name.insert(0, printable_path(space) + "/");
  if (!is_default_host) name.insert(0, printable_path(host) + "/");
  return tag == "latest" ? name : name + ":" + printable_path(tag);
}

/// What a unit file of systemd sets OLLAMA_MODELS to: `Environment="OLLAMA_MODELS=/data"`, where
/// the quotes may be left out. Empty when it does not.
fs::path folder_in_unit(const fs::path& file) {
  constexpr std::string_view kVariable = "OLLAMA_MODELS=";
  constexpr std::size_t kMaxUnitBytes = 64 << 10;
  const std::string text = read_small_file(file, kMaxUnitBytes).value_or("");
  fs::path folder;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    const std::size_t at = line.find(kVariable);
    if (!line.starts_with("Environment=") || at == std::string_view::npos) continue;
    const bool is_quoted = line[at - 1] == '"';
    std::string_view value = line.substr(at + kVariable.size());
    value = value.substr(0, value.find_first_of(is_quoted ? "\"\r" : " \t\r"));
    if (value.starts_with('/')) folder = platform::text_path(value);
  }
  return folder;
}

}  // namespace

std::vector<fs::path> ollama_model_places(const UserEnvironment& environment,
                                          const fs::path& system_root) {
  std::vector<fs::path> folders;
  fs::path::string_type given = environment.path("OLLAMA_MODELS").native();
  const auto is_padding = [](auto c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '"' || c == '\'';
  };
  while (!given.empty() && is_padding(given.back())) given.pop_back();
  while (!given.empty() && is_padding(given.front())) given.erase(0, 1);
  if (!given.empty()) {
    folders.push_back(environment.expanded(given));
  } else if (const fs::path home = environment.home(); !home.empty()) {
    folders.push_back(home / ".ollama" / "models");
  }
  if (environment.system == platform::System::Linux) {
    const fs::path units = system_root / "etc/systemd/system";
    std::vector<fs::path> files = {units / "ollama.service"};
    for (const fs::path& name : names_in(units / "ollama.service.d")) {
      if (name.extension() == ".conf") files.push_back(units / "ollama.service.d" / name);
    }
    for (const fs::path& file : files) {
      if (auto folder = folder_in_unit(file); !folder.empty()) folders.push_back(std::move(folder));
    }
    folders.push_back(system_root / "usr/share/ollama/.ollama/models");
  }
  // Each once, the first of them.
  std::vector<fs::path> unique;
  for (fs::path& folder : folders) {
    if (std::ranges::find(unique, folder) == unique.end()) unique.push_back(std::move(folder));
  }
  return unique;
}

std::vector<fs::path> ollama_model_paths() {
  return existing(ollama_model_places());
}

std::vector<FoundModel> list_ollama_models(const fs::path& folder) {
  std::vector<FoundModel> models;
  OllamaBlobs blobs(folder);
  const fs::path manifests = folder / "manifests";
  for (const fs::path& host : names_in(manifests)) {
    for (const fs::path& space : names_in(manifests / host)) {
      for (const fs::path& model : names_in(manifests / host / space)) {
        for (const fs::path& tag : names_in(manifests / host / space / model)) {
          if (models.size() >= kMaxScanEntries) return models;
          const fs::path path = manifests / host / space / model / tag;
          FoundModel found = {short_name(host, space, model, tag), path, "ollama"};
          found.full_id = "ollama:" + (tag == "latest" ? found.id + ":latest" : found.id);
          const auto manifest = read_json(path);
          const auto blob =
              manifest.and_then([&](const json& layers) { return model_blob(blobs, layers); });
          if (blob && !*blob) continue;
          if (blob) {
            found.path = **blob;
            blobs.add_layers(*manifest, found);
          } else {
            found.error = blob.error();
          }
          models.push_back(std::move(found));
        }
      }
    }
  }
  return models;
}

}  // namespace pcai::models
