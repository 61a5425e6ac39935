#include "backend/worker/messages.h"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstring>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "backend/worker/fields.h"
#include "platform/path_text.h"

namespace pcai::backend::worker {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxDepth = 24;
constexpr std::size_t kMaxPartsToWorker = std::size_t{16} << 20;   // a prompt of token ids is long
constexpr std::size_t kMaxPartsFromWorker = std::size_t{1} << 20;  // bounds what decoding allocates

template <class T>
concept Struct = requires(const T& value) {
  fields_of(value);
};

/// "a, b, c" -> {"a", "b", "c"}
template <std::size_t N>
constexpr std::array<std::string_view, N> split(std::string_view list) {
  std::array<std::string_view, N> names;
  for (std::string_view& name : names) {
    const std::size_t comma = std::min(list.find(", "), list.size());
    name = list.substr(0, comma);
    list.remove_prefix(std::min(comma + 2, list.size()));
  }
  return names;
}

template <class T>
constexpr std::size_t kFieldCount =
    std::tuple_size_v<decltype(fields_of(std::declval<const T&>()))>;

template <class T>
constexpr auto kFieldNames = split<kFieldCount<T>>(field_names_of(static_cast<const T*>(nullptr)));

template <>
constexpr auto kFieldNames<GenerateParams> = [] {
  std::array<std::string_view, kFieldCount<GenerateParams>> names{};
  std::ranges::transform(kParameters, names.begin(), &Parameter::name);
  std::ranges::copy(split<4>("logit_bias, grammar, adapters, prompt_logprobs"), names.end() - 4);
  return names;
}();

/// Whether an enumerator has that value. All count up from 0; the switches make the compiler
/// complain about a new one.
bool is_known(Role role) noexcept {
  switch (role) {
    case Role::System:
    case Role::User:
    case Role::Assistant:
    case Role::Tool: return true;
  }
  return false;
}

bool is_known(FinishReason reason) noexcept {
  switch (reason) {
    case FinishReason::Stop:
    case FinishReason::Length:
    case FinishReason::ToolCalls: return true;
  }
  return false;
}

bool is_known(ToolChoice choice) noexcept {
  switch (choice) {
    case ToolChoice::Auto:
    case ToolChoice::None:
    case ToolChoice::Required: return true;
  }
  return false;
}

bool is_known(GrammarKind kind) noexcept {
  switch (kind) {
    case GrammarKind::JsonSchema:
    case GrammarKind::Regex:
    case GrammarKind::Lark:
    case GrammarKind::Gbnf: return true;
  }
  return false;
}

bool is_known(MediaKind kind) noexcept {
  return kind == MediaKind::Image || kind == MediaKind::Audio;
}

bool is_known(Pooling pooling) noexcept {
  switch (pooling) {
    case Pooling::Mean:
    case Pooling::Cls:
    case Pooling::Last: return true;
  }
  return false;
}

/// to_string has such a switch, and calls what it does not know internal.
bool is_known(KernelUse use) noexcept {
  switch (use) {
    case KernelUse::Auto:
    case KernelUse::On:
    case KernelUse::Off: return true;
  }
  return false;
}

bool is_known(ErrorCode code) noexcept {
  return code == ErrorCode::Internal || to_string(code) != to_string(ErrorCode::Internal);
}

// --- packing -------------------------------------------------------------------------------------

template <class T>
requires std::is_arithmetic_v<T> json pack(T value) {
  return value;
}

template <class T>
requires std::is_enum_v<T> json pack(T value) {
  return static_cast<std::uint32_t>(value);
}

json pack(const std::string& value) {
  return value;
}

json pack(const std::shared_ptr<const std::string>& value) {
  return value ? *value : std::string();
}

json pack(const std::filesystem::path& value) {
  return platform::path_text(value);
}

json pack(std::chrono::milliseconds value) {
  return static_cast<std::int64_t>(value.count());
}

/// Parent and worker run on one machine, so the bytes are as they lie in memory.
template <class T>
json pack_bytes(const std::vector<T>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

json pack(const std::vector<float>& values) {
  return pack_bytes(values);
}

json pack(const std::vector<std::int32_t>& values) {
  return pack_bytes(values);
}

template <class T>
json pack(const std::optional<T>& value);
template <class T>
json pack(const std::vector<T>& values);
template <class... Ts>
json pack(const std::variant<Ts...>& value);

template <Struct T>
json pack(const T& value) {
  json map = json::object();
  const auto fields = fields_of(value);
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (map.emplace(kFieldNames<T>[I], pack(std::get<I>(fields))), ...);
  }
  (std::make_index_sequence<kFieldCount<T>>());
  return map;
}

template <class T>
json pack(const std::optional<T>& value) {
  return value ? pack(*value) : json(nullptr);
}

template <class T>
json pack(const std::vector<T>& values) {
  json list = json::array();
  list.get_ref<json::array_t&>().reserve(values.size());
  for (const T& value : values) list.push_back(pack(value));
  return list;
}

template <class... Ts>
json pack(const std::variant<Ts...>& value) {
  return std::visit(
      [](const auto& alternative) {
        json map = json::object();
        map.emplace(name_of(&alternative), pack(alternative));
        return map;
      },
      value);
}

template <class T>
std::string to_frame(const T& message) {
  std::string frame(kLengthBytes, '\0');
  json::to_msgpack(pack(message), frame);
  const std::size_t length = frame.size() - kLengthBytes;
  for (std::size_t i = 0; i < kLengthBytes; ++i) {
    frame[i] = static_cast<char>((length >> (8 * i)) & 0xFF);
  }
  return frame;
}

// --- unpacking -----------------------------------------------------------------------------------

bool unpack(const json& in, bool& out) {
  if (!in.is_boolean()) return false;
  out = in.get<bool>();
  return true;
}

template <std::integral T>
bool unpack(const json& in, T& out) {
  if (in.is_number_unsigned()) {
    const auto value = in.get<std::uint64_t>();
    if (!std::in_range<T>(value)) return false;
    out = static_cast<T>(value);
    return true;
  }
  if (!in.is_number_integer()) return false;
  const auto value = in.get<std::int64_t>();
  if (!std::in_range<T>(value)) return false;
  out = static_cast<T>(value);
  return true;
}

template <std::floating_point T>
bool unpack(const json& in, T& out) {
  if (!in.is_number_float()) return false;
  const auto value = in.get<double>();
  const double most = std::numeric_limits<T>::max();
  if (std::isfinite(value) && (value < -most || value > most)) return false;
  out = static_cast<T>(value);
  return true;
}

template <class T>
requires std::is_enum_v<T>
bool unpack(const json& in, T& out) {
  std::uint8_t value = 0;
  if (!unpack(in, value) || !is_known(static_cast<T>(value))) return false;
  out = static_cast<T>(value);
  return true;
}

bool unpack(const json& in, std::string& out) {
  if (!in.is_string()) return false;
  out = in.get_ref<const std::string&>();
  return true;
}

bool unpack(const json& in, std::shared_ptr<const std::string>& out) {
  if (!in.is_string()) return false;
  out = std::make_shared<const std::string>(in.get_ref<const std::string&>());
  return true;
}

bool unpack(const json& in, std::filesystem::path& out) {
  if (!in.is_string()) return false;
  out = platform::text_path(in.get_ref<const std::string&>());
  return true;
}

bool unpack(const json& in, std::chrono::milliseconds& out) {
  std::int64_t count = 0;
  if (!unpack(in, count)) return false;
  out = std::chrono::milliseconds(count);
  return true;
}

template <class T>
bool unpack_bytes(const json& in, std::vector<T>& out) {
  if (!in.is_string()) return false;
  const auto& bytes = in.get_ref<const std::string&>();
  if (bytes.size() % sizeof(T) != 0) return false;
  out.resize(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return true;
}

bool unpack(const json& in, std::vector<float>& out) {
  return unpack_bytes(in, out);
}

bool unpack(const json& in, std::vector<std::int32_t>& out) {
  return unpack_bytes(in, out);
}

template <class T>
bool unpack(const json& in, std::optional<T>& out);
template <class T>
bool unpack(const json& in, std::vector<T>& out);
template <class... Ts>
bool unpack(const json& in, std::variant<Ts...>& out);

template <Struct T>
bool unpack(const json& in, T& out) {
  if (!in.is_object() || in.size() != kFieldCount<T>) return false;
  const auto fields = fields_of(out);
  const auto unpack_field = [&in](std::string_view name, auto& field) {
    const auto found = in.find(name);
    return found != in.end() && unpack(*found, field);
  };
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (unpack_field(kFieldNames<T>[I], std::get<I>(fields)) && ...);
  }
  (std::make_index_sequence<kFieldCount<T>>());
}

template <class T>
bool unpack(const json& in, std::optional<T>& out) {
  if (in.is_null()) {
    out.reset();
    return true;
  }
  return unpack(in, out.emplace());
}

template <class T>
bool unpack(const json& in, std::vector<T>& out) {
  if (!in.is_array()) return false;
  out.clear();
  out.reserve(in.size());
  return std::ranges::all_of(in,
                             [&out](const json& item) { return unpack(item, out.emplace_back()); });
}

template <class... Ts>
bool unpack(const json& in, std::variant<Ts...>& out) {
  if (!in.is_object() || in.size() != 1) return false;
  const auto item = in.begin();
  const auto unpack_as = [&]<class T>(const T* type) {
    return item.key() == name_of(type) && unpack(item.value(), out.template emplace<T>());
  };
  return (unpack_as(static_cast<const Ts*>(nullptr)) || ...);
}

/// Counts before anything is built: the library's reader calls itself for each level, so a message
/// that only nests would overflow the stack.
class Bounds final : public json::json_sax_t {
 public:
  explicit Bounds(std::size_t max_parts) : parts_left_(max_parts) {}

