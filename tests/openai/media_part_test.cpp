#include "api/fields/media_part.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/base64.h"
#include "bodies.h"
#include "openai/responses/responses_request.h"

namespace pcai::openai {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kPng = std::string("\x89PNG\r\n\x1A\n", 8) + "and so on";
const std::string kWav = std::string("RIFF\x24\x00\x00\x00WAVE", 12) + "fmt ";

std::string base64(std::string_view bytes) {
  std::string text;
  api::append_base64(text, bytes);
  return text;
}

std::string png_url(const std::string& type = "image/png") {
  return "data:" + type + ";base64," + base64(kPng);
}

std::string image(const std::string& url) {
  return R"({"type":"image_url","image_url":{"url":")" + url + R"("}})";
}

std::string audio(const std::string& data, const std::string& format = "wav") {
  return R"({"type":"input_audio","input_audio":{"data":")" + data + R"(","format":")" + format +
         R"("}})";
}

std::string user(const std::string& parts) {
  return body_of_messages(R"([{"role":"user","content":[)" + parts + "]}]");
}

ChatCompletionRequest parsed(const std::string& body) {
  auto request = parse_chat_request(body);
  EXPECT_TRUE(request) << request.error().message;
  return request ? *std::move(request) : ChatCompletionRequest{};
}

ChatMessage message_of(const std::string& parts) {
  const auto request = parsed(user(parts));
  const auto& messages = std::get<ChatPrompt>(request.generate.prompt).messages;
  return messages.empty() ? ChatMessage{} : messages[0];
}

Error refused(const std::string& parts) {
  const auto request = parse_chat_request(user(parts));
  EXPECT_FALSE(request) << parts;
  return request ? Error{} : request.error();
}

TEST(Base64Test, WhatIsWrittenIsReadAgain) {
  std::string bytes;
  for (int length = 0; length < 70; ++length) {
    EXPECT_EQ(api::decode_base64(base64(bytes)), bytes) << length;
    bytes += static_cast<char>(length * 37);
  }
}

TEST(Base64Test, LineBreaksTheUrlsLettersAndNoPaddingAreRead) {
  EXPECT_EQ(api::decode_base64("TWFu\r\nTWFu\n"), "ManMan");
  EXPECT_EQ(api::decode_base64("-_8"), "\xFB\xFF");
  EXPECT_EQ(api::decode_base64("TQ"), "M");
  EXPECT_EQ(api::decode_base64("TQ== "), "M");
}

TEST(Base64Test, NothingElseIsRead) {
  for (const char* text :
       {"A", "AA==AAAA", "A===", "====", "AA=A", "AB==", "AAB=", "AAAAA===", "AA.A", "AA=\nA"}) {
    EXPECT_FALSE(api::decode_base64(text)) << text;
  }
}

TEST(MediaPartTest, PicturesStandWhereTheyStoodBetweenTheTexts) {
  const std::string text = R"({"type":"text","text":"ab"})";
  const auto message = message_of(text + "," + image(png_url()) + "," + text + "," + text + "," +
                                  audio(base64(kWav)));
  EXPECT_EQ(message.content, "abab\nab");
  ASSERT_EQ(message.media.size(), 2U);
  EXPECT_EQ(message.media[0].kind, MediaKind::Image);
  EXPECT_EQ(*message.media[0].bytes, kPng);
  EXPECT_EQ(message.media[0].position, 2U);
  EXPECT_EQ(message.media[1].kind, MediaKind::Audio);
  EXPECT_EQ(*message.media[1].bytes, kWav);
  EXPECT_EQ(message.media[1].position, 7U);
}

TEST(MediaPartTest, APictureNeedsNoText) {
  const auto message = message_of(image(png_url()));
  EXPECT_EQ(message.content, "");
  EXPECT_EQ(message.media.at(0).position, 0U);
}

TEST(MediaPartTest, ABareUrlIsOneToo) {
  EXPECT_EQ(
      *message_of(R"({"type":"image_url","image_url":")" + png_url() + R"("})").media.at(0).bytes,
      kPng);
}

TEST(MediaPartTest, AnyTypeOfImageMayHoldAnyKnownImage) {
  EXPECT_EQ(message_of(image(png_url("image/jpeg"))).media.size(), 1U);
}

TEST(MediaPartTest, LinksStayLinks) {
  const auto message = message_of(image("https://example.org/a.png?b=c"));
  ASSERT_EQ(message.media.size(), 1U);
  EXPECT_TRUE(api::is_link(message.media[0]));
  EXPECT_FALSE(api::is_link(message_of(image(png_url())).media.at(0)));
}

