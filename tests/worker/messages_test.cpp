#include "backend/worker/messages.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "backend/worker/fields.h"
#include "worker/worker_fixture.h"

namespace pcai::backend::worker {
namespace {

using nlohmann::json;

// --- random values and their equality, by the same lists of fields -------------------------------

using Random = std::mt19937_64;

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsVariant : std::false_type {};
template <class... Ts>
struct IsVariant<std::variant<Ts...>> : std::true_type {};

void fill(Random& random, ErrorCode& value) {
  value = static_cast<ErrorCode>(random() % (static_cast<unsigned>(ErrorCode::Internal) + 1));
}
void fill(Random& random, Role& value) {
  value = static_cast<Role>(random() % 4);
}
void fill(Random& random, FinishReason& value) {
  value = static_cast<FinishReason>(random() % 3);
}

void fill(Random& random, ToolChoice& value) {
  value = static_cast<ToolChoice>(random() % 3);
}
void fill(Random& random, GrammarKind& value) {
  value = static_cast<GrammarKind>(random() % 3);
}

void fill(Random& random, MediaKind& value) {
  value = static_cast<MediaKind>(random() % 2);
}

void fill(Random& random, Pooling& value) {
  value = static_cast<Pooling>(random() % 3);
}

void fill(Random& random, KernelUse& value) {
  value = static_cast<KernelUse>(random() % 3);
}

void fill(Random& random, std::string& value) {
  value.resize(random() % 12);
  for (char& c : value) c = static_cast<char>(random());
}

void fill(Random& random, std::shared_ptr<const std::string>& value) {
  std::string bytes;
  fill(random, bytes);
  value = std::make_shared<const std::string>(std::move(bytes));
}

template <class T>
void fill(Random& random, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    value = random() % 2 == 1;
  } else if constexpr (std::is_integral_v<T>) {
    constexpr std::array kEdges = {std::numeric_limits<T>::min(), std::numeric_limits<T>::max(),
                                   T{0}, T{127}, T{128}};
    value = random() % 4 == 0 ? kEdges[random() % kEdges.size()] : static_cast<T>(random());
  } else if constexpr (std::is_floating_point_v<T>) {
    constexpr std::array kEdges = {std::numeric_limits<T>::lowest(),
                                   std::numeric_limits<T>::max(),
                                   std::numeric_limits<T>::denorm_min(),
                                   -std::numeric_limits<T>::infinity(),
                                   T{0},
                                   T{1}};
    value = random() % 4 == 0 ? kEdges[random() % kEdges.size()]
                              : std::normal_distribution<T>(0, 1000)(random);
  } else if constexpr (std::is_same_v<T, std::filesystem::path>) {
    std::string text;
    fill(random, text);
    value = text;
  } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
    value = std::chrono::milliseconds(static_cast<std::int64_t>(random()));
  } else if constexpr (IsOptional<T>::value) {
    value.reset();
    if (random() % 2 == 0) fill(random, value.emplace());
  } else if constexpr (IsVector<T>::value) {
    value.resize(random() % 4);
    for (auto& item : value) fill(random, item);
  } else if constexpr (IsVariant<T>::value) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      const std::size_t chosen = random() % sizeof...(I);
      ((I == chosen ? fill(random, value.template emplace<I>()) : void()), ...);
    }
    (std::make_index_sequence<std::variant_size_v<T>>());
  } else {
    std::apply([&](auto&... fields) { (fill(random, fields), ...); }, fields_of(value));
  }
}

template <class T>
bool same(const T& a, const T& b) {
  if constexpr (IsOptional<T>::value) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b));
  } else if constexpr (IsVector<T>::value) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return same(x, y); });
  } else if constexpr (IsVariant<T>::value) {
    return a.index() == b.index() && std::visit(
                                         [&b](const auto& x) {
                                           using A = std::decay_t<decltype(x)>;
                                           return same(x, std::get<A>(b));
                                         },
                                         a);
  } else if constexpr (std::is_same_v<T, std::shared_ptr<const std::string>>) {
    return *a == *b;
  } else if constexpr (requires { fields_of(a); }) {
    const auto x = fields_of(a);
    const auto y = fields_of(b);
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return (same(std::get<I>(x), std::get<I>(y)) && ...);
    }
    (std::make_index_sequence<std::tuple_size_v<decltype(x)>>());
  } else {
    return a == b;
  }
}

std::string_view payload_of(const std::string& frame) {
  return std::string_view(frame).substr(kLengthBytes);
}

template <class T>
std::optional<T> decode(std::string_view payload) {
  if constexpr (std::is_same_v<T, ToWorker>) return decode_to_worker(payload);
  if constexpr (std::is_same_v<T, FromWorker>) return decode_from_worker(payload);
}

template <class T>
class MessagesTest : public testing::Test {};
using Directions = testing::Types<ToWorker, FromWorker>;
TYPED_TEST_SUITE(MessagesTest, Directions);

TYPED_TEST(MessagesTest, EveryFieldOfEveryTypeComesBack) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 5000; ++i) {
    TypeParam message;
    fill(random, message);
    const std::string frame = encode(message);
    const auto back = decode<TypeParam>(payload_of(frame));
    ASSERT_TRUE(back.has_value()) << "message " << i;
    ASSERT_TRUE(same(message, *back)) << "message " << i;
  }
}

