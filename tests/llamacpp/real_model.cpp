#include "llamacpp/real_model.h"

#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "backend/llamacpp/register.h"
#include "backend/registry.h"

namespace pcai::backend::llamacpp {

std::unique_ptr<LoadedModel> RealModelTest::shared_;

std::filesystem::path RealModelTest::path() {
  if (const char* given = std::getenv("PCAI_TEST_MODEL")) return given;
  const char* data = std::getenv("XDG_DATA_HOME");
  const char* home = std::getenv("HOME");
  const std::filesystem::path root =
      data ? data : std::filesystem::path(home ? home : ".") / ".local/share";
  return root / "pcai/models/SmolLM2-135M-Instruct.Q4_1.gguf";
}

void RealModelTest::SetUp() {
  if (!std::filesystem::exists(path())) GTEST_SKIP() << "no model at " << path();
  if (shared_) return;
  auto loaded = load({.model_path = path(), .threads = 1});
  ASSERT_TRUE(loaded) << loaded.error().message;
  shared_ = std::move(*loaded);
}

void RealModelTest::TearDownTestSuite() {
  shared_.reset();
}

Result<std::unique_ptr<LoadedModel>> RealModelTest::load(ModelConfig config) {
  static const auto backend = [] {
    BackendRegistry registry;
    register_llamacpp(registry);
    return std::move(registry.create_backend("llamacpp").value());
  }();
  NoProgress progress;
  return backend->load({.id = "test", .config = std::move(config)}, progress);
}

GenerateRequest ask(std::string question, std::uint32_t max_tokens) {
  GenerateRequest request;
  request.prompt = ChatPrompt{{{.role = Role::User, .content = std::move(question)}}};
  request.params.temperature = 0;
  request.params.max_tokens = max_tokens;
  return request;
}

GenerateRequest read(std::uint32_t tokens, int kind, std::uint32_t max_tokens) {
  std::string text = "Text " + std::to_string(kind) + ":";
  for (std::uint32_t i = 8; i < tokens; ++i) text += i % 7 == 0 ? " house" : " and";
  GenerateRequest request;
  request.prompt = TextPrompt{std::move(text)};
  request.params.temperature = 0;
  request.params.max_tokens = max_tokens;
  request.params.ignore_eos = true;
  return request;
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return condition();
}

}  // namespace pcai::backend::llamacpp
