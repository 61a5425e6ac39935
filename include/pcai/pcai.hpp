// PCAI-Inference in C++17: what pcai.h offers, with destructors, values and exceptions.
//
// Header only. Each class owns one handle, can be moved, and is empty after it was moved from. A
// call that fails throws pcai::error. Threads and lifetimes are those of pcai.h. Objects may be
// destroyed in any order.
#ifndef PCAI_PCAI_HPP
#define PCAI_PCAI_HPP

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pcai/pcai.h"

namespace pcai {

/// Why a call failed.
class error : public std::runtime_error {
 public:
  error(pcai_status code, const std::string& message, std::string field = {})
      : std::runtime_error(message), code_(code), field_(std::move(field)) {}

  /// One of PCAI_ERROR_...
  pcai_status code() const noexcept { return code_; }

  /// Its stable name, "invalid_request".
  const char* name() const noexcept { return pcai_status_name(code_); }

  /// The argument at fault, or "".
  const std::string& field() const noexcept { return field_; }

 private:
  pcai_status code_;
  std::string field_;
};

/// Borrows `text`; "" if it is not given.
inline std::string_view view(pcai_text text) noexcept {
  return text.data == nullptr ? std::string_view()
                              : std::string_view(text.data, static_cast<std::size_t>(text.size));
}

inline std::string string(pcai_text text) {
  return std::string(view(text));
}

/// Borrows `text`. The result counts as given, even if it is empty.
inline pcai_text text_of(std::string_view text) noexcept {
  return {text.data() == nullptr ? "" : text.data(), text.size()};
}

/// Throws if `status` is an error; otherwise returns it (PCAI_OK, PCAI_TIMEOUT or PCAI_END).
inline pcai_status check(pcai_status status, pcai_error*& reason) {
  if (status >= 0) return status;
  const error thrown(status, pcai_error_message(reason), pcai_error_field(reason));
  pcai_error_free(&reason);
  throw thrown;
}

namespace detail {

/// Owns a handle whose free function is `Free`.
template <class T, void (*Free)(T**)>
struct deleter {
  void operator()(T* handle) const noexcept { Free(&handle); }
};
template <class T, void (*Free)(T**)>
using handle = std::unique_ptr<T, deleter<T, Free>>;

/// Calls `function(arguments..., &error)` and throws if it fails.
template <class Function, class... Arguments>
pcai_status call(Function function, Arguments... arguments) {
  pcai_error* reason = nullptr;
  return check(function(arguments..., &reason), reason);
}

/// An "out" struct, ready to be filled.
template <class T>
T sized() noexcept {
  T value{};
  value.struct_size = sizeof(T);
  return value;
}

inline std::int32_t milliseconds(std::optional<std::chrono::milliseconds> timeout) noexcept {
  if (!timeout) return -1;
  const auto count = timeout->count();
  return count < 0 ? 0 : count > INT32_MAX ? INT32_MAX : static_cast<std::int32_t>(count);
}

}  // namespace detail

/// A message of a chat.
struct message {
  std::int32_t role = PCAI_ROLE_USER;
  std::string content;
};

/// What to generate. `options` has the numbers and flags, with the defaults of pcai_request_init.
/// Its pointers are set from the members here when the request starts.
struct request {
  std::vector<message> messages;
  std::string prompt;                // text without a template, instead of messages
  std::vector<std::int32_t> tokens;  // token ids, instead of messages
  std::vector<std::string> stop;
  std::vector<pcai_logit_bias> logit_bias;
  std::optional<std::vector<pcai_adapter_scale>> lora;  // nothing = as the model was loaded
  std::string json_schema;
  std::string tools;
  std::string tool_choice;
  std::string cache_scope;
  pcai_request options = defaults();

  static pcai_request defaults() noexcept {
    pcai_request value;
    pcai_request_init(&value, sizeof value);
    return value;
  }
};

/// A call of a function that the model wants; `arguments` is JSON.
struct tool_call {
  std::string id;
  std::string name;
  std::string arguments;
};

/// A whole answer.
struct answer {
  std::string text;
  std::string reasoning;
  std::vector<tool_call> tool_calls;
  std::int32_t finish_reason = PCAI_FINISH_STOP;
  pcai_event last = {};  // the last event: token counts and times; its text is not valid
};

/// A running request. One thread reads it; any thread may cancel.
class generation {
 public:
  explicit generation(pcai_generation* owned) noexcept : handle_(owned) {}

