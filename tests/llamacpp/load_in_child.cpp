#include "llamacpp/load_in_child.h"

#include <gtest/gtest.h>
#include <llama.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>

#include "backend/blocking.h"
#include "backend/embedder.h"
#include "backend/llamacpp/load/ggml_assertions.h"
#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/register.h"
#include "backend/registry.h"
#include "models/gguf/gguf_reader.h"

namespace pcai::test {
namespace {

constexpr unsigned kMaxSeconds = 60;

void use(backend::LoadedModel& model) {
  if (model.info().generates) {
    GenerateRequest request;
    request.prompt = TextPrompt{"a b"};
    request.params.max_tokens = 2;
    const auto answer = backend::generate(model, std::move(request));
    std::cerr << "loaded: " << (answer ? answer->content.value_or("") : answer.error().message)
              << '\n';
  } else if (backend::Embedder* const embedder = model.embedder()) {
    EmbedRequest request;
    request.inputs = {TextPrompt{"a b"}};
    request.pooling = Pooling::Mean;
    const auto vectors = embedder->embed(request, {});
    std::cerr << "embedded: " << (vectors ? "" : vectors.error().message) << '\n';
  }
}

}  // namespace

void load_or_exit(const std::filesystem::path& path, bool uses) {
  alarm(from_environment("PCAI_TEST_SECONDS", kMaxSeconds));
  backend::llamacpp::capture_llama_log();
  backend::BackendRegistry registry;
  backend::llamacpp::register_llamacpp(registry);
  const auto backend = registry.create_backend("llamacpp").value();

  llama_model_params params = llama_model_default_params();
  params.vocab_only = true;
  try {
    const backend::llamacpp::AssertionsThrow while_it_loads;
    llama_model_free(llama_model_load_from_file(path.c_str(), params));
  } catch (const std::exception&) {  // as refusals are made
  }

  backend::NoProgress unwatched;
  ModelConfig config{.model_path = path, .context_length = 64, .threads = 1, .max_sequences = 1};
  auto model = backend->load({.id = "hostile", .config = config}, unwatched);
  if (!model) {
    std::cerr << "refused: " << model.error().message << '\n';
  } else {
    std::cerr << "loaded\n";
    if (uses) use(**model);
    model->reset();
  }
  std::_Exit(model || !model.error().message.empty() ? 0 : 1);
}

bool is_accepted(const std::filesystem::path& path, bool uses) {
  if (!models::read_gguf(path)) return false;
  EXPECT_EXIT(load_or_exit(path, uses), testing::ExitedWithCode(0), "");
  return true;
}

std::uint32_t from_environment(const char* name, std::uint32_t otherwise) {
  const char* const text = std::getenv(name);
  return text ? static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)) : otherwise;
}

}  // namespace pcai::test
