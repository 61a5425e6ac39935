#include "models/stores/lm_studio_hub.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/parameters/parameters.h"
#include "models/default_value.h"
#include "models/folder_scan.h"
#include "models/gguf/damaged.h"
#include "models/printable.h"
#include "models/stores/store_yaml.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::int64_t kMaxContext = 16 << 20;
constexpr std::size_t kMaxVirtualModels = 1000;
constexpr std::size_t kMaxBases = 64;

struct Setting {
  std::string_view theirs;
  std::string_view ours;
};
const Setting kSettings[] = {
    {"temperature", "temperature"},
    {"topKSampling", "top_k"},
    {"topPSampling", "top_p"},
    {"minPSampling", "min_p"},
    {"repeatPenalty", "repeat_penalty"},
    {"presencePenalty", "presence_penalty"},
    {"frequencyPenalty", "frequency_penalty"},
    {"maxPredictedTokens", "max_tokens"},
    {"stopStrings", "stop"},
    {"systemPrompt", "system"},
};

/// What a parameter is where its setting is not checked; null where that changes nothing.
json unchecked(std::string_view name) {
  const Parameter* const parameter = find_parameter(name);
  if (parameter == &parameter_of<&GenerateParams::max_tokens>()) return kMaxTokenCount;
  return parameter != nullptr && parameter->off ? json(*parameter->off) : json();
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (std::size_t seen = 0; !error && at != fs::directory_iterator() && seen < kMaxScanEntries;
       at.increment(error), ++seen) {
    std::error_code none;
    if (at->is_directory(none)) folders.push_back(at->path());
  }
  std::ranges::sort(folders);
  return folders;
}

/// `object[key]`; null where there is none.
const json& at(const json& object, const char* key) {
  static const json kNone;
  if (!object.is_object()) return kNone;
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

/// One folder's name and no way out of where it is put.
bool is_folder_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.size() <= 255 &&
         name.find_first_of(std::string_view("/\\:\0", 4)) == std::string_view::npos;
}

/// "user/repository" of two plain names, else nothing.
std::optional<fs::path> repository(const std::string& user, const std::string& name) {
  if (!is_folder_name(user) || !is_folder_name(name)) return std::nullopt;
  return platform::text_path(user) / platform::text_path(name);
}

std::optional<fs::path> repository(const std::string& key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string::npos) return std::nullopt;
  return repository(key.substr(0, slash), key.substr(slash + 1));
}

/// The repositories that a virtual model can be made of, in its order.
Result<std::vector<fs::path>> bases_of(const json& model) {
  std::vector<fs::path> bases;
  const auto add = [&](std::optional<fs::path> base) {
    if (base) bases.push_back(*std::move(base));
    return base.has_value();
  };
  bool is_good = true;
  const auto add_base = [&](const json& base) {
    const auto* text = base.get_ptr<const std::string*>();
    if (text == nullptr) text = at(base, "key").get_ptr<const std::string*>();
    for (const json& source : at(base, "sources")) {
      const auto* user = at(source, "user").get_ptr<const std::string*>();
      const auto* repo = at(source, "repo").get_ptr<const std::string*>();
      if (user != nullptr && repo != nullptr) is_good = add(repository(*user, *repo)) && is_good;
    }
    if (text != nullptr) is_good = add(repository(*text)) && is_good;
  };
  const json& base = at(model, "base");
  if (base.is_array()) {
    for (const json& one : base) add_base(one);
  } else {
    add_base(base);
  }
  if (!is_good) return damaged("its base model must be named as \"publisher/repository\"");
  if (bases.empty() || bases.size() > kMaxBases)
    return damaged("it names no base model, or too many");
  return bases;
}

/// The first by name that is a model of its own.
std::optional<fs::path> model_in(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return std::nullopt;
  for (fs::path& file : scan_folder(folder).files) {
    const auto summary = describe_gguf(file);
    if (summary && is_complete(summary->kind)) {
      return std::move(file);
    }
  }
  return std::nullopt;
}

std::string_view without(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

/// Says what is wrong, or that pcai has no such setting.
Status use_setting(const std::string& key, const json& field, FoundModel& model) {
  json value = field;
  const json& checked = at(field, "checked");
  const bool is_off = checked.is_boolean() && !checked.get<bool>();
  if (checked.is_boolean()) value = at(field, "value");
  if (key == "llm.load.contextLength") {
    if (is_off) return {};
    if (!value.is_number_integer() || value < 1 || value > kMaxContext) {
      return fail(ErrorCode::InvalidRequest, "it must be a number of tokens");
    }
    model.context = value.get<std::uint32_t>();
    return {};
  }
  std::string_view name = without(key, "llm.prediction.");
  if (name.size() == key.size()) name = {};
  name = without(name, "llama.");
  const auto* known = std::ranges::find(kSettings, name, &Setting::theirs);
  if (known == std::end(kSettings)) {
    return fail(ErrorCode::InvalidRequest, "pcai has no such setting");
  }
  if (is_off) value = unchecked(known->ours);
  if (is_off && value.is_null()) return {};
  std::optional<ParameterValue> given = read_default_value(value);
  if (!given) return fail(ErrorCode::InvalidRequest, "it must be a number or a text");
  return set_default(model.defaults, known->ours, *std::move(given), "it");
}

void use_settings(const json& config, FoundModel& model) {
  for (const char* part : {"load", "operation"}) {
    for (const json& field : at(at(config, part), "fields")) {
      const auto* key = at(field, "key").get_ptr<const std::string*>();
      const Status used = key == nullptr ? fail(ErrorCode::InvalidRequest, "it has no key")
                                         : use_setting(*key, at(field, "value"), model);
      if (!used) {
        model.notes.push_back("LM Studio's setting " +
                              (key == nullptr ? std::string() : printable(*key, 80)) +
                              " is not used: " + printable(used.error().message));
      }
    }
  }
}

void fill(FoundModel& model, const std::vector<fs::path>& model_folders) {
  const auto yaml = read_yaml(model.path);
  const auto bases = yaml.and_then([](const json& value) { return bases_of(value); });
  if (!bases) {
    model.error = Error{bases.error().code, printable(model.id) + ": " + bases.error().message};
    return;
  }
  use_settings(at(*yaml, "config"), model);
  for (const fs::path& base : *bases) {
    for (const fs::path& folder : model_folders) {
      if (auto file = model_in(folder / base)) {
        model.path = *std::move(file);
        return;
      }
    }
  }
  model.error =
      Error{ErrorCode::InvalidModel, printable(model.id) + ": no GGUF file of its base model " +
                                         printable_path(bases->front()) +
                                         " is on this machine; get it with LM Studio"};
}

}  // namespace

std::vector<FoundModel> list_virtual_models(const fs::path& hub,
                                            const std::vector<fs::path>& model_folders) {
  std::vector<FoundModel> models;
  for (const fs::path& publisher : folders_in(hub / "models")) {
    for (const fs::path& name : folders_in(publisher)) {
      std::error_code error;
      if (models.size() >= kMaxVirtualModels) return models;
      if (!fs::exists(name / "model.yaml", error)) continue;
      FoundModel model = {
          printable_path(publisher.filename()) + "/" + printable_path(name.filename()),
          name / "model.yaml", "lm-studio"};
      model.full_id = "lmstudio:" + model.id;
      model.is_virtual = true;
      fill(model, model_folders);
      models.push_back(std::move(model));
    }
  }
  return models;
}

}  // namespace pcai::models
