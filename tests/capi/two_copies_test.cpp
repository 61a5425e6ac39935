// Two copies of the library in one process, each with its own llama.cpp: neither sees the other.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "pcai/pcai.h"

namespace {

namespace fs = std::filesystem;

/// A copy of the library under another name, opened as any host might open it.
class Copy {
 public:
  Copy(const std::string& name, int mode) : file_(fs::path(testing::TempDir()) / name) {
    fs::copy_file(PCAI_LIBRARY_FILE, file_, fs::copy_options::overwrite_existing);
    library_ = dlopen(file_.c_str(), RTLD_NOW | mode);
    EXPECT_NE(library_, nullptr) << dlerror();
  }

  ~Copy() { fs::remove(file_); }

  template <class Function>
  Function* get(const char* name) const {
    return reinterpret_cast<Function*>(dlsym(library_, name));
  }

  /// What it answers with that backend and model, or why not.
  std::string ask(const char* backend, const std::string& model, const char* prompt) const {
    std::string text;
    FfiResult result = get<decltype(pcai_init)>("pcai_init")(backend);
    if (result.success) {
      result = get<decltype(pcai_load_model)>("pcai_load_model")(model.c_str(), 0);
    }
    if (!result.success) {
      text = result.error_message;
      get<decltype(pcai_free_result)>("pcai_free_result")(&result);
      return "error: " + text;
    }
    char* answer = get<decltype(pcai_generate)>("pcai_generate")(prompt, 12, 0);
    if (answer != nullptr) text = answer;
    get<decltype(pcai_free_string)>("pcai_free_string")(answer);
    return text;
  }

  void shut_down() const { get<decltype(pcai_shutdown)>("pcai_shutdown")(); }

 private:
  fs::path file_;
  void* library_ = nullptr;
};

TEST(TwoCopiesTest, HaveAStateOfTheirOwn) {
  const Copy first("libpcai_first.so", RTLD_GLOBAL);
  const Copy second("libpcai_second.so", RTLD_GLOBAL);
  EXPECT_NE(first.get<void>("pcai_init"), second.get<void>("pcai_init"));
  EXPECT_EQ(first.ask("fake", "m.fake", "one"), "You said: one");
  EXPECT_EQ(second.get<decltype(pcai_generate)>("pcai_generate")("two", 0, 0), nullptr);
  EXPECT_EQ(second.ask("fake", "m.fake", "two"), "You said: two");
  second.shut_down();
  EXPECT_EQ(first.ask("fake", "m.fake", "three"), "You said: three");
  first.shut_down();
}

TEST(TwoCopiesTest, RunARealModelSideBySide) {
  const char* home = std::getenv("HOME");
  const fs::path model = fs::path(home == nullptr ? "" : home) /
                         ".local/share/pcai/models/SmolLM2-135M-Instruct.Q4_1.gguf";
  if (!fs::exists(model)) GTEST_SKIP() << model << " is not there";
  const Copy first("libpcai_first.so", RTLD_GLOBAL);
  const Copy second("libpcai_second.so", RTLD_GLOBAL);
  const char* prompt = "What is the capital of France?";
  const std::string expected = first.ask("llamacpp", model.string(), prompt);
  if (expected.rfind("error: ", 0) == 0) GTEST_SKIP() << expected;

  std::string one;
  std::string two;
  std::thread other([&] { two = second.ask("llamacpp", model.string(), prompt); });
  one = first.ask("llamacpp", model.string(), prompt);
  other.join();
  EXPECT_EQ(one, expected);
  EXPECT_EQ(two, expected);
  first.shut_down();
  EXPECT_EQ(second.ask("llamacpp", model.string(), prompt), expected);
  second.shut_down();
}

}  // namespace