  /// Waits for the next event; without a timeout for ever. Returns nothing if none came in time,
  /// and after the last one. The event's text is borrowed until the next call.
  std::optional<pcai_event> next(std::optional<std::chrono::milliseconds> timeout = std::nullopt) {
    auto event = detail::sized<pcai_event>();
    const pcai_status status =
        detail::call(pcai_generation_next, handle_.get(), detail::milliseconds(timeout), &event);
    if (status != PCAI_OK) return std::nullopt;
    return event;
  }

  void cancel() noexcept { pcai_generation_cancel(handle_.get()); }

  /// Reads until the end and returns the whole answer. Throws if the request fails.
  answer wait() {
    answer result;
    while (const std::optional<pcai_event> event = next()) {
      if (event->kind == PCAI_EVENT_TEXT) result.text += view(event->text);
      if (event->kind == PCAI_EVENT_REASONING) result.reasoning += view(event->text);
      if (event->kind == PCAI_EVENT_TOOL_CALL) add(result.tool_calls, *event);
      if (event->kind == PCAI_EVENT_FAILED) {
        throw error(event->error_code, string(event->error_message), string(event->error_field));
      }
      if (event->kind == PCAI_EVENT_FINISHED) {
        result.finish_reason = event->finish_reason;
        result.last = *event;
      }
    }
    return result;
  }

  pcai_generation* get() const noexcept { return handle_.get(); }

 private:
  static void add(std::vector<tool_call>& calls, const pcai_event& piece) {
    if (calls.size() <= piece.tool_call_index) calls.resize(piece.tool_call_index + 1);
    tool_call& call = calls[piece.tool_call_index];
    call.id += view(piece.tool_call_id);
    call.name += view(piece.tool_name);
    call.arguments += view(piece.tool_arguments);
  }

  detail::handle<pcai_generation, pcai_generation_free> handle_;
};

/// A model of an engine.
class model {
 public:
  explicit model(pcai_model* owned) noexcept : handle_(owned) {}

  /// Waits until the model is loaded. Returns true if it is, false if it still loads after
  /// `timeout`. Throws if loading failed.
  bool wait(std::optional<std::chrono::milliseconds> timeout = std::nullopt,
            float* progress = nullptr) {
    return detail::call(pcai_model_wait, handle_.get(), detail::milliseconds(timeout), progress) ==
           PCAI_OK;
  }

  /// What the model is. The text is borrowed until the model is destroyed.
  pcai_model_info info() const {
    auto info = detail::sized<pcai_model_info>();
    detail::call(pcai_model_get_info, handle_.get(), &info);
    return info;
  }

  pcai_model_stats stats() const {
    auto stats = detail::sized<pcai_model_stats>();
    detail::call(pcai_model_get_stats, handle_.get(), &stats);
    return stats;
  }

  void unload() { detail::call(pcai_model_unload, handle_.get()); }

  generation start(const request& wanted) {
    std::vector<pcai_message> messages;
    for (const message& from : wanted.messages) {
      auto to = detail::sized<pcai_message>();
      to.role = from.role;
      to.content = text_of(from.content);
      messages.push_back(to);
    }
    std::vector<pcai_text> stop;
    for (const std::string& sequence : wanted.stop) stop.push_back(text_of(sequence));

    pcai_request given = wanted.options;
    set(given.messages, given.message_count, messages);
    set(given.tokens, given.token_count, wanted.tokens);
    set(given.stop, given.stop_count, stop);
    set(given.logit_bias, given.logit_bias_count, wanted.logit_bias);
    if (wanted.lora) {
      given.has_lora = 1;
      set(given.lora, given.lora_count, *wanted.lora);
    }
    set(given.prompt, wanted.prompt);
    set(given.json_schema, wanted.json_schema);
    set(given.tools, wanted.tools);
    set(given.tool_choice, wanted.tool_choice);
    set(given.cache_scope, wanted.cache_scope);
    return start(given);
  }

