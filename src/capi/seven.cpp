#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "capi/abi/error.h"
#include "capi/abi/text.h"
#include "capi/default_engine.h"
#include "capi/dialect.h"

// Part 1 of pcai.h: C strings and FfiResult over DefaultEngine.

namespace pcai::capi {
namespace {

constexpr std::uint32_t kDefaultMaxTokens = 2048;
constexpr const char* kOutOfMemory = "not enough memory";

/// What pcai_last_error returns.
class LastError {
 public:
  void clear() noexcept { shown_ = nullptr; }

  void set(const std::string& message) noexcept {
    try {
      message_ = without_nul(message);
      shown_ = message_.c_str();
    } catch (...) {
      shown_ = kOutOfMemory;
    }
  }

  const char* shown() const noexcept { return shown_; }

 private:
  std::string message_;
  const char* shown_ = nullptr;
};

thread_local LastError last_error;

/// For pcai_free_string and pcai_free_result. Null without memory.
char* copy_of(std::string_view text) noexcept {
  auto* copy = static_cast<char*>(std::malloc(text.size() + 1));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  return copy;
}

/// Runs the body of a call, leaves its reason in last_error, and lets no exception out.
template <class Body>
bool succeeded(Body body) noexcept {
  last_error.clear();
  try {
    const Status status =
        is_forked_from_engine() ? fail(ErrorCode::Unsupported, std::string(kForked)) : body();
    if (status) {
      last_error.clear();  // of what a callback called
      return true;
    }
    last_error.set(status.error().message);
  } catch (const std::bad_alloc&) {
    last_error.set(kOutOfMemory);
  } catch (const std::exception& exception) {
    last_error.set(exception.what());
  } catch (...) {
    last_error.set("the callback threw an exception");
  }
  return false;
}

template <class Body>
FfiResult result_of(Body body) noexcept {
  if (succeeded(std::move(body))) return {true, nullptr};
  return {false, copy_of(last_error.shown())};
}

Status generate(const char* prompt, std::uint32_t max_tokens, float temperature,
                const OnText& on_text) {
  Result<std::string> text = read_string(prompt, "prompt");
  if (!text) return fail(std::move(text.error()));
  GenerateRequest request;
  request.prompt = ChatPrompt{.messages = {{.role = Role::User, .content = std::move(*text)}}};
  request.params.max_tokens = max_tokens == 0 ? kDefaultMaxTokens : max_tokens;
  request.params.temperature = temperature;
  api::Places places;
  places.add_whole("messages", "prompt");
  Status status = api::check_request_in(kAbiDialect, request, places);
  if (!status) return status;
  status = DefaultEngine::instance().generate(std::move(request), on_text);
  if (!status) return fail(kAbiDialect.translate(std::move(status.error()), places));
  return status;
}

}  // namespace
}  // namespace pcai::capi

using namespace pcai;
using namespace pcai::capi;

extern "C" {

FfiResult pcai_init(const char* backend_name) {
  return result_of([&]() -> Status {
    if (backend_name == nullptr) return DefaultEngine::instance().init("");
    const Result<std::string> name = read_string(backend_name, "backend_name");
    if (!name) return fail(name.error());
    return DefaultEngine::instance().init(*name);
  });
}

FfiResult pcai_load_model(const char* path, int32_t gpu_layers) {
  return result_of([&]() -> Status {
    Result<std::filesystem::path> file = read_path(pcai_text_of(path), "path");
    if (!file) return fail(std::move(file.error()));
    if (gpu_layers < -1) {
      return fail(ErrorCode::InvalidRequest, "gpu_layers must be -1 (all that fit), 0 or more",
                  "gpu_layers");
    }
    return DefaultEngine::instance().load_model(std::move(*file), gpu_layers);
  });
}

char* pcai_generate(const char* prompt, uint32_t max_tokens, float temperature) {
  std::string answer;
  char* copy = nullptr;
  (void)succeeded([&]() -> Status {
    const Status status = generate(prompt, max_tokens, temperature, [&](const std::string& text) {
      answer += text;
      return true;
    });
    if (!status) return status;
    answer = without_nul(answer);
    copy = copy_of(answer);
    if (copy == nullptr) throw std::bad_alloc();
    return {};
  });
  return copy;
}

FfiResult pcai_generate_streaming(const char* prompt, uint32_t max_tokens, float temperature,
                                  void (*callback)(const char* token, void* user_data),
                                  void* user_data) {
  return result_of([&]() -> Status {
    if (callback == nullptr) return refuse_null("callback");
    return generate(prompt, max_tokens, temperature, [&](const std::string& text) {
      callback(without_nul(text).c_str(), user_data);
      return true;
    });
  });
}

FfiResult pcai_generate_streaming_cancellable(
    const char* prompt, uint32_t max_tokens, float temperature,
    int32_t (*callback)(const char* token, void* user_data), void* user_data) {
  return result_of([&]() -> Status {
    if (callback == nullptr) return refuse_null("callback");
    return generate(prompt, max_tokens, temperature, [&](const std::string& text) {
      return callback(without_nul(text).c_str(), user_data) != 0;
    });
  });
}

void pcai_free_string(char* text) {
  std::free(text);
}

void pcai_free_result(FfiResult* result) {
  if (result != nullptr) std::free(std::exchange(result->error_message, nullptr));
}

void pcai_shutdown(void) {
  if (is_forked_from_engine()) return;
  try {
    DefaultEngine::instance().shut_down();
  } catch (...) {  // nothing in it is expected to throw, and there is nobody to tell
  }
}

const char* pcai_last_error(void) {
  return last_error.shown();
}

}  // extern "C"
