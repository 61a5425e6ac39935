#include "models/stores/created_store.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "models/folder_scan.h"
#include "models/gguf/byte_source.h"
#include "models/printable.h"
#include "models/stores/ollama_layers.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxRecordBytes = 8 << 20;
constexpr std::size_t kMaxFileName = 200;
constexpr std::string_view kBegin = "model-";
constexpr std::string_view kEnd = ".json";

/// A file's name on every system, also where letter case does not matter.
std::string file_name(std::string_view name) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string file(kBegin);
  for (const char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (is_plain) {
      file += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      file += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return file.append(kEnd);
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_blob(std::string_view text) {
  constexpr std::size_t kDigits = 64;
  constexpr std::string_view kAlgorithm = "sha256-";
  return text.size() == kAlgorithm.size() + kDigits && text.starts_with(kAlgorithm) &&
         text.find_first_not_of("0123456789abcdef", kAlgorithm.size()) == std::string_view::npos;
}

std::vector<ChatMessage> messages_of(const json& record) {
  std::vector<ChatMessage> messages;
  const auto list = record.find("messages");
  if (list == record.end() || !list->is_array()) return messages;
  for (const json& item : *list) {
    if (!item.is_object()) continue;
    const bool is_user = text_of(item, "role") == "user";
    messages.push_back(
        {.role = is_user ? Role::User : Role::Assistant, .content = text_of(item, "content")});
  }
  return messages;
}

std::optional<CreatedModel> read_record(const fs::path& file) {
  const auto text = read_small_file(file, kMaxRecordBytes);
  if (!text) return std::nullopt;
  const json record = json::parse(*text, nullptr, false);
  if (!record.is_object()) return std::nullopt;
  CreatedModel model = {.name = text_of(record, "name"),
                        .from = text_of(record, "from"),
                        .blob = text_of(record, "blob")};
  // The file's name tells it from those that were put here by hand, under the name of another.
  if (model.name.empty() || platform::path_text(file.filename()) != file_name(model.name) ||
      model.from.empty() != is_blob(model.blob)) {
    return std::nullopt;
  }
  if (const auto list = record.find("adapters"); list != record.end() && list->is_array()) {
    for (const json& adapter : *list) {
      if (!adapter.is_string() || !is_blob(adapter.get<std::string>())) return std::nullopt;
      model.adapters.push_back(adapter.get<std::string>());
    }
  }
  if (const auto parameters = record.find("parameters"); parameters != record.end()) {
    model.parameters = parameters->dump(-1, ' ', false, json::error_handler_t::replace);
  }
  if (record.contains("system")) model.system = text_of(record, "system");
  model.messages = messages_of(record);
  model.chat_template = text_of(record, "template");
  model.license = text_of(record, "license");
  return model;
}

json record_of(const CreatedModel& model) {
  json record = {{"name", model.name}};
  const auto add = [&record](const char* key, const std::string& text) {
    if (!text.empty()) record[key] = text;
  };
  add("from", model.from);
  add("blob", model.blob);
  if (!model.adapters.empty()) record["adapters"] = model.adapters;
  if (!model.parameters.empty()) record["parameters"] = json::parse(model.parameters);
  if (model.system) record["system"] = *model.system;
  for (const ChatMessage& message : model.messages) {
    record["messages"].push_back({{"role", message.role == Role::User ? "user" : "assistant"},
                                  {"content", message.content.value_or("")}});
  }
  add("template", model.chat_template);
  add("license", model.license);
  return record;
}

Status write_file(const fs::path& path, const std::string& text) {
  const auto failed = [&path](const std::string& why) {
    return fail(ErrorCode::Internal, printable_path(path) + " cannot be written: " + why);
  };
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return failed(error.message());
  const fs::path draft = fs::path(path) += ".new";
  {
    std::ofstream file(draft, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.flush()) return failed("the disk refuses it");
  }
  fs::rename(draft, path, error);
  return error ? failed(error.message()) : Status();
}

bool has_blob(const CreatedModel& model, const std::string& blob) {
  return model.blob == blob || std::ranges::find(model.adapters, blob) != model.adapters.end();
}

}  // namespace

std::vector<CreatedModel> CreatedStore::list() const {
  std::vector<CreatedModel> models;
  for (const fs::path& path : entries_of(records_)) {
    if (models.size() == kMaxCreatedModels) break;
    if (auto model = read_record(path)) models.push_back(*std::move(model));
  }
  std::ranges::sort(models, {}, &CreatedModel::name);
  return models;
}

std::optional<CreatedModel> CreatedStore::find(std::string_view name) const {
  return read_record(records_ / file_name(name));
}

Status CreatedStore::put(const CreatedModel& model) const {
  const std::string name = file_name(model.name);
  if (name.size() > kMaxFileName) {
    return fail(ErrorCode::InvalidRequest, "the name '" + model.name + "' is too long", "model");
  }
  if (!find(model.name) && list().size() >= kMaxCreatedModels) {
    return fail(ErrorCode::InvalidRequest,
                "there are " + std::to_string(kMaxCreatedModels) +
                    " models that were made by requests; delete one first",
                "model");
  }
  return write_file(records_ / name,
                    record_of(model).dump(2, ' ', false, json::error_handler_t::replace) + "\n");
}

Status CreatedStore::remove(const CreatedModel& model) const {
  std::error_code error;
  const fs::path path = records_ / file_name(model.name);
  if (!fs::remove(path, error)) {
    return fail(ErrorCode::Internal, printable_path(path) + " cannot be removed: " +
                                         (error ? error.message() : "it does not exist"));
  }
  std::vector<std::string> blobs = model.adapters;
  if (!model.blob.empty()) blobs.push_back(model.blob);
  const std::vector<CreatedModel> others = list();
  for (const std::string& blob : blobs) {
    const bool is_used = std::ranges::any_of(
        others, [&blob](const CreatedModel& other) { return has_blob(other, blob); });
    if (!is_used) fs::remove(blob_path(blob), error);
  }
  return {};
}

fs::path CreatedStore::blob_path(std::string_view blob) const {
  return blobs_ / blob;
}

CreatedSettings settings_of(const CreatedModel& model) {
  CreatedSettings settings;
  if (!model.parameters.empty()) {
    read_ollama_parameters(model.parameters, settings.defaults, settings.context, settings.notes);
  }
  settings.defaults.system = model.system;
  settings.defaults.messages = model.messages;
  return settings;
}

}  // namespace pcai::models
