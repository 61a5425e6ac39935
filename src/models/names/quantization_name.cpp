#include "models/names/quantization_name.h"

#include <algorithm>
#include <vector>

#include "models/names/letter_case.h"

namespace pcai::models {
namespace {

/// "q4_k_m", "iq4_xs", "tq2_0", "bf16", "mxfp4_moe": a known beginning, then whole words with '_'.
bool is_label(std::string_view text) {
  const std::string_view head = text.substr(0, text.find('_'));
  for (const std::string_view known : {"f16", "f32", "bf16", "fp16", "fp32", "fp8", "f64"}) {
    if (text == known) return true;
  }
  if (head == "mxfp4" || head == "nvfp4") return true;
  const bool has_kind = head.starts_with("iq") || head.starts_with("tq");
  const std::string_view number = head.substr(has_kind ? 1 : 0);
  return number.size() == 2 && number[0] == 'q' && number[1] >= '1' && number[1] <= '9';
}

/// The label at the end of a word, from its beginning or from behind a '_' on; empty: there is
/// none.
std::string_view label_in(std::string_view word) {
  for (std::size_t at = 0; at < word.size();) {
    if (const std::string_view rest = word.substr(at); is_label(rest)) return rest;
    const std::size_t line = word.find('_', at);
    if (line == std::string_view::npos) break;
    at = line + 1;
  }
  return {};
}

std::string_view mark_of(std::string_view word) {
  if (word == "ud" || word == "i1") return word;
  return word == "imat" || word == "imatrix" ? std::string_view("imat") : std::string_view();
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("-. "), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

QuantizationName in_part(std::string_view part) {
  const std::vector<std::string_view> words = words_of(part);
  for (std::size_t i = words.size(); i-- > 0;) {
    const std::string_view label = label_in(words[i]);
    if (label.empty()) continue;
    QuantizationName name = {std::string(label)};
    if (name.label == "fp16" || name.label == "fp32") name.label.erase(1, 1);
    const std::string_view before = i > 0 ? mark_of(words[i - 1]) : std::string_view();
    const std::string_view behind =
        i + 1 < words.size() ? mark_of(words[i + 1]) : std::string_view();
    name.marks = before.empty() ? behind : before;
    return name;
  }
  return {};
}

}  // namespace

QuantizationName quantization_name(std::string_view path) {
  const std::string whole = lower(path);
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t slash = rest.rfind('/');
    const bool is_last = slash == std::string_view::npos;
    QuantizationName name = in_part(is_last ? rest : rest.substr(slash + 1));
    if (is_last || !name.label.empty()) return name;
    rest = rest.substr(0, slash);
  }
  return {};
}

std::optional<QuantizationName> only_quantization(std::string_view text) {
  const std::string small = lower(text);
  int labels = 0;
  for (const std::string_view word : words_of(small)) {
    if (is_label(word)) {
      ++labels;
    } else if (mark_of(word).empty()) {
      return std::nullopt;
    }
  }
  return labels == 1 ? std::optional(in_part(small)) : std::nullopt;
}

}  // namespace pcai::models
