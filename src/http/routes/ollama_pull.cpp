#include "http/body.h"
#include "http/routes/ollama_names.h"
#include "http/routes/routes.h"
#include "http/routes/running_pull.h"
#include "ollama/dialects.h"
#include "ollama/generate_answer.h"
#include "ollama/model_requests.h"

namespace pcai::http {
namespace {

constexpr std::chrono::milliseconds kBetweenLines{100};
constexpr std::chrono::seconds kLongestSilence{5};  // then the stream begins, whatever comes of it

/// What `pcai pull` reads. Names without it are those of Ollama's own library.
bool is_hub_name(std::string_view name) {
  return name.starts_with("hf:") || name.starts_with("hf.co/") ||
         name.starts_with("huggingface.co/");
}

std::string hub_name(std::string name) {
  constexpr std::string_view kLatest = ":latest";  // Ollama's clients add it
  if (name.ends_with(kLatest)) name.resize(name.size() - kLatest.size());
  return name;
}

std::string line(ollama::OllamaProgress progress) {
  return ollama::progress_body(progress) + "\n";
}

std::string step_line(const PullStep& step) {
  return line({.status = "pulling " + step.digest.substr(0, 12),
               .digest = step.digest,
               .total = step.total,
               .completed = step.done});
}

std::string last_lines(const PullStep& step, std::vector<std::string> warnings) {
  std::string lines;
  if (!step.digest.empty() && step.total > 0) {
    PullStep whole = step;
    whole.done = whole.total;
    lines += step_line(whole);
  }
  lines += line({.status = "verifying sha256 digest"});
  lines += line({.status = "writing manifest"});
  return lines + line({.status = "success", .warnings = std::move(warnings)});
}

Task<void> reply_done(Exchange& exchange, ollama::ModelNameRequest request) {
  ollama::OllamaProgress done{.status = "success", .warnings = exchange.warnings.lines()};
  std::string text = ollama::progress_body(done);
  if (!request.stream) co_return co_await exchange.reply(json_response(std::move(text)));
  if (!co_await exchange.open_stream("application/x-ndjson")) co_return;
  text = line({.status = "pulling manifest"}) + text + "\n";
  if (co_await exchange.send(text)) co_await exchange.close_stream();
}

/// Follows the pull with a line for each change. A failure before the first one has its own status.
Task<void> follow(Exchange& exchange, const PullInQueue& pull, ollama::ModelNameRequest request) {
  const auto silence_ends = Clock::now() + kLongestSilence;
  bool open = false;
  std::string told;
  while (!exchange.gone() && !exchange.ending()) {
    const RunningPull::View view = pull.view();
    const bool failed = view.result && !*view.result;
    if (failed && !open) co_return co_await exchange.fail(view.result->error());
    if (view.result && !request.stream) co_return co_await reply_done(exchange, std::move(request));
    const bool speaks = request.stream &&
                        (view.result || !view.step.digest.empty() || Clock::now() >= silence_ends);
    if (speaks) {
      std::string lines;
      if (!open) {
        open = co_await exchange.open_stream("application/x-ndjson");
        if (!open) co_return;
        lines = line({.status = "pulling manifest"});
      }
      if (failed) {
        lines += ollama::ollama_error_body(view.result->error(), "") + "\n";
      } else if (view.result) {
        lines += last_lines(view.step, exchange.warnings.lines());
      } else if (!view.step.digest.empty()) {
        std::string now = step_line(view.step);
        if (now != told) lines += now;
        told = std::move(now);
      }
      const bool sent = co_await exchange.send(lines);
      if (!sent) co_return;
      if (view.result) co_return co_await exchange.close_stream();
    }
    co_await exchange.wait_until(Clock::now() + kBetweenLines);
  }
  if (!exchange.started()) {
    co_await exchange.fail(ErrorCode::Draining, "the server is shutting down");
  }
}

}  // namespace

Task<void> post_ollama_pull(Exchange& exchange) {
  auto request = co_await parse_body(exchange, ollama::parse_pull_request);
  if (!request) co_return co_await exchange.fail(request.error());
  const bool is_hub = is_hub_name(request->model);
  const Status allowed = may_pull(exchange);
  // Clients pull before they ask. What is here already is as good as pulled.
  if ((!is_hub || !allowed) && find_model(exchange.engine(), request->model)) {
    co_return co_await reply_done(exchange, *std::move(request));
  }
  if (!is_hub) {
    co_return co_await exchange.fail(
        ErrorCode::ModelNotFound,
        "model '" + request->model +
            "' not found: it is a name of Ollama's own library, which this server cannot read; "
            "pull a GGUF repository of Hugging Face, such as hf.co/OWNER/REPOSITORY:Q4_K_M");
  }
  if (!allowed) co_return co_await exchange.fail(allowed.error());
  const PullInQueue pull(exchange, hub_name(request->model));
  co_await follow(exchange, pull, *std::move(request));
}

Task<void> post_ollama_push(Exchange& exchange) {
  auto request = co_await parse_body(exchange, ollama::parse_pull_request);
  if (!request) co_return co_await exchange.fail(request.error());
  co_await exchange.fail(ErrorCode::Unsupported,
                         "push is not supported here: this server publishes no models");
}

}  // namespace pcai::http
