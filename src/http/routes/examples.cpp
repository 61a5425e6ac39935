#include "http/routes/examples.h"

#include <algorithm>
#include <iterator>

namespace pcai::http {
namespace {

struct Example {
  std::string_view path;
  std::string_view body;
};

constexpr std::string_view kChat =
    R"({"messages": [{"role": "user", "content": "Why is the sky blue?"}], "max_tokens": 64})";
constexpr std::string_view kResponse =
    R"({"input": "Why is the sky blue?", "max_output_tokens": 64})";
constexpr std::string_view kMessage =
    R"({"model": "MODEL", "max_tokens": 64, "messages": [{"role": "user", "content": "Why is the sky blue?"}]})";
constexpr std::string_view kCount =
    R"({"model": "MODEL", "messages": [{"role": "user", "content": "Why is the sky blue?"}]})";

constexpr Example kExamples[] = {
    {"/v1/chat/completions", kChat},
    {"/v1/chat/completions/input_tokens", kChat},
    {"/v1/completions", R"({"prompt": "The sky is", "max_tokens": 16})"},
    {"/v1/responses", kResponse},
    {"/v1/responses/input_tokens", kResponse},
    {"/v1/embeddings", R"({"input": ["red", "blue"]})"},
    {"/v1/rerank", R"({"query": "colours", "documents": ["red", "seven"]})"},
    {"/tokenize", R"({"content": "Why is the sky blue?"})"},
    {"/detokenize", R"({"tokens": [1, 2, 3]})"},
    {"/apply-template", R"({"messages": [{"role": "user", "content": "Why?"}]})"},
    {"/completion", R"({"prompt": "The sky is", "n_predict": 16})"},
    {"/v1/messages", kMessage},
    {"/v1/messages/count_tokens", kCount},
    {"/api/chat",
     R"({"model": "MODEL", "stream": false, "messages": [{"role": "user", "content": "Why?"}]})"},
    {"/api/generate", R"({"model": "MODEL", "stream": false, "prompt": "Why is the sky blue?"})"},
    {"/api/embed", R"({"model": "MODEL", "input": ["red", "blue"]})"},
};

}  // namespace

std::string_view example_body(std::string_view path) noexcept {
  const auto* const found = std::ranges::find(kExamples, path, &Example::path);
  return found != std::end(kExamples) ? found->body : std::string_view();
}

}  // namespace pcai::http
