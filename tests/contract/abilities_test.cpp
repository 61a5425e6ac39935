#include <cmath>
#include <future>
#include <numeric>

#include "backend/embedder.h"
#include "backend/token_codec.h"
#include "contract/contract_fixture.h"

namespace pcai::backend {
namespace {

constexpr const char* kText = "The quick brown fox jumps over the lazy dog.";

float dot(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

std::stop_token stopped() {
  std::stop_source source;
  source.request_stop();
  return source.get_token();
}

EmbedRequest embed_request(std::vector<EmbedInput> inputs) {
  // A chat model has no pooling of its own.
  return {.inputs = std::move(inputs), .pooling = Pooling::Mean};
}

class EmbedderContractTest : public BackendContractTest {
 protected:
  void SetUp() override {
    BackendContractTest::SetUp();
    if (IsSkipped()) return;
    if (model().embedder() == nullptr) GTEST_SKIP() << "embeds nothing";
  }

  std::vector<Embedding> embed(EmbedRequest request) {
    auto embeddings = model().embedder()->embed(request, {});
    if (embeddings) return *embeddings;
    ADD_FAILURE() << embeddings.error().message;
    return {};
  }

  Error embed_error(const EmbedRequest& request, std::stop_token stop = {}) {
    const auto embeddings = model().embedder()->embed(request, stop);
    if (!embeddings) return embeddings.error();
    ADD_FAILURE() << "was not refused";
    return {};
  }
};

TEST_P(EmbedderContractTest, VectorsHaveOneSizeAndLengthOne) {
  const auto embeddings = embed(embed_request({TextPrompt{kText}, TextPrompt{"hello"}}));
  ASSERT_EQ(embeddings.size(), 2U);
  EXPECT_EQ(embeddings[0].values.size(), embeddings[1].values.size());
  for (const Embedding& embedding : embeddings) {
    EXPECT_NEAR(dot(embedding.values, embedding.values), 1, 1e-3);
    EXPECT_GT(embedding.tokens, 0U);
  }
  EXPECT_GT(embeddings[0].tokens, embeddings[1].tokens);
}

TEST_P(EmbedderContractTest, OrderIsKeptWhateverTheLengths) {
  std::vector<EmbedInput> inputs;
  std::string text;
  for (int i = 0; i < 12; ++i) {
    text = i % 3 == 0 ? "number" : text;
    text += " " + std::to_string(i * 7);
    inputs.emplace_back(TextPrompt{text});
  }
  const auto together = embed(embed_request(inputs));
  ASSERT_EQ(together.size(), inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    SCOPED_TRACE(i);
    const auto alone = embed(embed_request({inputs[i]}));
    ASSERT_EQ(alone.size(), 1U);
    EXPECT_GT(dot(alone[0].values, together[i].values), 0.99F);
    EXPECT_EQ(alone[0].tokens, together[i].tokens);
  }
}

TEST_P(EmbedderContractTest, ManyInputsComeBackWhole) {
  std::vector<EmbedInput> inputs(150, TextPrompt{"the same"});
  inputs.back() = TextPrompt{"something else"};
  const auto embeddings = embed(embed_request(inputs));
  ASSERT_EQ(embeddings.size(), inputs.size());
  EXPECT_GT(dot(embeddings[0].values, embeddings[148].values), 0.99F);
  EXPECT_LT(dot(embeddings[0].values, embeddings[149].values), 0.999F);
}

TEST_P(EmbedderContractTest, TokensAreInputsToo) {
  const auto embeddings = embed(embed_request({TokenPrompt{{1, 2, 3, 4}}, TextPrompt{kText}}));
  ASSERT_EQ(embeddings.size(), 2U);
  EXPECT_EQ(embeddings[0].tokens, 4U);
}

TEST_P(EmbedderContractTest, EachPoolingGivesItsOwnVector) {
  EmbedRequest request = embed_request({TextPrompt{kText}});
  const auto mean = embed(request);
  request.pooling = Pooling::Last;
  const auto last = embed(request);
  ASSERT_EQ(mean.size(), 1U);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_LT(dot(mean[0].values, last[0].values), 0.999F);
}

TEST_P(EmbedderContractTest, WhatNoModelCanEmbedIsRefusedByName) {
  EXPECT_EQ(embed_error(embed_request({})).field, "inputs");
  EXPECT_EQ(embed_error(embed_request({TextPrompt{kText}, TextPrompt{""}})).field, "inputs[1]");
  EXPECT_EQ(embed_error(embed_request({TextPrompt{"\xFF"}})).field, "inputs[0]");
  EXPECT_EQ(embed_error(embed_request({TokenPrompt{{}}})).field, "inputs[0]");
  EXPECT_EQ(embed_error(embed_request({TokenPrompt{{INT32_MAX}}})).code, ErrorCode::InvalidRequest);
  EXPECT_EQ(embed_error(embed_request({TokenPrompt{{-1}}})).code, ErrorCode::InvalidRequest);
}

TEST_P(EmbedderContractTest, TooLongAnInputIsAnOverflow) {
  const TokenPrompt too_long{std::vector<std::int32_t>(model().info().context_length + 1, 5)};
  const Error error = embed_error(embed_request({TextPrompt{kText}, too_long}));
  EXPECT_EQ(error.code, ErrorCode::ContextOverflow);
  EXPECT_EQ(error.field, "inputs[1]");
}

TEST_P(EmbedderContractTest, TooLongAnInputIsCutIfTheRequestAllowsIt) {
  const std::uint32_t most = model().info().context_length;
  std::string text;
  for (std::uint32_t i = 0; i <= most; ++i) text += "cut ";
  EmbedRequest request = embed_request(
      {TextPrompt{kText}, TextPrompt{text}, TokenPrompt{std::vector<std::int32_t>(most + 1, 5)}});
  request.truncate = true;
  const auto embeddings = embed(request);
  ASSERT_EQ(embeddings.size(), 3U);
  EXPECT_FALSE(embeddings[0].truncated);
  for (const std::size_t i : {1U, 2U}) {
    EXPECT_TRUE(embeddings[i].truncated) << i;
    EXPECT_LE(embeddings[i].tokens, most) << i;
    EXPECT_NEAR(dot(embeddings[i].values, embeddings[i].values), 1, 1e-3) << i;
  }
}

TEST_P(EmbedderContractTest, AStoppedCallIsCancelled) {
  const EmbedRequest request = embed_request({TextPrompt{kText}});
  EXPECT_EQ(embed_error(request, stopped()).code, ErrorCode::Cancelled);
}

TEST_P(EmbedderContractTest, GeneratingGoesOnBesideIt) {
  const Started started =
      start(model(), chat_request("Tell me a long story about a fox.", greedy(24)));
  const auto embeddings = embed(embed_request({TextPrompt{kText}}));
  EXPECT_EQ(embeddings.size(), 1U);
  EXPECT_NE(finished_in(started.wait()), nullptr);
}

TEST_P(EmbedderContractTest, CallsFromSeveralThreadsDoNotMix) {
  const auto expected = embed(embed_request({TextPrompt{"alpha"}, TextPrompt{"omega"}}));
  ASSERT_EQ(expected.size(), 2U);
  std::vector<std::future<bool>> results;
  for (int i = 0; i < 4; ++i) {
    results.push_back(std::async(std::launch::async, [&, i] {
      const std::size_t which = i % 2;
      const auto request = embed_request({TextPrompt{which == 0 ? "alpha" : "omega"}});
      for (int round = 0; round < 3; ++round) {
        const auto got = model().embedder()->embed(request, {});
        if (!got || dot(got->front().values, expected[which].values) < 0.99F) return false;
      }
      return true;
    }));
  }
  for (auto& result : results) EXPECT_TRUE(result.get());
}

class RankerContractTest : public BackendContractTest {
 protected:
  void SetUp() override {
    BackendContractTest::SetUp();
    if (IsSkipped()) return;
    if (model().ranker() == nullptr) GTEST_SKIP() << "ranks nothing";
  }
};

TEST_P(RankerContractTest, TheDocumentThatAnswersComesFirst) {
  const auto scores = model().ranker()->rank(
      {.query = "what is a panda",
       .documents = {"it rains in Spain", "a panda is what you see", "hello"}},
      {});
  ASSERT_TRUE(scores.has_value()) << scores.error().message;
  ASSERT_EQ(scores->size(), 3U);
  EXPECT_GT((*scores)[1].score, (*scores)[0].score);
  EXPECT_GT((*scores)[1].score, (*scores)[2].score);
  EXPECT_GT((*scores)[1].tokens, 0U);
}

TEST_P(RankerContractTest, WhatNoModelCanRankIsRefusedByName) {
  const auto no_query = model().ranker()->rank({.query = "", .documents = {"a"}}, {});
  ASSERT_FALSE(no_query.has_value());
  EXPECT_EQ(no_query.error().field, "query");
  const auto no_documents = model().ranker()->rank({.query = "a", .documents = {}}, {});
  ASSERT_FALSE(no_documents.has_value());
  EXPECT_EQ(no_documents.error().field, "documents");
}

class TokenCodecContractTest : public BackendContractTest {
 protected:
  void SetUp() override {
    BackendContractTest::SetUp();
    if (IsSkipped()) return;
    if (model().token_codec() == nullptr) GTEST_SKIP() << "shows no tokens";
  }

  TokenCodec& codec() { return *model().token_codec(); }
};

TEST_P(TokenCodecContractTest, TextComesBackFromItsTokens) {
  for (const char* text : {kText, " two  spaces\n\nand lines ", "Gr\u00fc\u00dfe \u4f60\u597d"}) {
    const auto tokens = codec().tokenize({.text = text, .add_special = false}, {});
    ASSERT_TRUE(tokens.has_value()) << tokens.error().message;
    EXPECT_FALSE(tokens->ids.empty());
    EXPECT_TRUE(tokens->pieces.empty());
    const auto back = codec().detokenize({.tokens = tokens->ids}, {});
    ASSERT_TRUE(back.has_value()) << back.error().message;
    EXPECT_EQ(*back, text);
  }
}

TEST_P(TokenCodecContractTest, PiecesSpellTheText) {
  const auto tokens = codec().tokenize({.text = kText, .add_special = false, .pieces = true}, {});
  ASSERT_TRUE(tokens.has_value());
  ASSERT_EQ(tokens->pieces.size(), tokens->ids.size());
  std::string text;
  for (const std::string& piece : tokens->pieces) text += piece;
  EXPECT_EQ(text, kText);
}

TEST_P(TokenCodecContractTest, EmptyTextHasNoTokens) {
  const auto tokens = codec().tokenize({.text = "", .add_special = false}, {});
  ASSERT_TRUE(tokens.has_value());
  EXPECT_TRUE(tokens->ids.empty());
  const auto text = codec().detokenize({.tokens = {}}, {});
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(*text, "");
}

TEST_P(TokenCodecContractTest, UnknownTokensAndBadTextAreRefused) {
  for (const std::int32_t token : {-1, INT32_MAX}) {
    const auto text = codec().detokenize({.tokens = {token}}, {});
    ASSERT_FALSE(text.has_value());
    EXPECT_EQ(text.error().code, ErrorCode::InvalidRequest);
  }
  EXPECT_FALSE(codec().tokenize({.text = "\xFF"}, {}).has_value());
}

TEST_P(TokenCodecContractTest, CountsWhatARequestUses) {
  const std::vector<Prompt> prompts = {ChatPrompt{{{Role::User, kText}}}, TextPrompt{kText},
                                       TokenPrompt{{1, 2, 3}}};
  for (const Prompt& prompt : prompts) {
    SCOPED_TRACE(prompt.index());
    const auto count = codec().count_tokens({.prompt = prompt}, {});
    ASSERT_TRUE(count.has_value()) << count.error().message;
    const auto events = run(model(), {.prompt = prompt, .params = greedy(1)});
    ASSERT_NE(finished_in(events), nullptr);
    EXPECT_EQ(*count, finished_in(events)->usage.prompt_tokens);
  }
}

TEST_P(TokenCodecContractTest, CountsATextLikeItsTokens) {
  const auto count = codec().count_tokens({.prompt = TextPrompt{kText}}, {});
  const auto tokens = codec().tokenize({.text = kText}, {});
  ASSERT_TRUE(count.has_value());
  ASSERT_TRUE(tokens.has_value());
  EXPECT_EQ(*count, tokens->ids.size());
}

TEST_P(TokenCodecContractTest, ATemplateHoldsTheMessages) {
  const ChatPrompt chat{{{Role::System, "Be kind."}, {Role::User, "Hello there"}}};
  const auto text = codec().apply_template({.chat = chat}, {});
  ASSERT_TRUE(text.has_value()) << text.error().message;
  EXPECT_LT(text->find("Be kind."), text->find("Hello there"));
  EXPECT_NE(text->find("Hello there"), std::string::npos);
}

TEST_P(TokenCodecContractTest, AnEmptyChatIsRefused) {
  EXPECT_FALSE(codec().apply_template({}, {}).has_value());
  EXPECT_FALSE(codec().count_tokens({}, {}).has_value());
}

std::string subject_name(const testing::TestParamInfo<ContractSubject>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Backends, EmbedderContractTest, testing::ValuesIn(contract_subjects()),
                         subject_name);
INSTANTIATE_TEST_SUITE_P(Backends, RankerContractTest, testing::ValuesIn(contract_subjects()),
                         subject_name);
INSTANTIATE_TEST_SUITE_P(Backends, TokenCodecContractTest, testing::ValuesIn(contract_subjects()),
                         subject_name);

}  // namespace
}  // namespace pcai::backend