  bool null() override { return take(); }
  bool boolean(bool) override { return take(); }
  bool number_integer(number_integer_t) override { return take(); }
  bool number_unsigned(number_unsigned_t) override { return take(); }
  bool number_float(number_float_t, const string_t&) override { return take(); }
  bool string(string_t&) override { return take(); }
  bool binary(binary_t&) override { return false; }
  bool key(string_t&) override { return take(); }
  bool start_object(std::size_t) override { return ++depth_ <= kMaxDepth && take(); }
  bool start_array(std::size_t) override { return ++depth_ <= kMaxDepth && take(); }
  bool end_object() override { return leave(); }
  bool end_array() override { return leave(); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override {
    return false;
  }

 private:
  bool take() { return parts_left_-- > 0; }
  bool leave() {
    --depth_;
    return true;
  }

  std::size_t parts_left_;
  std::size_t depth_ = 0;
};

template <class T>
std::optional<T> from_payload(std::string_view payload, std::size_t max_parts) {
  Bounds bounds(max_parts);
  if (!json::sax_parse(payload.begin(), payload.end(), &bounds, json::input_format_t::msgpack)) {
    return std::nullopt;
  }
  const json tree = json::from_msgpack(payload.begin(), payload.end(), true, false);
  T message;
  if (tree.is_discarded() || !unpack(tree, message)) return std::nullopt;
  return message;
}

}  // namespace

std::string encode(const ToWorker& message) {
  return to_frame(message);
}

std::string encode(const FromWorker& message) {
  return to_frame(message);
}

std::optional<ToWorker> decode_to_worker(std::string_view payload) {
  return from_payload<ToWorker>(payload, kMaxPartsToWorker);
}

std::optional<FromWorker> decode_from_worker(std::string_view payload) {
  return from_payload<FromWorker>(payload, kMaxPartsFromWorker);
}

}  // namespace pcai::backend::worker
