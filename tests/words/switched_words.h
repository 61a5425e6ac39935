#pragma once

#include <string>
#include <vector>

namespace pcai::test {

/// In this program llama.cpp cuts texts by our function, or by its own while this lives. It also
/// keeps the patterns of the last text. One at a time, used by one thread.
class ByLlamaItself {
 public:
  ByLlamaItself() { on_ = true; }
  ~ByLlamaItself() { on_ = false; }
  static bool on() { return on_; }

 private:
  static inline bool on_ = false;
};

const std::vector<std::string>& last_patterns();

}  // namespace pcai::test