  generation start(const pcai_request& wanted) {
    pcai_generation* started = nullptr;
    detail::call(pcai_generation_start, handle_.get(), &wanted, &started);
    return generation(started);
  }

  /// Answers one user message.
  answer ask(std::string content) {
    request wanted;
    wanted.messages.push_back({PCAI_ROLE_USER, std::move(content)});
    return start(wanted).wait();
  }

  pcai_model* get() const noexcept { return handle_.get(); }

 private:
  template <class T>
  static void set(const T*& data, std::uint64_t& count, const std::vector<T>& from) {
    if (from.empty()) return;
    data = from.data();
    count = from.size();
  }

  static void set(pcai_text& text, const std::string& from) {
    if (!from.empty()) text = text_of(from);
  }

  detail::handle<pcai_model, pcai_model_free> handle_;
};

/// A list of models. The text of its items is borrowed until it is destroyed.
class models {
 public:
  explicit models(pcai_models* owned) noexcept : handle_(owned) {}

  /// Lists the model files on this machine, including those below `folders`.
  static models discover(const std::vector<std::string>& folders = {}) {
    std::vector<pcai_text> texts;
    for (const std::string& folder : folders) texts.push_back(text_of(folder));
    pcai_models* found = nullptr;
    detail::call(pcai_models_discover, texts.empty() ? nullptr : texts.data(),
                 std::uint64_t{texts.size()}, &found);
    return models(found);
  }

  std::uint64_t size() const noexcept { return pcai_models_count(handle_.get()); }

  pcai_model_info operator[](std::uint64_t index) const {
    auto info = detail::sized<pcai_model_info>();
    detail::call(pcai_models_get, handle_.get(), index, &info);
    return info;
  }

 private:
  detail::handle<pcai_models, pcai_models_free> handle_;
};

/// The devices of this machine. The text of its items is borrowed until it is destroyed.
class devices {
 public:
  devices() {
    pcai_devices* list = nullptr;
    detail::call(pcai_devices_list, &list);
    handle_.reset(list);
  }

  std::uint64_t size() const noexcept { return pcai_devices_count(handle_.get()); }

  pcai_device_info operator[](std::uint64_t index) const {
    auto info = detail::sized<pcai_device_info>();
    detail::call(pcai_devices_get, handle_.get(), index, &info);
    return info;
  }

 private:
  detail::handle<pcai_devices, pcai_devices_free> handle_;
};

/// An engine: models, and the queue of requests for them. Its destructor ends what still runs.
class engine {
 public:
  /// `backend` as in pcai_init.
  explicit engine(std::string_view backend = "auto") {
    pcai_engine_options options;
    pcai_engine_options_init(&options, sizeof options);
    options.backend = text_of(backend);
    create(options);
  }

  explicit engine(const pcai_engine_options& options) { create(options); }

  /// Begins to load a model and returns at once; model::wait waits for it.
  model load(const std::string& path) {
    pcai_model_options options;
    pcai_model_options_init(&options, sizeof options);
    options.path = text_of(path);
    return load(options);
  }

  model load(const pcai_model_options& options) {
    pcai_model* loading = nullptr;
    detail::call(pcai_model_load, handle_.get(), &options, &loading);
    return model(loading);
  }

  pcai::models models() const {
    pcai_models* list = nullptr;
    detail::call(pcai_models_list, static_cast<const pcai_engine*>(handle_.get()), &list);
    return pcai::models(list);
  }

  pcai_engine_stats stats() const {
    auto stats = detail::sized<pcai_engine_stats>();
    detail::call(pcai_engine_get_stats, static_cast<const pcai_engine*>(handle_.get()), &stats);
    return stats;
  }

  pcai_engine* get() const noexcept { return handle_.get(); }

 private:
  void create(const pcai_engine_options& options) {
    pcai_engine* created = nullptr;
    detail::call(pcai_engine_create, &options, &created);
    handle_.reset(created);
  }

  detail::handle<pcai_engine, pcai_engine_free> handle_;
};

}  // namespace pcai

#endif
