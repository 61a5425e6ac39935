#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pcai::models {

/// The quantization that a file's name tells, in lower case: of "UD-Q4_K_XL/Big-UD-Q4_K_XL" the
/// label "q4_k_xl" with the marks "ud". Both are empty if the name tells none.
struct QuantizationName {
  std::string label;
  std::string marks = {};  // how it was made: "ud", "i1", "imat"

  bool operator==(const QuantizationName&) const = default;
};

/// The last one that the file's own name has, else the one of the nearest folder. `path` is
/// relative, with '/', and without ".gguf".
QuantizationName quantization_name(std::string_view path);

/// The same of a text that tells a quantization and nothing else, such as "Q8_0" or "UD-Q4_K_XL".
std::optional<QuantizationName> only_quantization(std::string_view text);

}  // namespace pcai::models
