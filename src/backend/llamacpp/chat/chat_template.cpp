#include "backend/llamacpp/chat/chat_template.h"

#include <chat.h>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "backend/answer/chat/usual_template.h"
#include "backend/answer/chat/whole_chat.h"
#include "backend/answer/harmony.h"
#include "backend/answer/marked/family_marks.h"
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
  inputs.enable_thinking = chat.reasoning;
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

bool begins_with_word(const common_chat_params& params) {
  return !params.grammar_triggers.empty() &&
         params.grammar_triggers.front().type == COMMON_GRAMMAR_TRIGGER_TYPE_WORD;
}

NativeFormat to_native(const common_chat_params& params, const ToolOptions& tools) {
  NativeFormat native{.parser = params.parser,
                      .kind = params.format,
                      .generation_prompt = params.generation_prompt,
                      .grammar = params.grammar,
                      .lazy = params.grammar_lazy,
                      .parallel = tools.parallel,
                      .marks = params.preserved_tokens};
  for (const common_grammar_trigger& trigger : params.grammar_triggers) {
    const bool word = trigger.type == COMMON_GRAMMAR_TRIGGER_TYPE_WORD;
    (word ? native.triggers : native.patterns).push_back(trigger.value);
  }
  native.marks.insert(native.marks.end(), native.triggers.begin(), native.triggers.end());
  if (params.format == COMMON_CHAT_FORMAT_PEG_GEMMA4) native.marks.emplace_back("<|\"|>");
  return native;
}

/// Whether the prompt has begun the reasoning, and maybe has words of it.
bool has_begun_reasoning(const std::string& generation_prompt,
                         const answer::TemplateTraits& traits) {
  if (traits.reasoning_begin.empty()) return false;
  const std::size_t begin = generation_prompt.rfind(traits.reasoning_begin);
  return begin != std::string::npos &&
         generation_prompt.find(traits.reasoning_end, begin) == std::string::npos;
}

/// What a required call begins with: the format's word for it, else a JSON object.
std::vector<std::string> call_begins(const NativeFormat& native, bool by_word) {
  if (by_word) return {native.triggers.front()};
  if (native.patterns.empty()) return {"{"};
  return {};
}

/// Null where the model has a template of its own.
const answer::UsualTemplate* usual_template(const llama_model& model) {
  const char* const own = llama_model_chat_template(&model, nullptr);
  if (own != nullptr && !answer::is_blank_template(own)) return nullptr;
  const llama_vocab* const vocabulary = llama_model_get_vocab(&model);
  const auto has = [&](std::string_view mark) {
    llama_token token = 0;
    return llama_tokenize(vocabulary, mark.data(), static_cast<std::int32_t>(mark.size()), &token,
                          1, false, true) == 1 &&
           mark == llama_vocab_get_text(vocabulary, token);
  };
  for (const answer::UsualTemplate& usual : answer::usual_templates()) {
    if (usual.mark.empty() || has(usual.mark)) return &usual;
  }
  return nullptr;
}

}  // namespace

void ChatTemplate::Deleter::operator()(common_chat_templates* templates) const noexcept {
  common_chat_templates_free(templates);
}

