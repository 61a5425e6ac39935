#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "models/found_model.h"

namespace pcai::models {

/// The digests of a manifest's layers of one type, in their order.
std::vector<std::string> layer_digests(const nlohmann::json& manifest, std::string_view type);

/// Reads Ollama's parameters, a JSON object such as {"temperature": 0.5, "num_ctx": 4096}. Adds a
/// note for each that is not used.
void read_ollama_parameters(const std::string& text, ModelDefaults& defaults,
                            std::optional<std::uint32_t>& context, std::vector<std::string>& notes);

/// The blobs of an Ollama folder, and what the small ones say of a model. Many manifests name the
/// same blobs, so each is read once. Not thread-safe.
class OllamaBlobs {
 public:
  explicit OllamaBlobs(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The path of a blob, which need not exist. The digest is the only part of the path that a
  /// manifest chooses; fails with InvalidModel if it is not a digest.
  Result<std::filesystem::path> path(const std::string& digest);

  /// Adds what the manifest's layers say to the model: defaults, context, projector, adapters, and
  /// a note for each thing that is not used. If an adapter's file is missing, that is the model's
  /// error.
  void add_layers(const nlohmann::json& manifest, FoundModel& model);

 private:
  struct Text {
    ModelDefaults defaults = {};
    std::optional<std::uint32_t> context = {};
    std::vector<std::string> notes = {};
  };

  const Text& read(const std::string& digest, void (*parse)(const std::string& text, Text& into),
                   std::string_view what, std::size_t max_bytes);
  static void read_params(const std::string& text, Text& into);
  static void read_system(const std::string& text, Text& into);
  static void read_messages(const std::string& text, Text& into);

  std::filesystem::path folder_;
  std::map<std::string, std::filesystem::path, std::less<>> paths_;
  std::map<std::string, Text, std::less<>> texts_;  // by kind and digest
};

}  // namespace pcai::models
