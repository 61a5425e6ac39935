#include "models/split_name.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

#include "platform/path_text.h"

namespace pcai::models {
namespace {

constexpr std::string_view kPattern = "-00000-of-00000";  // 0 stands for a digit

std::uint32_t number(std::string_view digits) {
  std::uint32_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

std::optional<SplitName> parse_split_name(const std::filesystem::path& file) {
  const std::string stem = platform::path_text(file.stem());
  if (stem.size() <= kPattern.size()) return std::nullopt;
  const std::string_view suffix = std::string_view(stem).substr(stem.size() - kPattern.size());
  for (std::size_t i = 0; i < kPattern.size(); ++i) {
    const bool is_digit = suffix[i] >= '0' && suffix[i] <= '9';
    if (kPattern[i] == '0' ? !is_digit : suffix[i] != kPattern[i]) return std::nullopt;
  }
  SplitName name = {stem.substr(0, stem.size() - kPattern.size()), number(suffix.substr(1, 5)),
                    number(suffix.substr(10, 5))};
  if (name.number < 1 || name.number > name.count) return std::nullopt;
  return name;
}

std::filesystem::path split_part(const std::filesystem::path& file, std::uint32_t number) {
  const SplitName name = parse_split_name(file).value();
  const std::string part = fmt::format("{}-{:05}-of-{:05}", name.stem, number, name.count);
  std::filesystem::path result = file.parent_path() / platform::text_path(part);
  return result += file.extension();
}

std::string model_stem(const std::filesystem::path& file) {
  const auto split = parse_split_name(file);
  return split ? split->stem : platform::path_text(file.stem());
}

std::string name_in_repository(const std::filesystem::path& root,
                               const std::filesystem::path& file) {
  const std::u8string folder = file.lexically_relative(root).parent_path().generic_u8string();
  return std::string(folder.begin(), folder.end()) + (folder.empty() ? "" : "/") + model_stem(file);
}

}  // namespace pcai::models
