#include "api/json_reader.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace pcai::api {
namespace {

/// Builds the tree from nlohmann's SAX events and stops at the first thing that is not allowed.
class TreeBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit TreeBuilder(const JsonLimits& limits) : limits_(limits) {}

  Json root;
  std::optional<Error> error;

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool binary(Json::binary_t&) override { return refuse("must not hold binary data"); }

  bool string(std::string& value) override { return fits(value) && add(Json(std::move(value))); }

  bool key(std::string& name) override {
    if (!fits(name)) return false;
    Frame& object = stack_.back();
    object.key = std::move(name);
    if (object.members.size() < limits_.members) return true;
    return refuse("is a member too many: an object may have " + std::to_string(limits_.members));
  }

  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }

  bool end_object() override {
    std::vector<Member>& members = stack_.back().members;
    if (const std::string* twice = repeated(members)) {
      stack_.back().key = *twice;
      return refuse("is given twice");
    }
    // An ordered object that grows copies what it holds, children and all; hence the reserve.
    Json::object_t object;
    object.reserve(members.size());
    for (Member& member : members) {
      object.emplace_back(std::move(member.first), std::move(member.second));
    }
    stack_.pop_back();
    return add(std::move(object));
  }

  bool end_array() override {
    Json::array_t items = std::move(stack_.back().items);
    stack_.pop_back();
    return add(std::move(items));
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& reason) override {
    // what() repeats the last token, which may be the whole body.
    std::string_view text = reason.what();
    text = text.substr(0, text.find("; last read"));
    if (const auto column = text.find(", column "); column != text.npos) {
      text = text.substr(std::min(text.size(), text.find(": ", column) + 2));
    }
    constexpr int kNumberOverflow = 406;
    error =
        Error{ErrorCode::InvalidRequest,
              "the body is not valid JSON, at byte " + std::to_string(position) + ": " +
                  (reason.id == kNumberOverflow ? "the number is too large" : std::string(text)),
              path()};
    return false;
  }

 private:
  using Member = std::pair<std::string, Json>;

  struct Frame {
    bool is_object;
    std::vector<Member> members;  // of an object
    std::string key;              // of the member being read
    Json::array_t items;          // of an array
  };

  bool open(bool is_object) {
    if (stack_.size() >= limits_.depth) {
      return refuse("is nested deeper than " + std::to_string(limits_.depth) + " levels");
    }
    stack_.push_back(Frame{is_object, {}, {}, {}});
    return true;
  }

  bool add(Json value) {
    if (++values_ > limits_.values) {
      return refuse("is one value too many: a body may hold " + std::to_string(limits_.values));
    }
    if (stack_.empty()) {
      root = std::move(value);
    } else if (Frame& top = stack_.back(); top.is_object) {
      top.members.emplace_back(std::move(top.key), std::move(value));
    } else {
      top.items.push_back(std::move(value));
    }
    return true;
  }

  bool fits(const std::string& text) {
    if (text.size() <= limits_.string_bytes) return true;
    return refuse("has a string of over " + std::to_string(limits_.string_bytes) + " bytes");
  }

  bool refuse(const std::string& what) {
    std::string where = path();
    error =
        Error{ErrorCode::InvalidRequest, (where.empty() ? "the body" : where) + " " + what, where};
    return false;
  }

  /// The place of the value being read, cut where it gets long.
  std::string path() const {
    constexpr std::size_t kMax = 128;
    std::string path;
    for (const Frame& frame : stack_) {
      if (path.size() > kMax) return path + "…";
      if (!frame.is_object) {
        path += "[" + std::to_string(frame.items.size()) + "]";
      } else if (frame.key.size() > kMax) {
        return path + "…";
      } else if (!frame.key.empty()) {
        path += (path.empty() ? "" : ".") + frame.key;
      }
    }
    return path;
  }

  static const std::string* repeated(const std::vector<Member>& members) {
    std::vector<const std::string*> keys;
    keys.reserve(members.size());
    for (const Member& member : members) keys.push_back(&member.first);
    std::sort(keys.begin(), keys.end(), [](auto* a, auto* b) { return *a < *b; });
    const auto twice =
        std::adjacent_find(keys.begin(), keys.end(), [](auto* a, auto* b) { return *a == *b; });
    return twice == keys.end() ? nullptr : *twice;
  }

  JsonLimits limits_;
  std::vector<Frame> stack_;
  std::size_t values_ = 0;
};

}  // namespace

Result<Json> read_json(std::string_view text, const JsonLimits& limits) {
  // nlohmann's lexer takes a NUL byte for the end of the text and would ignore what follows.
  if (const auto nul = text.find('\0'); nul != text.npos) {
    return fail(ErrorCode::InvalidRequest, "the body is not valid JSON, at byte " +
                                               std::to_string(nul + 1) +
                                               ": a NUL byte; send UTF-8");
  }
  TreeBuilder builder(limits);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) return fail(*std::move(builder.error));
  return std::move(builder.root);
}

}  // namespace pcai::api
