// What one SSE chunk, one whole answer and one parsed request cost.

#include <chrono>
#include <cstdio>
#include <string>

#include "openai/chat/chat_request.h"
#include "openai/chat/chat_response.h"

namespace {

using namespace pcai;

/// Runs `body` for about half a second and prints the best round of ten in nanoseconds a call.
template <class Body>
void measure(const char* name, std::size_t calls, const Body& body) {
  using Clock = std::chrono::steady_clock;
  double best = 1e300;
  std::size_t bytes = 0;
  for (int round = 0; round < 10; ++round) {
    const auto start = Clock::now();
    bytes = 0;
    for (std::size_t i = 0; i < calls; ++i) bytes += body();
    const std::chrono::duration<double, std::nano> took = Clock::now() - start;
    best = std::min(best, took.count() / static_cast<double>(calls));
  }
  std::printf("%-44s %10.0f ns %10zu bytes\n", name, best, bytes / calls);
}

TextDelta with_logprobs(std::size_t alternatives) {
  TokenLogprobs entry{{1, " word", -0.12345F}, {}};
  entry.top.assign(alternatives, {2, " other", -3.4567F});
  return {" word", {entry}};
}

std::string request_of(std::size_t messages, std::size_t bytes) {
  std::string body = R"({"model":"m","temperature":0.2,"stream":true,"messages":[)";
  for (std::size_t i = 0; i < messages; ++i) {
    body += i > 0 ? "," : "";
    body += R"({"role":"user","content":")" + std::string(bytes, 'x') + R"("})";
  }
  return body + "]}";
}

}  // namespace

int main() {
  const pcai::openai::ChatResponseHead head{"chatcmpl-0123456789abcdef01234567", 1'700'000'000,
                                            "some/model:q4"};
  pcai::openai::ChatStreamWriter plain(head, 1, false, true);
  pcai::openai::ChatStreamWriter logprobs(head, 1, true, true);
  const GenerateEvent word = TextDelta{" word"};
  const GenerateEvent escaped = TextDelta{"\n\t\"caf\xC3\xA9\" \xF0\x9F\x98\x80"};
  const GenerateEvent page = TextDelta{std::string(4096, 'x')};
  const GenerateEvent tool = ToolCallDelta{0, "", "", "{\"path\":"};
  const GenerateEvent chosen = with_logprobs(0);
  const GenerateEvent top5 = with_logprobs(5);
  const GenerateEvent top20 = with_logprobs(20);

  measure("chunk, a word", 100'000, [&] { return plain.add(0, word).size(); });
  measure("chunk, escapes and UTF-8", 100'000, [&] { return plain.add(0, escaped).size(); });
  measure("chunk, 4 KiB", 10'000, [&] { return plain.add(0, page).size(); });
  measure("chunk, tool arguments", 50'000, [&] { return plain.add(0, tool).size(); });
  measure("chunk, logprobs", 50'000, [&] { return logprobs.add(0, chosen).size(); });
  measure("chunk, logprobs and 5 alternatives", 20'000,
          [&] { return logprobs.add(0, top5).size(); });
  measure("chunk, logprobs and 20 alternatives", 5'000,
          [&] { return logprobs.add(0, top20).size(); });

  measure("answer of 500 words", 1'000, [&] {
    pcai::openai::ChatResponseBuilder builder(head, 1, false);
    for (int i = 0; i < 500; ++i) builder.add(0, word);
    builder.add(0, Finished{});
    return builder.json().size();
  });

  for (const auto& [messages, bytes] : {std::pair{1, 20}, {20, 1000}, {4096, 20}, {1, 1 << 20}}) {
    const std::string body = request_of(messages, bytes);
    const std::string name =
        "request, " + std::to_string(messages) + " messages of " + std::to_string(bytes) + " bytes";
    measure(name.c_str(), body.size() > 100'000 ? 10 : 2'000,
            [&] { return pcai::openai::parse_chat_request(body) ? body.size() : 0; });
  }
}
