#include "app/terminal/help_formatter.h"

#include <sstream>

namespace pcai::app {
namespace {

constexpr std::size_t kFlagColumns = 28;
constexpr std::size_t kHelpColumns = 70;

/// The text in lines of at most kHelpColumns.
std::string wrapped(const std::string& text) {
  std::istringstream words(text);
  std::string lines;
  std::size_t used = 0;
  for (std::string word; words >> word; used += word.size()) {
    if (used > 0 && used + 1 + word.size() > kHelpColumns) {
      lines += "\n";
      used = 0;
    } else if (used > 0) {
      lines += " ";
      ++used;
    }
    lines += word;
  }
  return lines;
}

}  // namespace

HelpFormatter::HelpFormatter() {
  column_width(kFlagColumns);
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  const bool takes_value = option->get_items_expected_max() > 0;
  const bool repeatable = option->get_expected_max() > 1;
  if (!takes_value || option->get_positional()) return "";
  return " " + option->get_type_name() + (repeatable ? " (repeatable)" : "");
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  const std::string preset = option->get_default_str();
  return wrapped(option->get_description() + (preset.empty() ? "" : " [" + preset + "]"));
}

}  // namespace pcai::app