Result<ChatTemplate> ChatTemplate::create(const llama_model& model,
                                          const std::optional<std::string>& source) {
  const ErrorCode culprit = source ? ErrorCode::InvalidRequest : ErrorCode::InvalidModel;
  const answer::UsualTemplate* const usual = source ? nullptr : usual_template(model);
  try {
    auto templates = common_chat_templates_init(
        &model, usual != nullptr ? std::string(usual->source) : source.value_or(""));
    if (!templates) return fail(culprit, "the chat template cannot be read", "chat_template");
    ChatTemplate result(templates.release());
    if (usual != nullptr) result.told_ = usual->told;
    result.find_out_about_calls();
    result.find_out_about_reasoning();
    result.find_out_about_text();
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
  const std::string source = common_chat_templates_source(templates_.get());
  if (answer::harmony::is_written_by(source) || answer::find_family(source) != nullptr) {
    return answer::find_reasoning_marks(traits_, source);
  }
  common_chat_templates_inputs inputs = to_inputs({{.role = Role::User, .content = "go"}});
  inputs.force_pure_content = false;
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  try {
    const common_chat_params params = common_chat_templates_apply(templates_.get(), inputs);
    if (params.supports_thinking && !params.thinking_end_tags.empty()) {
      traits_.reasoning_begin = params.thinking_start_tag;
      traits_.reasoning_end = params.thinking_end_tags.front();
      const std::string& begun = params.generation_prompt;
      native_text_ = has_begun_reasoning(begun, traits_) &&
                     begun.find_last_not_of(" \n\r\t") >=
                         begun.rfind(traits_.reasoning_begin) + traits_.reasoning_begin.size();
    }
  } catch (const std::exception&) {
    // It cannot be analysed; its source still can be searched.
  }
  if (!traits_.reasoning_begin.empty() && !traits_.reasoning_end.empty()) return;
  const bool has_end = !traits_.reasoning_end.empty();
  traits_.reasoning_begin.clear();
  traits_.reasoning_end.clear();
  answer::find_reasoning_marks(traits_, source);
  native_text_ = has_end && traits_.reasoning_begin.empty();
}

/// Lets it write an answer of the past, and looks what it writes before the answer's text, beside
/// what it writes at a prompt's end.
void ChatTemplate::find_out_about_text() {
  constexpr const char* kAnswer = "probed answer";
  common_chat_templates_inputs inputs = to_inputs({{.role = Role::User, .content = "go"}});
  try {
    const std::string asked = common_chat_templates_apply(templates_.get(), inputs).prompt;
    inputs.messages.push_back(to_common({.role = Role::Assistant, .content = kAnswer}));
    inputs.messages.push_back(to_common({.role = Role::User, .content = "go on"}));
    const std::string answered = common_chat_templates_apply(templates_.get(), inputs).prompt;
    const auto parted = std::mismatch(asked.begin(), asked.end(), answered.begin(), answered.end());
    const auto text = answered.find(kAnswer);
    auto begin = static_cast<std::size_t>(parted.second - answered.begin());
    if (text == std::string::npos || begin >= text) return;
    begin = begin == 0 ? 0 : answered.find_last_of(">]\n", begin - 1) + 1;  // whole marks
    std::string before = answered.substr(begin, text - begin);
    for (const std::string& mark : {traits_.reasoning_begin, traits_.reasoning_end}) {
      if (const auto found = before.find(mark); found != std::string::npos) {
        before.erase(found, mark.size());
      }
    }
    if (before.find_first_not_of(" \n\r\t") != std::string::npos) native_text_ = true;
  } catch (const std::exception&) {
    // It refuses such a chat, so there is nothing to see.
  }
}

Result<RenderedChat> ChatTemplate::render(const ChatPrompt& chat, bool constrained) const {
  const bool calls = chat.tools.enabled();
  const bool natively =
      calls ? traits_.knows_tools && !traits_.writes_calls : native_text_ && !chat.continues;
  const bool ours = traits_.harmony || traits_.family != nullptr;  // to read
  if (natively && !ours && !constrained) {
    if (auto rendered = render_natively(chat)) return *std::move(rendered);
  }
  return render_plainly(chat);
}

Result<std::string> ChatTemplate::apply(const ChatPrompt& chat, bool begins_answer) const {
  common_chat_templates_inputs inputs = to_inputs(chat.messages);
  add_tools(inputs, chat.tools.definitions);
  inputs.add_generation_prompt = begins_answer;
  set_options(inputs, chat);
  if (traits_.harmony || traits_.family != nullptr) {
    // llama.cpp gives reasoning and results to it under the names that it wants.
    inputs.force_pure_content = false;
    inputs.tool_choice = COMMON_CHAT_TOOL_CHOICE_NONE;
  }
  try {
    return common_chat_templates_apply(templates_.get(), inputs).prompt;
  } catch (const std::exception& exception) {
    return fail(refusal(exception));
  }
}

Result<RenderedChat> ChatTemplate::render_plainly(const ChatPrompt& chat) const {
  bool in_our_words = false;
  auto prompt = answer::write_whole(traits_, chat, [&](const ChatPrompt& formed, bool begins) {
    in_our_words = chat.tools.enabled() && !formed.tools.enabled();
    return apply(formed, begins);
  });
  if (!prompt) return fail(std::move(prompt.error()));
  answer::AnswerFormat format = answer::format_of_answer(traits_, chat, *prompt, in_our_words);
  return RenderedChat{*std::move(prompt), {}, std::move(format)};
}

/// Nothing where llama.cpp cannot make a parser or a grammar, and where the template takes the chat
/// in no form: our own words may do better.
std::optional<RenderedChat> ChatTemplate::render_natively(const ChatPrompt& chat) const {
  ChatPrompt shown = chat;
  if (chat.tools.enabled()) shown.tools.definitions = callable(chat.tools);
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
  common_chat_templates_inputs inputs = to_inputs(chat.messages);
  const bool calls = chat.tools.enabled();
  const bool required = calls && chat.tools.choice == ToolChoice::Required;
  if (calls) add_tools(inputs, chat.tools.definitions);
  set_options(inputs, chat);
  inputs.force_pure_content = false;
  inputs.reasoning_format = COMMON_REASONING_FORMAT_DEEPSEEK;
  inputs.parallel_tool_calls = chat.tools.parallel;
  if (chat.continues) inputs.continue_final_message = COMMON_CHAT_CONTINUATION_AUTO;
  try {
    common_chat_params params = common_chat_templates_apply(templates_.get(), inputs);
    // llama.cpp's own "required" lets any text come before the call. Where a word begins a call,
    // that word is required instead.
    const bool by_word = params.grammar_lazy && begins_with_word(params);
    if (required && !by_word) {
      inputs.tool_choice = COMMON_CHAT_TOOL_CHOICE_REQUIRED;
      params = common_chat_templates_apply(templates_.get(), inputs);
      if (params.grammar.empty()) {
        return fail(ErrorCode::Unsupported, "llama.cpp has no grammar for this format", "tools");
      }
    }
    NativeFormat native = to_native(params, chat.tools);
    native.goes_on = chat.continues;
    if (required) native.call_begins = call_begins(native, by_word);
    answer::AnswerFormat format = answer::format_of_answer(traits_, chat, params.prompt);
    format.has_calls = false;  // llama.cpp's parser reads them
    if (!chat.continues && has_begun_reasoning(native.generation_prompt, traits_)) {
      format.begins_in_reasoning = true;
    }
    format.marks = native.marks;
    return RenderedChat{std::move(params.prompt), std::move(params.additional_stops),
                        std::move(format), std::move(native)};
  } catch (const std::exception& exception) {
    return fail(refusal(exception));
  }
}

}  // namespace pcai::backend::llamacpp
