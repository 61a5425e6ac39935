#pragma once

#include <string_view>

namespace pcai::backend::llamacpp {

/// Takes over what ggml does where one of its assertions fails: the message goes to stderr and the
/// process ends, without the debugger that ggml would start on it. May be called again.
void take_over_ggml_assertions();

/// Whether an error's text has what an assertion threw, also where llama.cpp caught and logged it.
bool tells_assertion(std::string_view text) noexcept;

/// While one of these lives, an assertion of ggml that fails on this thread throws a
/// std::runtime_error instead. For calls of llama.cpp that load or build something on this thread:
/// what they had allocated in C may leak. Not for calls that compute, which other threads take part
/// in.
class AssertionsThrow {
 public:
  AssertionsThrow() noexcept;
  ~AssertionsThrow();
  AssertionsThrow(const AssertionsThrow&) = delete;
  AssertionsThrow& operator=(const AssertionsThrow&) = delete;
};

}  // namespace pcai::backend::llamacpp
