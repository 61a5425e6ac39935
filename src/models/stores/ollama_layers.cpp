#include "models/stores/ollama_layers.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "core/parameters/parameters.h"
#include "core/utf8.h"
#include "models/default_value.h"
#include "models/gguf/byte_source.h"
#include "models/gguf/damaged.h"
#include "models/printable.h"
#include "platform/system.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kPrefix = "application/vnd.ollama.image.";
constexpr std::size_t kMaxParamsBytes = 64 << 10;
constexpr std::size_t kMaxTextBytes = 1 << 20;
constexpr std::size_t kMaxFirstMessages = 256;
constexpr std::int64_t kMaxContext = 16 << 20;

const std::string* text_member(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? found->get_ptr<const std::string*>()
                                                     : nullptr;
}

/// One parameter; false where Ollama has it and we do not.
Result<bool> read_param(const std::string& name, const json& value, ModelDefaults& defaults,
                        std::optional<std::uint32_t>& context) {
  const auto refuse = [&](const char* wanted) {
    return fail(ErrorCode::InvalidRequest, name + " must be " + wanted);
  };
  std::optional<ParameterValue> given = read_default_value(value);
  const auto* whole = given ? std::get_if<std::int64_t>(&*given) : nullptr;
  if (name == "num_ctx") {
    if (whole == nullptr || *whole < 1 || *whole > kMaxContext) {
      return refuse("a number of tokens");
    }
    context = static_cast<std::uint32_t>(*whole);
    return true;
  }
  const bool is_limit = name == "num_predict";
  const Parameter* const parameter = find_parameter(is_limit ? "max_tokens" : name);
  if (!is_limit && (parameter == nullptr || !parameter->faces.has(Face::Ollama))) return false;
  if (!given) return refuse("a number, a text or a list of texts");
  if (is_limit && whole != nullptr && *whole < 0) given = std::int64_t{kMaxTokenCount};
  Status status = set_default(defaults, parameter->name, *std::move(given), name);
  if (!status) return fail(status.error());
  return true;
}

}  // namespace

std::vector<std::string> layer_digests(const json& manifest, std::string_view type) {
  std::vector<std::string> digests;
  const auto layers = manifest.find("layers");
  if (layers == manifest.end() || !layers->is_array()) return digests;
  for (const json& layer : *layers) {
    const std::string* media_type = text_member(layer, "mediaType");
    if (media_type == nullptr || !media_type->starts_with(kPrefix) ||
        std::string_view(*media_type).substr(kPrefix.size()) != type) {
      continue;
    }
    const std::string* digest = text_member(layer, "digest");
    digests.push_back(digest == nullptr ? std::string() : *digest);
  }
  return digests;
}

Result<fs::path> OllamaBlobs::path(const std::string& digest) {
  if (const auto known = paths_.find(digest); known != paths_.end()) return known->second;
  constexpr std::size_t kAlgorithm = 6;  // "sha256"
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  const bool is_digest = digest.size() == kAlgorithm + 1 + 64 && digest.starts_with("sha256") &&
                         (digest[kAlgorithm] == ':' || digest[kAlgorithm] == '-') &&
                         std::all_of(digest.begin() + kAlgorithm + 1, digest.end(), is_hex);
  if (!is_digest) return damaged("its manifest has the bad digest " + in_quotes(digest));
  std::string name = digest;
  name[kAlgorithm] = '-';
  fs::path blob = folder_ / "blobs" / name;
  // As Ollama called them once, where a name may have a colon.
  std::error_code error;
  if (platform::own_system() != platform::System::Windows && !fs::exists(blob, error)) {
    name[kAlgorithm] = ':';
    if (fs::exists(folder_ / "blobs" / name, error)) blob = folder_ / "blobs" / name;
  }
  return paths_.emplace(digest, std::move(blob)).first->second;
}

void read_ollama_parameters(const std::string& text, ModelDefaults& defaults,
                            std::optional<std::uint32_t>& context,
                            std::vector<std::string>& notes) {
  const json params = json::parse(text, nullptr, false);
  if (!params.is_object()) {
    notes.emplace_back("Ollama's parameters are not a JSON object and are not used");
    return;
  }
  std::string unknown;
  for (const auto& [name, value] : params.items()) {
    const Result<bool> used = read_param(name, value, defaults, context);
    if (!used) {
      notes.push_back("Ollama's parameter " + printable(name, 80) +
                      " is not used: " + printable(used.error().message));
    } else if (!*used) {
      unknown += (unknown.empty() ? "" : ", ") + printable(name, 80);
    }
  }
  if (!unknown.empty()) {
    notes.push_back("parameters of Ollama that pcai does not have are not used: " +
                    printable(unknown));
  }
}

