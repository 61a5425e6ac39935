#pragma once

#include <memory>
#include <string>

#include "backend/answer/marked/family_marks.h"

namespace pcai::backend::answer {

/// Turns the arguments of one call, as a family writes them, into JSON as they come.
class ArgumentsReader {
 public:
  virtual ~ArgumentsReader() = default;

  /// Takes what it understands from the front of `text`, and returns it as the next part of the
  /// JSON. What is left in `text` waits for more, or is no part of the arguments.
  virtual std::string take(std::string& text) = 0;

  bool complete() const noexcept { return complete_; }

 protected:
  bool complete_ = false;
};

/// `parameters`: the function's schema, which says what is a string where the family's tags do not.
std::unique_ptr<ArgumentsReader> read_arguments(const FamilyMarks& family,
                                                const std::string& parameters);

}  // namespace pcai::backend::answer
