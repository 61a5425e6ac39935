#include "app/bench/timed_answer.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/remote/http_call.h"

namespace pcai::app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostPending = std::size_t{1} << 20;  // of a line that does not end

/// Reads the events of a streamed completion.
class EventReader {
 public:
  EventReader(TimedAnswer& answer, const std::function<bool()>& on_piece)
      : answer_(answer), on_piece_(on_piece) {}

  bool add(std::string_view bytes) {
    const auto now = TimedAnswer::Clock::now();
    pending_ += bytes;
    std::size_t begin = 0;
    bool wants_more = true;
    for (std::size_t end; wants_more && (end = pending_.find('\n', begin)) != std::string::npos;
         begin = end + 1) {
      wants_more = take_line(std::string_view(pending_).substr(begin, end - begin), now);
    }
    pending_.erase(0, begin);
    return wants_more && pending_.size() <= kMostPending;
  }

  /// What came that is no event: the body of an error.
  const std::string& rest() const { return rest_.empty() ? pending_ : rest_; }

  bool has_usage() const { return has_usage_; }

 private:
  bool take_line(std::string_view line, TimedAnswer::Clock::time_point now) {
    constexpr std::string_view kData = "data: ";
    if (!line.starts_with(kData)) {
      if (rest_.size() < kMostPending) rest_ += line;
      return true;
    }
    const Json chunk = Json::parse(line.substr(kData.size()), nullptr, false);
    if (!chunk.is_object()) return true;  // "[DONE]"
    if (const auto error = chunk.find("error"); error != chunk.end()) {
      rest_ = line.substr(kData.size());
      return false;
    }
    read_usage(chunk);
    const auto choices = chunk.find("choices");
    if (choices == chunk.end() || !choices->is_array() || choices->empty()) return true;
    const Json& choice = choices->front();
    const auto text = choice.is_object() ? choice.find("text") : choice.end();
    if (!choice.is_object() || text == choice.end() || *text == "") return true;
    answer_.arrivals.push_back(now);
    return !on_piece_ || on_piece_();
  }

  void read_usage(const Json& chunk) {
    const auto number = [](const Json& object, const char* name) -> std::uint32_t {
      const auto found = object.find(name);
      return found != object.end() && found->is_number_unsigned() ? found->get<std::uint32_t>() : 0;
    };
    const auto usage = chunk.find("usage");
    if (usage == chunk.end() || !usage->is_object()) return;
    has_usage_ = true;
    answer_.prompt_tokens = number(*usage, "prompt_tokens");
    answer_.completion_tokens = number(*usage, "completion_tokens");
    const auto details = usage->find("prompt_tokens_details");
    if (details != usage->end() && details->is_object()) {
      answer_.cached_tokens = number(*details, "cached_tokens");
    }
  }

  TimedAnswer& answer_;
  const std::function<bool()>& on_piece_;
  std::string pending_;
  std::string rest_;
  bool has_usage_ = false;
};

std::string message_in(const std::string& body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object() || !json.contains("error")) return "";
  const Json& error = json["error"];
  if (error.is_string()) return error.get<std::string>();
  return error.is_object() ? error.value("message", "") : "";
}

}  // namespace

double TimedAnswer::first_token_seconds() const {
  if (arrivals.empty()) return 0;
  return std::chrono::duration<double>(arrivals.front() - sent).count();
}

TimedAnswer ask(const MeasuredServer& server, const std::string& prompt, std::uint32_t max_tokens,
                platform::Signals& signals, const std::function<bool()>& on_piece) {
  Json body = {{"prompt", prompt},   {"max_tokens", max_tokens},
               {"temperature", 0},   {"stream", true},
               {"ignore_eos", true}, {"stream_options", {{"include_usage", true}}}};
  if (!server.model.empty()) body["model"] = server.model;
  TimedAnswer answer{.sent = TimedAnswer::Clock::now(), .arrivals = {}};
  answer.arrivals.reserve(max_tokens);
  bool is_given_up = false;
  const std::function<bool()> watched = [&] {
    is_given_up = on_piece && !on_piece();
    return !is_given_up;
  };
  EventReader reader(answer, watched);
  const HttpAnswer got = call({.url = server.url + "/v1/completions",
                               .key = server.key,
                               .body = body.dump(),
                               .signals = &signals},
                              [&](std::string_view piece) { return reader.add(piece); });
  if (is_given_up) return answer;
  if (signals.pending()) {
    answer.error = Error{ErrorCode::Cancelled, ""};
  } else if (const std::string said = message_in(reader.rest()); !said.empty()) {
    answer.error = Error{ErrorCode::InvalidRequest, server.name + " answers: " + said};
  } else if (!got.problem.empty() || got.status != 200) {
    answer.error = Error{
        ErrorCode::Internal,
        fmt::format("{} does not answer: {}", server.name,
                    got.problem.empty() ? fmt::format("status {}", got.status) : got.problem)};
  } else if (!reader.has_usage() || answer.arrivals.empty()) {
    answer.error = Error{ErrorCode::Internal,
                         server.name + " streams no text, or does not say how many tokens it has"};
  }
  return answer;
}

}  // namespace pcai::app
