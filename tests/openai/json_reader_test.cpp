#include "api/json_reader.h"

#include <gtest/gtest.h>

namespace pcai::openai {
namespace {

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

Error error_in(const std::string& text, const api::JsonLimits& limits = {}) {
  const auto read = api::read_json(text, limits);
  return read ? Error{ErrorCode::Internal, "it was accepted"} : read.error();
}

TEST(JsonReaderTest, WhatIsValidComesBackAsItWasWithItsOrder) {
  for (const std::string text : {
           R"({"b":1,"a":[true,false,null,-3,0.25,"x"],"c":{"z":{},"y":[]}})",
           R"([])",
           R"("text")",
           R"(18446744073709551615)",
           R"(-9223372036854775808)",
           R"({"\u0000":"\u0000"})",
           "\"\xF0\x9F\x98\x80\"",
       }) {
    const auto read = api::read_json(text);
    ASSERT_TRUE(read) << text << ": " << read.error().message;
    EXPECT_EQ(api::to_text(*read), text);
  }
}

TEST(JsonReaderTest, AnObjectOfManyMembersKeepsThemAll) {
  std::string text = "{";
  for (int i = 0; i < 4096; ++i) {
    text += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":" + std::to_string(i);
  }
  text += "}";
  const auto read = api::read_json(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(api::to_text(*read), text);
}

TEST(JsonReaderTest, AByteOrderMarkIsNoError) {
  EXPECT_TRUE(api::read_json("\xEF\xBB\xBF{}"));
}

TEST(JsonReaderTest, SurrogatePairsBecomeOneCodePoint) {
  const auto read = api::read_json(R"("\ud83d\ude00")");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->get<std::string>(), "\xF0\x9F\x98\x80");
}

TEST(JsonReaderTest, WhatIsNotJsonIsRefusedWithTheByte) {
  for (const std::string text : {
           "",          " ",          "{",
           "[1,]",      "{\"a\":1,}", "{a:1}",
           "{'a':1}",   "[1 2]",      "// comment\n1",
           "/* */1",    "1 2",        "{}{}",
           "NaN",       "Infinity",   "-Infinity",
           "[nan]",     "+1",         "01",
           "1.",        ".5",         "0x10",
           "1e400",     "-1e400",     "tru",
           "\"\n\"",    "\"\x01\"",   "\"\\x\"",
           "\"\\u12\"", "\"open",     "\xEF\xBB",
       }) {
    const Error error = error_in(text);
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest) << text;
    EXPECT_NE(error.message.find("not valid JSON, at byte "), std::string::npos) << error.message;
  }
}

TEST(JsonReaderTest, InvalidUtf8IsRefused) {
  for (const std::string bytes : {
           "\x80",              // a lone continuation byte
           "\xC3",              // cut short
           "\xC0\xAF",          // overlong
           "\xE0\x80\xAF",      // overlong
           "\xED\xA0\x80",      // a surrogate written as UTF-8
           "\xF0\x80\x80\xAF",  // overlong
           "\xF4\x90\x80\x80",  // above U+10FFFF
           "\xF8\x88\x80\x80\x80",
           "\xFE",
           "\xFF",
       }) {
    EXPECT_EQ(error_in("\"" + bytes + "\"").code, ErrorCode::InvalidRequest);
    EXPECT_EQ(error_in("{\"" + bytes + "\":1}").code, ErrorCode::InvalidRequest);
    EXPECT_EQ(error_in("\"" + bytes).code, ErrorCode::InvalidRequest);
  }
}

TEST(JsonReaderTest, LoneSurrogatesAreRefused) {
  for (const std::string text : {R"("\ud800")", R"("\udc00")", R"("\ud800x")", R"("\ud800\n")",
                                 R"("\ud800\ud800")", R"("\udc00\ud800")", R"({"\ud800":1})"}) {
    EXPECT_EQ(error_in(text).code, ErrorCode::InvalidRequest) << text;
  }
}

TEST(JsonReaderTest, NothingMayFollowANulByte) {
  const std::string nul(1, '\0');
  EXPECT_EQ(error_in("{}" + nul).code, ErrorCode::InvalidRequest);
  EXPECT_EQ(error_in("{}" + nul + "garbage").code, ErrorCode::InvalidRequest);
  EXPECT_EQ(error_in("[1," + nul + "2]").code, ErrorCode::InvalidRequest);
}

TEST(JsonReaderTest, SixtyFourLevelsAreReadAndOneMoreIsNot) {
  EXPECT_TRUE(api::read_json(nested(64, "[", "]")));
  EXPECT_TRUE(api::read_json(nested(64, R"({"a":)", "}")));
  for (const std::size_t depth : {std::size_t{65}, std::size_t{100'000}}) {
    EXPECT_NE(error_in(nested(depth, "[", "]")).message.find("deeper than 64"), std::string::npos);
    EXPECT_NE(error_in(nested(depth, R"({"a":)", "}")).message.find("deeper than 64"),
              std::string::npos);
  }
  EXPECT_EQ(error_in(std::string(1'000'000, '[')).code, ErrorCode::InvalidRequest);
}

TEST(JsonReaderTest, AKeyGivenTwiceIsRefusedWithItsPath) {
  EXPECT_EQ(error_in(R"({"a":1,"b":2,"a":1})").field, "a");
  EXPECT_EQ(error_in(R"({"x":[{},{"y":{"k":1,"k":2}}]})").field, "x[1].y.k");
  EXPECT_EQ(error_in(R"({"a":1,"\u0061":1})").message, "a is given twice");
  EXPECT_TRUE(api::read_json(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST(JsonReaderTest, EachLimitHoldsAtItsEnd) {
  api::JsonLimits limits;
  limits.values = 4;
  EXPECT_TRUE(api::read_json("[1,2,3]", limits));
  EXPECT_EQ(error_in("[1,2,3,4]", limits).code, ErrorCode::InvalidRequest);
  EXPECT_EQ(error_in("[[],[],[],[]]", limits).code, ErrorCode::InvalidRequest);

  limits = {};
  limits.members = 2;
  EXPECT_TRUE(api::read_json(R"({"a":1,"b":{"a":1,"b":1}})", limits));
  EXPECT_EQ(error_in(R"({"a":1,"b":1,"c":1})", limits).field, "c");

  limits = {};
  limits.string_bytes = 3;
  EXPECT_TRUE(api::read_json(R"({"abc":"abc"})", limits));
  EXPECT_EQ(error_in(R"({"a":"abcd"})", limits).field, "a");
  EXPECT_EQ(error_in(R"({"abcd":1})", limits).code, ErrorCode::InvalidRequest);
}

TEST(JsonReaderTest, ALongStringIsReadAndNeverRepeatedInAnError) {
  const std::string megabyte(1 << 20, 'x');
  const auto read = api::read_json("\"" + megabyte + "\"");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->get_ref<const std::string&>(), megabyte);

  for (const std::string& text :
       {"\"" + megabyte, "\"" + megabyte + "\x01\"",
        "{\"" + megabyte + "\":1,\"" + megabyte + "\":1}", "{\"" + megabyte + "\":}",
        std::string(1 << 20, '9') + "e999", "[" + megabyte}) {
    const Error error = error_in(text);
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest);
    EXPECT_LT(error.message.size(), 500U);
    EXPECT_LT(error.field.size(), 500U);
  }
}

TEST(JsonReaderTest, IntegersOutOf64BitsAreNumbersAndNotWrappedAround) {
  const auto read = api::read_json("[18446744073709551616,-9223372036854775809,1e308]");
  ASSERT_TRUE(read);
  for (const api::Json& number : *read) EXPECT_TRUE(number.is_number_float());
  EXPECT_DOUBLE_EQ((*read)[0].get<double>(), 0x1p64);
}

}  // namespace
}  // namespace pcai::openai
