#include "models/stores/store_yaml.h"

#include <yaml.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/gguf/byte_source.h"
#include "models/gguf/damaged.h"
#include "models/printable.h"

namespace pcai::models {
namespace {

using nlohmann::json;

template <class Number>
std::optional<json> number(const std::string& text) {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return json(value);
}

json scalar(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  if (text == "null" || text == "~" || text.empty()) return nullptr;
  if (auto value = number<std::int64_t>(text)) return *value;
  // Not "inf" and "nan", which from_chars takes, too.
  const bool may_be_number = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  if (auto value = may_be_number ? number<double>(text) : std::nullopt) return *value;
  return text;
}

/// Builds the value from a parser's events, so that it never goes deeper than it may.
class Builder {
 public:
  /// False where the event is one that may not be; what() tells why.
  bool take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_SCALAR_EVENT: {
        const auto& scalar_event = event.data.scalar;
        const std::string text(reinterpret_cast<const char*>(scalar_event.value),
                               scalar_event.length);
        // A key is a text, whatever it looks like.
        const bool is_plain = scalar_event.style == YAML_PLAIN_SCALAR_STYLE && !wants_key();
        return put(scalar_event.anchor, is_plain ? scalar(text) : json(text));
      }
      case YAML_SEQUENCE_START_EVENT: return enter(event.data.sequence_start.anchor, json::array());
      case YAML_MAPPING_START_EVENT: return enter(event.data.mapping_start.anchor, json::object());
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT: return leave();
      case YAML_ALIAS_EVENT: return refuse("it has aliases");
      default: return true;
    }
  }

  json result() { return std::move(root_); }
  const char* what() const noexcept { return what_; }

 private:
  struct Open {
    json value;
    std::optional<std::string> key = {};
  };

  bool refuse(const char* what) {
    what_ = what;
    return false;
  }

  bool wants_key() const {
    return !open_.empty() && open_.back().value.is_object() && !open_.back().key;
  }

  bool enter(const yaml_char_t* anchor, json empty) {
    if (anchor != nullptr) return refuse("it has anchors");
    if (open_.size() >= kMaxYamlDepth) return refuse("it is nested too deeply");
    if (wants_key()) return refuse("it has a key that is not text");
    open_.push_back({std::move(empty)});
    return true;
  }

  bool leave() {
    json value = std::move(open_.back().value);
    open_.pop_back();
    return put(nullptr, std::move(value));
  }

  bool put(const yaml_char_t* anchor, json value) {
    if (anchor != nullptr) return refuse("it has anchors");
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Open& in = open_.back();
    if (in.value.is_array()) {
      in.value.push_back(std::move(value));
    } else if (in.key) {
      in.value[*std::exchange(in.key, std::nullopt)] = std::move(value);
    } else {
      in.key = value.get<std::string>();
      if (in.value.contains(*in.key)) return refuse("a key occurs twice");
    }
    return true;
  }

  json root_;
  std::vector<Open> open_;
  const char* what_ = "";
};

/// One after the other; frees them.
class Parser {
 public:
  explicit Parser(const std::string& text) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Parser() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// Null where the text is no YAML. Valid until the next call.
  const yaml_event_t* next() {
    yaml_event_delete(&event_);
    return yaml_parser_parse(&parser_, &event_) != 0 ? &event_ : nullptr;
  }

  std::string problem() const {
    return parser_.problem != nullptr ? parser_.problem : "it cannot be parsed";
  }

 private:
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

}  // namespace

Result<json> read_yaml(const std::filesystem::path& path) {
  const auto text = read_small_file(path, kMaxYamlBytes);
  if (!text) return fail(text.error());
  const auto refused = [&](const std::string& why) {
    return damaged(printable_path(path) + ": cannot be read as YAML: " + printable(why));
  };
  Parser parser(*text);
  Builder builder;
  while (const yaml_event_t* event = parser.next()) {
    if (event->type == YAML_DOCUMENT_END_EVENT || event->type == YAML_STREAM_END_EVENT) {
      return builder.result();
    }
    if (!builder.take(*event)) return refused(builder.what());
  }
  return refused(parser.problem());
}

}  // namespace pcai::models