void OllamaBlobs::read_params(const std::string& text, Text& into) {
  read_ollama_parameters(text, into.defaults, into.context, into.notes);
}

void OllamaBlobs::read_system(const std::string& text, Text& into) {
  if (!is_valid_utf8(text)) {
    into.notes.emplace_back("Ollama's system prompt is not UTF-8 and is not used");
  } else if (!text.empty()) {
    into.defaults.system = text;
  }
}

void OllamaBlobs::read_messages(const std::string& text, Text& into) {
  const json list = json::parse(text, nullptr, false);
  std::vector<ChatMessage> messages;
  bool simple = list.is_array() && list.size() <= kMaxFirstMessages;
  for (std::size_t i = 0; simple && i < list.size(); ++i) {
    const std::string* role = text_member(list[i], "role");
    const std::string* content = text_member(list[i], "content");
    simple = role != nullptr && content != nullptr && list[i].size() == 2 &&
             (*role == "user" || *role == "assistant");
    if (!simple) break;
    messages.push_back(
        {.role = *role == "user" ? Role::User : Role::Assistant, .content = *content});
  }
  if (simple) {
    into.defaults.messages = std::move(messages);
  } else {
    into.notes.emplace_back(
        "Ollama's first messages are not used: they contain more than texts of user and assistant");
  }
}

const OllamaBlobs::Text& OllamaBlobs::read(const std::string& digest,
                                           void (*parse)(const std::string& text, Text& into),
                                           std::string_view what, std::size_t max_bytes) {
  const auto [at, is_new] = texts_.try_emplace(std::string(what) + digest);
  Text& text = at->second;
  if (!is_new) return text;
  const Result<fs::path> blob = path(digest);
  const Result<std::string> bytes =
      blob ? read_small_file(*blob, max_bytes) : Result<std::string>(fail(blob.error()));
  if (bytes) {
    parse(*bytes, text);
  } else {
    text.notes.push_back("Ollama's " + std::string(what) +
                         " cannot be read and is not used: " + bytes.error().message);
  }
  return text;
}

void OllamaBlobs::add_layers(const json& manifest, FoundModel& model) {
  const auto add = [&](const Text& text) {
    fill_defaults(model.defaults, text.defaults);
    if (!model.context) model.context = text.context;
    model.notes.insert(model.notes.end(), text.notes.begin(), text.notes.end());
  };
  for (const std::string& digest : layer_digests(manifest, "params")) {
    add(read(digest, read_params, "set of parameters", kMaxParamsBytes));
  }
  for (const std::string& digest : layer_digests(manifest, "system")) {
    add(read(digest, read_system, "system prompt", kMaxTextBytes));
  }
  for (const std::string& digest : layer_digests(manifest, "messages")) {
    add(read(digest, read_messages, "list of first messages", kMaxTextBytes));
  }
  for (const std::string& digest : layer_digests(manifest, "projector")) {
    const Result<fs::path> blob = path(digest);
    if (!blob) {
      model.notes.push_back("a projector is not used: " + blob.error().message);
    } else if (!model.projector) {
      model.projector = *blob;
    } else {
      model.notes.emplace_back("Ollama names several projectors; the first one is used");
    }
  }
  for (const std::string& digest : layer_digests(manifest, "adapter")) {
    // Without one it would be another model.
    const Result<fs::path> blob = path(digest);
    std::error_code error;
    if (blob && fs::is_regular_file(*blob, error)) {
      model.adapters.push_back(*blob);
    } else {
      model.error = Error{ErrorCode::InvalidModel,
                          printable(model.id) +
                              ": the file of the LoRA adapter that Ollama adds to this model "
                              "does not exist; pull the model again with Ollama"};
    }
  }
  if (!layer_digests(manifest, "template").empty() || !layer_digests(manifest, "prompt").empty()) {
    model.notes.emplace_back(
        "Ollama's prompt template (in Go's language) is not used; the file's own chat template is");
  }
  if (!layer_digests(manifest, "draft").empty()) {
    model.notes.emplace_back("Ollama's draft model is not used");
  }
}

}  // namespace pcai::models