TYPED_TEST(MessagesTest, TheFrameBeginsWithItsLengthInLittleEndian) {
  TypeParam message;
  const std::string frame = encode(message);
  std::size_t length = 0;
  for (int i = 3; i >= 0; --i) length = length << 8 | static_cast<unsigned char>(frame[i]);
  EXPECT_EQ(length, frame.size() - 4);
}

TYPED_TEST(MessagesTest, AMessageThatIsCutOrFollowedByMoreIsRefused) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  for (int i = 0; i < 20; ++i) {
    TypeParam message;
    fill(random, message);
    const std::string frame = encode(message);
    const std::string_view payload = payload_of(frame);
    for (std::size_t size = 0; size < payload.size(); ++size) {
      ASSERT_FALSE(decode<TypeParam>(payload.substr(0, size)).has_value());
    }
    ASSERT_FALSE(decode<TypeParam>(std::string(payload) + '\0').has_value());
  }
}

TYPED_TEST(MessagesTest, DamagedBytesGiveAMessageOrNothing) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("seed " + std::to_string(seed));
  Random random(seed);
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    TypeParam message;
    fill(random, message);
    std::string payload(payload_of(encode(message)));
    for (std::uint64_t damages = 1 + random() % 3; damages > 0; --damages) {
      payload[random() % payload.size()] = static_cast<char>(random());
    }
    if (!decode<TypeParam>(payload)) ++refused;
  }
  EXPECT_GT(refused, 0);
}

std::string pack(const json& value) {
  const std::vector<std::uint8_t> bytes = json::to_msgpack(value);
  return {bytes.begin(), bytes.end()};
}

json valid_refusal() {
  return {{"RequestRefused",
           {{"id", 7}, {"error", {{"code", 0}, {"message", "no"}, {"field", "stop"}}}}}};
}

TEST(MessageChecksTest, TheMessageThatTheOtherChecksDamageIsValid) {
  const auto message = decode_from_worker(pack(valid_refusal()));
  ASSERT_TRUE(message.has_value());
  const auto& refused = std::get<RequestRefused>(*message);
  EXPECT_EQ(refused.id, 7U);
  EXPECT_EQ(refused.error.field, "stop");
}

TEST(MessageChecksTest, AFieldThatIsMissingUnknownOrOfAnotherTypeIsRefused) {
  const std::vector<std::pair<const char*, json>> damages = {
      {"/RequestRefused/id", "seven"},      {"/RequestRefused/id", -1},
      {"/RequestRefused/id", 7.0},          {"/RequestRefused/id", nullptr},
      {"/RequestRefused/more", 1},          {"/RequestRefused/error", json::array()},
      {"/RequestRefused/error/code", 17},  // the number of codes
      {"/RequestRefused/error/code", 256},  {"/RequestRefused/error/code", true},
      {"/RequestRefused/error/message", 5}, {"/RequestTaken", {{"id", 7}}},  // two messages in one
  };
  for (const auto& [where, value] : damages) {
    json damaged = valid_refusal();
    damaged[json::json_pointer(where)] = value;
    EXPECT_FALSE(decode_from_worker(pack(damaged)).has_value()) << where << " = " << value;
  }
  json missing = valid_refusal();
  missing["RequestRefused"]["error"].erase("field");
  EXPECT_FALSE(decode_from_worker(pack(missing)).has_value());
  EXPECT_FALSE(decode_from_worker(pack({{"Unheard", json::object()}})).has_value());
  EXPECT_FALSE(decode_from_worker(pack(json::object())).has_value());
  EXPECT_FALSE(decode_to_worker(pack(valid_refusal())).has_value());
}

TEST(MessageChecksTest, ANumberOutOfItsTypesRangeIsRefused) {
  const auto with_index = [](const json& index) {
    return pack({{"RequestEvent",
                  {{"id", 1},
                   {"event",
                    {{"ToolCallDelta",
                      {{"index", index}, {"id", ""}, {"name", ""}, {"arguments", ""}}}}}}}});
  };
  EXPECT_TRUE(decode_from_worker(with_index(UINT32_MAX)).has_value());
  EXPECT_FALSE(decode_from_worker(with_index(std::uint64_t{UINT32_MAX} + 1)).has_value());
  const auto with_fraction = [](double fraction) {
    return pack({{"LoadProgressed", {{"fraction", fraction}}}});
  };
  EXPECT_TRUE(decode_from_worker(with_fraction(0.5)).has_value());
  EXPECT_FALSE(decode_from_worker(with_fraction(1e300)).has_value());
}

TEST(MessageChecksTest, AMessageThatOnlyNestsDoesNotOverflowTheStack) {
  const std::string arrays(kMaxFromWorker, '\x91');
  EXPECT_FALSE(decode_from_worker(arrays).has_value());
  std::string maps;
  while (maps.size() < kMaxFromWorker) maps += "\x81\xA1x";
  EXPECT_FALSE(decode_from_worker(maps).has_value());
}

TEST(MessageChecksTest, AMessageOfVeryManyPartsIsRefusedBeforeItIsBuilt) {
  std::string nils = "\xDD";  // an array with a 32-bit length
  nils += std::string("\x00\xFF\xFF\xF0", 4);
  nils.append(kMaxFromWorker - nils.size(), '\xC0');
  EXPECT_FALSE(decode_from_worker(nils).has_value());
}

}  // namespace
}  // namespace pcai::backend::worker