TEST(MediaPartTest, WhatIsNoPictureIsRefusedWithItsPlace) {
  const std::string field = "messages[0].content[0].image_url.url";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"ftp://a/b", "data URL"},
      {"data:image/png,abc", "base64"},
      {"data:image/png;base64;x=y," + base64(kPng), "base64"},
      {"data:text/plain;base64," + base64(kPng), "image/"},
      {"data:audio/wav;base64," + base64(kWav), "image/"},
      {"data:image/;base64," + base64(kPng), "image/"},
      {"data:image/png;base64,A", "base64"},
      {"data:image/png;base64,", "holds no image"},
      {"data:image/png;base64,AAAA", "holds no image"},
      {"data:image/png;base64," + base64(kWav), "WAV"},
      {"http://a b", "spaces"},
      {"http://" + std::string(3000, 'a'), "2048"},
  };
  for (const auto& [url, reason] : cases) {
    const Error error = refused(image(url));
    EXPECT_EQ(error.code, ErrorCode::InvalidRequest) << url;
    EXPECT_EQ(error.field, field) << url;
    EXPECT_THAT(error.message, HasSubstr(reason)) << url;
  }
  EXPECT_EQ(refused(audio(base64(kPng))).field, "messages[0].content[0].input_audio.data");
  EXPECT_THAT(refused(audio(base64(kWav), "mp3")).message, HasSubstr("MP3"));
  EXPECT_EQ(refused(audio(base64(kWav), "ogg")).field, "messages[0].content[0].input_audio.format");
}

TEST(MediaPartTest, Base64MayHaveLineBreaksTheAlphabetOfUrlsAndNoPadding) {
  const std::string bytes = std::string(kPng) + "\xFB\xEF\xBE\xFF\xFE";
  std::string text = base64(bytes);
  for (const bool padded : {true, false}) {
    std::string one = text;
    while (!padded && one.back() == '=') one.pop_back();
    for (char& c : one) c = c == '+' ? '-' : c == '/' ? '_' : c;
    one.insert(8, "\\r\\n");  // as JSON has it
    one.insert(4, " ");
    const auto message = message_of(image("data:image/png;base64," + one));
    ASSERT_EQ(message.media.size(), 1U);
    EXPECT_EQ(*message.media[0].bytes, bytes);
  }
}

TEST(MediaPartTest, TheDetailIsAcceptedWithoutEffect) {
  const auto detail = [](const std::string& value) {
    return R"({"type":"image_url","image_url":{"url":")" + png_url() + R"(","detail":")" + value +
           R"("}})";
  };
  EXPECT_TRUE(parsed(user(detail("auto"))).warnings.empty());
  EXPECT_THAT(parsed(user(detail("high"))).warnings.lines(),
              ElementsAre("messages[0].content[0].image_url.detail has no effect here"));
  EXPECT_EQ(refused(detail("huge")).field, "messages[0].content[0].image_url.detail");
}

TEST(MediaPartTest, OnlyTheUserShowsPictures) {
  for (const char* role : {"system", "developer"}) {
    const auto request = parse_chat_request(body_of_messages(
        R"([{"role":")" + std::string(role) + R"(","content":[)" + image(png_url()) + "]}]"));
    ASSERT_FALSE(request) << role;
    EXPECT_EQ(request.error().field, "messages[0].content[0]");
  }
}

TEST(MediaPartTest, ResponsesHaveTheirOwnWords) {
  const std::string part =
      R"({"type":"input_image","detail":"auto","image_url":")" + png_url() + R"("})";
  const auto request = parse_responses_request(R"({"input":[{"role":"user","content":[)" + part +
                                               R"(,{"type":"input_text","text":"a"}]}]})");
  ASSERT_TRUE(request) << request.error().message;
  const ChatMessage& message = std::get<ChatPrompt>(request->generate.prompt).messages.at(0);
  EXPECT_EQ(message.content, "a");
  EXPECT_EQ(*message.media.at(0).bytes, kPng);
  const auto answer = parse_responses_request(
      R"({"input":[{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
                   {"type":"function_call_output","call_id":"c","output":[)" +
      part + "]}]}");
  ASSERT_TRUE(answer) << answer.error().message;
  const auto& messages = std::get<ChatPrompt>(answer->generate.prompt).messages;
  ASSERT_EQ(messages.size(), 3U);
  EXPECT_EQ(messages[1].content, "[image]");
  EXPECT_EQ(messages[2].role, Role::User);
  EXPECT_EQ(*messages[2].media.at(0).bytes, kPng);
}

}  // namespace
}  // namespace pcai::openai
