#include "backend/llamacpp/chat_template.h"

#include "llamacpp/loaded_weights.h"

namespace pcai {
namespace {

using ChatTemplateTest = LoadedWeightsTest;

const std::vector<ChatMessage> kHello = {{.role = Role::User, .content = "Hello"}};

TEST_F(ChatTemplateTest, TheModelsOwnTemplateIsUsed) {
  const auto chat_template = ChatTemplate::create(weights(), {});
  ASSERT_TRUE(chat_template) << chat_template.error().message;
  const auto rendered = chat_template->render(kHello);
  ASSERT_TRUE(rendered) << rendered.error().message;
  EXPECT_NE(rendered->prompt.find("<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n"),
            std::string::npos)
      << rendered->prompt;
}

TEST_F(ChatTemplateTest, AGivenTemplateWins) {
  const auto chat_template = ChatTemplate::create(
      weights(),
      "{% for message in messages %}[{{ message.role }}] {{ message.content }}{% endfor %}");
  ASSERT_TRUE(chat_template) << chat_template.error().message;
  const auto rendered = chat_template->render(kHello);
  ASSERT_TRUE(rendered) << rendered.error().message;
  EXPECT_EQ(rendered->prompt, "[user] Hello");
}

TEST_F(ChatTemplateTest, ATemplateThatDoesNotParseIsRefused) {
  const auto chat_template = ChatTemplate::create(weights(), "{% for message in %}");
  ASSERT_FALSE(chat_template);
  EXPECT_EQ(chat_template.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(chat_template.error().field, "chat_template");
}

TEST_F(ChatTemplateTest, ATemplatesOwnRefusalReachesTheCaller) {
  const auto chat_template = ChatTemplate::create(
      weights(),
      "{% if messages[0].role != 'system' %}{{ raise_exception('a system message must come first') "
      "}}{% endif %}{{ messages[0].content }}");
  ASSERT_TRUE(chat_template) << chat_template.error().message;
  const auto rendered = chat_template->render(kHello);
  ASSERT_FALSE(rendered);
  EXPECT_EQ(rendered.error().code, ErrorCode::InvalidRequest);
  EXPECT_NE(rendered.error().message.find("a system message must come first"), std::string::npos)
      << rendered.error().message;
}

}  // namespace
}  // namespace pcai
