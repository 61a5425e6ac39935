#include "app/remote/chat_stream.h"

#include <nlohmann/json.hpp>

#include "api/base64.h"
#include "core/media_format.h"
#include "core/parameters/parameters.h"
#include "core/role_name.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestLine = std::size_t{16} << 20;
constexpr std::size_t kLongestRest = std::size_t{64} << 10;

/// "image/png", "wav".
Result<std::string> format_name(const Media& media) {
  const auto format = media_format(*media.bytes);
  if (!format || kind_of(*format) != media.kind) {
    return fail(ErrorCode::InvalidRequest,
                std::string("a file that should be an ") + to_string(media.kind) + " is none");
  }
  std::string name = to_string(*format);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return name;
}

Result<Json> media_part(const Media& media) {
  const Result<std::string> format = format_name(media);
  if (!format) return fail(format.error());
  std::string data;
  if (media.kind == MediaKind::Audio) {
    api::append_base64(data, *media.bytes);
    return Json{{"type", "input_audio"}, {"input_audio", {{"data", data}, {"format", *format}}}};
  }
  data = "data:image/" + *format + ";base64,";
  api::append_base64(data, *media.bytes);
  return Json{{"type", "image_url"}, {"image_url", {{"url", data}}}};
}

Result<Json> message_json(const ChatMessage& message) {
  const std::string text = message.content.value_or("");
  if (message.media.empty()) return Json{{"role", role_name(message.role)}, {"content", text}};
  Json parts = Json::array();
  for (const Media& media : message.media) {
    Result<Json> part = media_part(media);
    if (!part) return part;
    parts.push_back(std::move(*part));
  }
  parts.push_back({{"type", "text"}, {"text", text}});
  return Json{{"role", role_name(message.role)}, {"content", std::move(parts)}};
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

template <class Number>
Number number_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number() ? found->get<Number>() : Number{};
}

ErrorCode code_of(long status, const std::string& name) {
  if (name == "context_length_exceeded") return ErrorCode::ContextOverflow;
  if (status == 401 || status == 403) return ErrorCode::Unauthorized;
  if (status == 404) return ErrorCode::ModelNotFound;
  return status >= 400 && status < 500 ? ErrorCode::InvalidRequest : ErrorCode::Internal;
}

std::optional<Error> error_in(const Json& body, long status) {
  const auto error = body.is_object() ? body.find("error") : body.end();
  if (!body.is_object() || error == body.end()) return std::nullopt;
  if (error->is_string()) return Error{code_of(status, ""), error->get<std::string>()};
  if (!error->is_object()) return std::nullopt;
  return Error{code_of(status, text_of(*error, "code")), text_of(*error, "message")};
}

void read_usage(const Json& chunk, ChatResponse& response) {
  if (const auto usage = chunk.find("usage"); usage != chunk.end() && usage->is_object()) {
    response.usage.prompt_tokens = number_of<std::uint32_t>(*usage, "prompt_tokens");
    response.usage.completion_tokens = number_of<std::uint32_t>(*usage, "completion_tokens");
    if (const auto details = usage->find("prompt_tokens_details");
        details != usage->end() && details->is_object()) {
      response.usage.cached_tokens = number_of<std::uint32_t>(*details, "cached_tokens");
    }
    response.tokens_generated = response.usage.completion_tokens;
  }
  if (const auto timings = chunk.find("timings"); timings != chunk.end() && timings->is_object()) {
    response.timings = {.queue_ms = number_of<double>(*timings, "queue_ms"),
                        .prefill_ms = number_of<double>(*timings, "prefill_ms"),
                        .first_token_ms = number_of<double>(*timings, "first_token_ms"),
                        .decode_ms = number_of<double>(*timings, "decode_ms")};
  }
}

FinishReason reason_of(const std::string& name) {
  if (name == "length") return FinishReason::Length;
  return name == "tool_calls" ? FinishReason::ToolCalls : FinishReason::Stop;
}

}  // namespace

Result<std::string> chat_body(const GenerateRequest& request, const Sampling& sampling) {
  Json body = Json::object();
  if (!request.model.empty()) body["model"] = request.model;
  body["messages"] = Json::array();
  for (const ChatMessage& message : std::get<ChatPrompt>(request.prompt).messages) {
    Result<Json> json = message_json(message);
    if (!json) return fail(json.error());
    body["messages"].push_back(std::move(*json));
  }
  body["stream"] = true;
  body["stream_options"] = {{"include_usage", true}};
  const Result<GenerateParams> params = sampling.params();
  if (!params) return fail(params.error());
  for (const Parameter& parameter : kParameters) {
    if (!sampling.given().contains(parameter.name)) continue;
    visit_value(parameter, *params,
                [&](const auto& value) { body[std::string(parameter.name)] = value; });
  }
  return body.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool ChatStream::add(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    line_ += bytes.substr(0, end);
    if (line_.size() > kLongestLine) {
      answer_.error = {ErrorCode::Internal, "the server sends a line that is too long"};
      return false;
    }
    if (end == std::string_view::npos) return true;
    bytes.remove_prefix(end + 1);
    if (!take_line(std::exchange(line_, {}))) return false;
  }
  return true;
}

bool ChatStream::take_line(std::string_view line) {
  constexpr std::string_view kData = "data:";
  if (!line.starts_with(kData)) {
    if (rest_.size() < kLongestRest) rest_ += line;
    return true;
  }
  const Json chunk = Json::parse(line.substr(kData.size()), nullptr, false);
  if (!chunk.is_object()) return true;  // "[DONE]"
  if (auto error = error_in(chunk, 500)) {
    answer_.error = std::move(*error);
    return true;
  }
  ChatResponse& response = answer_.response;
  read_usage(chunk, response);
  if (const auto told = chunk.find("warnings"); told != chunk.end() && told->is_array()) {
    for (const Json& warning : *told) {
      if (pieces_.warning && warning.is_string()) pieces_.warning(warning.get<std::string>());
    }
  }
  const auto choices = chunk.find("choices");
  if (choices == chunk.end() || !choices->is_array() || choices->empty()) return true;
  const Json& choice = choices->front();
  if (!choice.is_object()) return true;
  if (const std::string reason = text_of(choice, "finish_reason"); !reason.empty()) {
    response.finish_reason = reason_of(reason);
    is_finished_ = true;
  }
  const auto delta = choice.find("delta");
  if (delta == choice.end() || !delta->is_object()) return true;
  std::string reasoning = text_of(*delta, "reasoning_content");
  if (reasoning.empty()) reasoning = text_of(*delta, "reasoning");
  answer_.reasoning += reasoning;
  if (!reasoning.empty() && pieces_.reasoning && !pieces_.reasoning(reasoning)) return false;
  const std::string text = text_of(*delta, "content");
  if (text.empty()) return true;
  if (!response.content) response.content.emplace();
  *response.content += text;
  return !pieces_.text || pieces_.text(text);
}

void ChatStream::end(long status) {
  if (!line_.empty()) static_cast<void>(take_line(std::exchange(line_, {})));
  if (answer_.error) return;
  if (status == 200) {
    if (!is_finished_) answer_.error = {ErrorCode::Internal, "the server broke off its answer"};
    return;
  }
  answer_.error = error_in(Json::parse(rest_, nullptr, false), status)
                      .value_or(Error{code_of(status, ""),
                                      "the server answers with status " + std::to_string(status)});
}

}  // namespace pcai::app
