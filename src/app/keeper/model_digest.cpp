#include "app/keeper/model_digest.h"

#include <filesystem>
#include <system_error>

#include "core/parameters/parameters.h"
#include "hub/sha256.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

/// Every item with its length, so that two lists never read alike.
class Items {
 public:
  void add(const std::string& text) { text_ += std::to_string(text.size()) + ":" + text; }

  std::string digest() const {
    hub::Sha256 sum;
    sum.add(text_);
    return sum.hex();
  }

 private:
  std::string text_;
};

/// The digest in the name of a blob, else "".
std::string named_digest(const fs::path& path) {
  constexpr std::size_t kAlgorithm = 7;  // "sha256-"
  constexpr std::size_t kDigits = 64;
  const std::string name = platform::path_text(path.filename());
  const bool is_blob = name.size() == kAlgorithm + kDigits && name.starts_with("sha256") &&
                       (name[kAlgorithm - 1] == '-' || name[kAlgorithm - 1] == ':') &&
                       name.find_first_not_of("0123456789abcdef", kAlgorithm) == std::string::npos;
  return is_blob ? name.substr(kAlgorithm) : std::string();
}

void add_file(Items& items, const fs::path& path) {
  if (const std::string digest = named_digest(path); !digest.empty()) return items.add(digest);
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  items.add(platform::path_text(path));
  items.add(error ? "" : std::to_string(size));
  const auto changed = fs::last_write_time(path, error);
  items.add(error ? "" : std::to_string(changed.time_since_epoch().count()));
}

/// What is other than the file alone; false if nothing is.
bool add_settings(Items& items, const ModelSpec& spec) {
  const ModelConfig& config = spec.config;
  const ModelDefaults& defaults = spec.defaults;
  const bool is_plain = !config.chat_template && !config.projector && config.adapters.empty() &&
                        defaults.given == 0 && !defaults.system && defaults.messages.empty();
  if (is_plain) return false;
  items.add(config.chat_template.value_or(""));
  items.add(config.projector ? platform::path_text(*config.projector) : "");
  for (const AdapterConfig& adapter : config.adapters) {
    items.add("adapter");
    add_file(items, adapter.path);
    items.add(std::to_string(adapter.scale));
  }
  for (const Parameter& parameter : kParameters) {
    if (!gives(defaults, parameter)) continue;
    items.add(std::string(parameter.name));
    items.add(value_text(parameter, defaults.params));
  }
  items.add(defaults.system ? "system" : "");
  items.add(defaults.system.value_or(""));
  for (const ChatMessage& message : defaults.messages) {
    items.add(message.role == Role::User ? "user" : "assistant");
    items.add(message.content.value_or(""));
  }
  return true;
}

}  // namespace

std::string model_digest(const ModelSpec& spec) {
  Items items;
  if (spec.config.model_path.empty()) {
    items.add(spec.backend);
  } else {
    add_file(items, spec.config.model_path);
  }
  const bool has_settings = add_settings(items, spec);
  const std::string named = named_digest(spec.config.model_path);
  return has_settings || named.empty() ? items.digest() : named;
}

}  // namespace pcai::app
