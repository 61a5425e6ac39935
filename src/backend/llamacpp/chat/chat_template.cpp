#include "backend/llamacpp/chat/chat_template.h"

#include <chat.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "backend/answer/chat/whole_chat.h"
#include "core/role_name.h"

namespace pcai::backend::llamacpp {
namespace {

common_chat_msg to_common(const ChatMessage& message) {
  common_chat_msg common;
  common.role = role_name(message.role);
  common.content = message.content.value_or("");
  common.reasoning_content = message.reasoning;
  common.tool_name = message.name;
  common.tool_call_id = message.tool_call_id;
  for (const ToolCall& call : message.tool_calls) {
    common.tool_calls.push_back({call.name, call.arguments, call.id});
  }
  return common;
}

common_chat_templates_inputs to_inputs(const std::vector<ChatMessage>& messages) {
  common_chat_templates_inputs inputs;
  inputs.messages.reserve(messages.size());
  for (const ChatMessage& message : messages) inputs.messages.push_back(to_common(message));
  inputs.force_pure_content = true;
  return inputs;
}

void add_tools(common_chat_templates_inputs& inputs, const std::vector<ToolDefinition>& tools) {
  for (const ToolDefinition& tool : tools) {
    inputs.tools.push_back(
        {tool.name, tool.description,
         tool.parameters.empty() ? R"({"type":"object","properties":{}})" : tool.parameters});
  }
}

void set_options(common_chat_templates_inputs& inputs, const ChatPrompt& chat) {
  inputs.enable_thinking = chat.thinking;
  for (const TemplateArgument& argument : chat.template_arguments) {
    inputs.chat_template_kwargs[argument.name] = argument.json;
    // llama.cpp knows better than its arguments.
    if (argument.name == "add_generation_prompt" && argument.json == "false") {
      inputs.add_generation_prompt = false;
    }
  }
}

Error refusal(const std::exception& exception) {
  return {ErrorCode::InvalidRequest,
          std::string("the model's chat template refuses these messages: ") + exception.what(),
          "messages"};
}

std::vector<ToolDefinition> callable(const ToolOptions& tools) {
  std::vector<ToolDefinition> callable = tools.definitions;
  if (tools.allowed.empty()) return callable;
  std::erase_if(callable, [&tools](const ToolDefinition& tool) {
    return std::find(tools.allowed.begin(), tools.allowed.end(), tool.name) == tools.allowed.end();
  });
  return callable;
}

}  // namespace

void ChatTemplate::Deleter::operator()(common_chat_templates* templates) const noexcept {
  common_chat_templates_free(templates);
}

Result<ChatTemplate> ChatTemplate::create(const llama_model& model,
                                          const std::optional<std::string>& source) {
  const ErrorCode culprit = source ? ErrorCode::InvalidRequest : ErrorCode::InvalidModel;
  try {
    auto templates = common_chat_templates_init(&model, source.value_or(""));
    if (!templates) return fail(culprit, "the chat template cannot be read", "chat_template");
    ChatTemplate result(templates.release());
    result.find_out_about_calls();
    result.find_out_about_reasoning();
    result.find_out_about_messages();
    return result;
  } catch (const std::exception& exception) {
    return fail(culprit, std::string("the chat template cannot be read: ") + exception.what(),
                "chat_template");
  }
}

/// Lets it write a call, and looks.
void ChatTemplate::find_out_about_calls() {
  if (!common_chat_templates_get_caps(templates_.get()).at("supports_tool_calls")) return;
  // A template that refuses tools knows none.
  if (const auto probe = apply(answer::probe_of_tools(), true)) answer::read_probe(traits_, *probe);
}

void ChatTemplate::find_out_about_messages() {
  // llama.cpp itself would add the system message to whatever comes next, even an answer.
  traits_.form.no_system =
      !common_chat_templates_get_caps(templates_.get()).at("supports_system_role");
  answer::find_form(traits_, [this](const ChatPrompt& chat, bool begins_answer) {
    return apply(chat, begins_answer);
  });
}

/// By llama.cpp's analysis of the template, else by the usual marks in its source.
void ChatTemplate::find_out_about_reasoning() {
  common_chat_templates_inputs inputs = to_inputs({{.role = Role::User, .content = "go"}});
  inputs.force_pure_content = false;
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  try {
    const common_chat_params params = common_chat_templates_apply(templates_.get(), inputs);
    if (params.supports_thinking && !params.thinking_end_tags.empty()) {
      traits_.reasoning_begin = params.thinking_start_tag;
      traits_.reasoning_end = params.thinking_end_tags.front();
    }
  } catch (const std::exception&) {
    // It cannot be analysed; its source still can be searched.
  }
  if (!traits_.reasoning_begin.empty() && !traits_.reasoning_end.empty()) return;
  traits_.reasoning_begin.clear();
  traits_.reasoning_end.clear();
  answer::find_reasoning_marks(traits_, common_chat_templates_source(templates_.get()));
}

Result<RenderedChat> ChatTemplate::render(const ChatPrompt& chat, bool constrained) const {
  if (traits_.knows_tools && !traits_.writes_calls && chat.tools.enabled() && !constrained) {
    if (auto rendered = render_natively(chat)) return *std::move(rendered);
  }
  return render_plainly(chat);
}

Result<std::string> ChatTemplate::apply(const ChatPrompt& chat, bool begins_answer) const {
  common_chat_templates_inputs inputs = to_inputs(chat.messages);
  add_tools(inputs, chat.tools.definitions);
  inputs.add_generation_prompt = begins_answer;
  set_options(inputs, chat);
  try {
    return common_chat_templates_apply(templates_.get(), inputs).prompt;
  } catch (const std::exception& exception) {
    return fail(refusal(exception));
  }
}

Result<RenderedChat> ChatTemplate::render_plainly(const ChatPrompt& chat) const {
  auto prompt = answer::write_whole(traits_, chat, [this](const ChatPrompt& formed, bool begins) {
    return apply(formed, begins);
  });
  if (!prompt) return fail(std::move(prompt.error()));
  answer::AnswerFormat format = answer::format_of_answer(traits_, chat, *prompt);
  return RenderedChat{*std::move(prompt), {}, std::move(format)};
}

/// Nothing where llama.cpp has no grammar for the format, or one that begins at more than a word,
/// and where the template takes the chat in no form: our own words may do better.
std::optional<RenderedChat> ChatTemplate::render_natively(const ChatPrompt& chat) const {
  ChatPrompt shown = chat;
  shown.tools.definitions = callable(chat.tools);
  std::optional<RenderedChat> rendered;
  const auto whole = answer::write_whole(traits_, shown, answer::OurWords::Never,
                                         [&](const ChatPrompt& formed) -> Result<std::string> {
                                           auto one = apply_natively(formed);
                                           if (!one) return fail(std::move(one.error()));
                                           rendered = *std::move(one);
                                           return rendered->prompt;
                                         });
  return whole ? std::move(rendered) : std::nullopt;
}

Result<RenderedChat> ChatTemplate::apply_natively(const ChatPrompt& chat) const {
  const auto no_format = [](const char* why) { return fail(ErrorCode::Unsupported, why, "tools"); };
  common_chat_templates_inputs inputs = to_inputs(chat.messages);
  add_tools(inputs, chat.tools.definitions);
  set_options(inputs, chat);
  inputs.force_pure_content = false;
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  inputs.parallel_tool_calls = chat.tools.parallel;
  if (chat.continues) inputs.continue_final_message = COMMON_CHAT_CONTINUATION_AUTO;
  // llama.cpp's own "required" lets any text come before the call. Without reasoning before it the
  // call can be begun in the prompt instead.
  const bool required = chat.tools.choice == ToolChoice::Required;
  const bool begun = required && traits_.reasoning_begin.empty();
  inputs.tool_choice =
      required && !begun ? COMMON_CHAT_TOOL_CHOICE_REQUIRED : COMMON_CHAT_TOOL_CHOICE_AUTO;
  try {
    common_chat_params params = common_chat_templates_apply(templates_.get(), inputs);
    if (params.grammar.empty()) return no_format("llama.cpp has no grammar for this format");
    NativeFormat native{.parser = std::move(params.parser),
                        .kind = params.format,
                        .generation_prompt = std::move(params.generation_prompt),
                        .grammar = std::move(params.grammar),
                        .lazy = params.grammar_lazy,
                        .parallel = chat.tools.parallel,
                        .begun = "",
                        .goes_on = chat.continues};
    for (common_grammar_trigger& trigger : params.grammar_triggers) {
      if (trigger.type != COMMON_GRAMMAR_TRIGGER_TYPE_WORD)
        return no_format("llama.cpp's grammar begins at a pattern");
      native.triggers.push_back(std::move(trigger.value));
    }
    if (begun) {
      if (native.triggers.empty()) return no_format("llama.cpp names no beginning of a call");
      native.begun = native.triggers.front();
      params.prompt += native.begun;
    }
    answer::AnswerFormat format{.reasoning_end = traits_.reasoning_end,
                                .marks = std::move(params.preserved_tokens)};
    format.marks.insert(format.marks.end(), native.triggers.begin(), native.triggers.end());
    return RenderedChat{std::move(params.prompt), std::move(params.additional_stops),
                        std::move(format), std::move(native)};
  } catch (const std::exception& exception) {
    return fail(refusal(exception));
  }
}

}  // namespace pcai::backend::llamacpp
