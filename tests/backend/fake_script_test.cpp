#include "backend/fake/fake_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/recording_sink.h"
#include "core/utf8.h"

namespace pcai::backend {
namespace {

fake::FakeScript script_of(const std::string& content) {
  const Result<fake::FakePrompt> prompt = fake::read_prompt(chat_request(content), {});
  EXPECT_TRUE(prompt.has_value()) << content;
  return prompt ? prompt->script : fake::FakeScript{};
}

std::string refusal_of(const std::string& content) {
  const Result<fake::FakePrompt> prompt = fake::read_prompt(chat_request(content), {});
  return prompt ? "" : prompt.error().message;
}

std::vector<std::string> tokens_of(fake::FakeReply reply, std::size_t at_most = 1000) {
  std::vector<std::string> tokens;
  while (tokens.size() < at_most) {
    auto token = reply.next();
    if (!token) break;
    tokens.push_back(*std::move(token));
  }
  return tokens;
}

TEST(FakeScriptTest, TheAnswerRepeatsTheLastUserMessage) {
  const GenerateRequest request{.prompt = ChatPrompt{{{Role::System, "be brief"},
                                                      {Role::User, "first"},
                                                      {Role::Assistant, "reply"},
                                                      {Role::User, "second one"}}}};
  const auto prompt = fake::read_prompt(request, {});
  ASSERT_TRUE(prompt.has_value());
  EXPECT_EQ(prompt->script.reply, "You said: second one");
  EXPECT_EQ(prompt->prefixes.size(), 6U);
}

TEST(FakeScriptTest, AnImageIsAWordWhereItStands) {
  const auto media = [](MediaKind kind, const std::string& bytes, std::size_t position) {
    return Media{kind, std::make_shared<const std::string>(bytes), position};
  };
  ChatMessage message{.role = Role::User, .content = "one two"};
  message.media = {media(MediaKind::Image, "\xFF\xD8\xFF pixels", 0),
                   media(MediaKind::Image, "\xFF\xD8\xFF others", 3),
                   media(MediaKind::Audio, "fLaC", 7)};
  const auto prompt = fake::read_prompt({.prompt = ChatPrompt{{message}}}, {});
  ASSERT_TRUE(prompt.has_value());
  EXPECT_THAT(
      *prompt->script.reply,
      testing::MatchesRegex("You said: <image:JPEG:10:[0-9a-f]+> one <image:JPEG:10:[0-9a-f]+> "
                            "two <audio:FLAC:4:[0-9a-f]+>"));
  EXPECT_EQ(prompt->prefixes.size(), 5U);
}

TEST(FakeScriptTest, DirectivesAreReadAndNotRepeated) {
  const fake::FakeScript script =
      script_of("hello\nfake: delay_ms=50 prefill_ms=500 tokens=200 fail_after=3 reasoning=2\nbye");
  EXPECT_EQ(script.delay.count(), 50);
  EXPECT_EQ(script.prefill.count(), 500);
  EXPECT_EQ(script.tokens, 200U);
  EXPECT_EQ(script.fail_after, 3U);
  EXPECT_EQ(script.reasoning, 2U);
  EXPECT_EQ(script.reply, "You said: hello\nbye");
}

TEST(FakeScriptTest, CrashAndHangNeedNoNumber) {
  EXPECT_EQ(script_of("fake: crash").crash_after, 0U);
  EXPECT_EQ(script_of("fake: crash=4").crash_after, 4U);
  EXPECT_EQ(script_of("fake: hang").hang_after, 0U);
}

TEST(FakeScriptTest, ReplyAndArgumentsTakeTheRestOfTheLine) {
  EXPECT_EQ(script_of("fake: delay_ms=1 reply=all of  this").reply, "all of  this");
  const fake::FakeScript script = script_of("fake: tool=f args={\"a\": [1, 2]}");
  ASSERT_EQ(script.calls.size(), 1U);
  EXPECT_EQ(script.calls[0].tool, "f");
  EXPECT_EQ(script.calls[0].arguments, "{\"a\": [1, 2]}");
}

TEST(FakeScriptTest, RepliesAreTheLinesOfOneText) {
  EXPECT_EQ(script_of("fake: reply=one\nhello\nfake: reply=\nfake: reply= two").reply,
            "one\n\n two");
  const fake::FakeScript defaults{.reply = "by default"};
  EXPECT_EQ(fake::read_prompt(chat_request("hi\nfake: reply=one"), defaults)->script.reply, "one");
  EXPECT_EQ(fake::read_prompt(chat_request("hi"), defaults)->script.reply, "by default");
}

TEST(FakeScriptTest, UnknownKeysAndBadNumbersAreRefusedByName) {
  for (const char* word :
       {"speed=1", "delay_ms", "delay_ms=", "delay_ms=-1", "delay_ms=1x", "tokens=99999999999",
        "tokens=10000001", "crash=x", "tool=", "args={}"}) {
    EXPECT_THAT(refusal_of(std::string("fake: ") + word), testing::HasSubstr(word));
  }
}

TEST(FakeScriptTest, AToolIsCalledUntilItsResultIsThere) {
  GenerateRequest request = chat_request("fake: tokens=0 tool=weather");
  EXPECT_EQ(fake::read_prompt(request, {})->script.calls.front().tool, "weather");
  auto& messages = std::get<ChatPrompt>(request.prompt).messages;
  messages.push_back({.role = Role::Assistant, .tool_calls = {{"call_1", "weather", "{}"}}});
  messages.push_back({.role = Role::Tool, .content = "warm", .tool_call_id = "call_1"});
  messages.push_back({.role = Role::System, .content = "be brief"});
  const auto answered = fake::read_prompt(request, {});
  EXPECT_TRUE(answered->script.calls.empty());
  EXPECT_EQ(answered->script.reply, "The tool said: warm");
  EXPECT_FALSE(answered->script.tokens.has_value());
}

TEST(FakeScriptTest, ToolsAreCalledOneAfterAnotherUntilTheUserGoesOn) {
  GenerateRequest request = chat_request(
      "fake: tool=read args={\"path\": 1}\nfake: tool=write args={\"path\": 2}\nfake: tool=list");
  auto& messages = std::get<ChatPrompt>(request.prompt).messages;
  for (const auto& [tool, arguments] : std::vector<fake::FakeCall>{
           {"read", "{\"path\": 1}"}, {"write", "{\"path\": 2}"}, {"list", "{}"}}) {
    const auto next = fake::read_prompt(request, {});
    ASSERT_FALSE(next->script.calls.empty());
    EXPECT_EQ(next->script.calls.front().tool, tool);
    EXPECT_EQ(next->script.calls.front().arguments, arguments);
    messages.push_back({.role = Role::Assistant, .tool_calls = {{"call", tool, arguments}}});
    messages.push_back({.role = Role::Tool, .content = tool + " is done", .tool_call_id = "call"});
  }
  EXPECT_EQ(fake::read_prompt(request, {})->script.reply, "The tool said: list is done");
  messages.push_back({.role = Role::User, .content = "thanks"});
  EXPECT_EQ(fake::read_prompt(request, {})->script.reply, "You said: thanks");
}

TEST(FakeScriptTest, ATextPromptIsReadLikeAMessage) {
  const auto prompt = fake::read_prompt({.prompt = TextPrompt{"once upon\nfake: tokens=2"}}, {});
  ASSERT_TRUE(prompt.has_value());
  EXPECT_EQ(prompt->script.tokens, 2U);
  EXPECT_EQ(prompt->script.reply, "You said: once upon");
}

TEST(FakeScriptTest, ATokenOutsideTheVocabularyIsRefused) {
  for (const std::int32_t token : {-1, fake::kFakeVocabularySize}) {
    const auto prompt = fake::read_prompt({.prompt = TokenPrompt{{1, token}}}, {});
    ASSERT_FALSE(prompt.has_value());
    EXPECT_EQ(prompt.error().field, "prompt");
    EXPECT_THAT(prompt.error().message, testing::HasSubstr(std::to_string(token)));
  }
}

TEST(FakeScriptTest, PrefixesAreSharedWithinAScopeOnly) {
  GenerateRequest request = chat_request("a b c");
  const auto first = fake::read_prompt(request, {});
  request.cache_scope = "other";
  const auto other = fake::read_prompt(request, {});
  const auto longer = fake::read_prompt(chat_request("a b c d"), {});
  EXPECT_EQ(first->prefixes[2], longer->prefixes[2]);
  EXPECT_NE(first->prefixes[2], other->prefixes[2]);
}

TEST(FakeReplyTest, TokensAreWordsAndJoinToTheText) {
  fake::FakeScript script;
  script.reply = " lead  and\ntrail ";
  const auto tokens = tokens_of(fake::FakeReply(script, 0, false));
  EXPECT_EQ(tokens, (std::vector<std::string>{" lead", "  and", "\ntrail", " "}));
}

TEST(FakeReplyTest, LongWordsComeInChunksOfWholeCodePoints) {
  fake::FakeScript script;
  script.reply = "";
  for (int i = 0; i < 20; ++i) *script.reply += "\xE2\x82\xAC";
  std::string joined;
  const auto tokens = tokens_of(fake::FakeReply(script, 0, false));
  EXPECT_GT(tokens.size(), 1U);
  for (const std::string& token : tokens) {
    EXPECT_TRUE(is_valid_utf8(token));
    joined += token;
  }
  EXPECT_EQ(joined, script.reply);
}

TEST(FakeScriptTest, AReplyGoesOnFromTheLastWords) {
  const auto reply = [](const char* words, bool continues) {
    const auto prompt = fake::read_prompt(
        {.prompt = ChatPrompt{.messages = {{.role = Role::User, .content = "hello there"},
                                           {.role = Role::Assistant, .content = words}},
                              .continues = continues}},
        {});
    return prompt->script.reply.value_or("");
  };
  EXPECT_EQ(reply("You said: hello", true), " there");
  EXPECT_EQ(reply("You said: hello", false), "You said: hello there");
  EXPECT_EQ(reply("Something else", true), "You said: hello there");
}

TEST(FakeReplyTest, TheLengthIsExactWhetherShorterOrLonger) {
  fake::FakeScript script;
  script.reply = "one two three";
  for (const std::uint32_t length : {0U, 2U, 3U, 50U}) {
    script.tokens = length;
    EXPECT_EQ(tokens_of(fake::FakeReply(script, 0, false)).size(), length);
  }
}

TEST(FakeReplyTest, TheSeedDecidesTheFillerWords) {
  fake::FakeScript script;
  script.reply = "";
  const auto text = [&](std::uint64_t seed) {
    return tokens_of(fake::FakeReply(script, seed, true), 50);
  };
  EXPECT_EQ(text(1), text(1));
  EXPECT_NE(text(1), text(2));
}

}  // namespace
}  // namespace pcai::backend
