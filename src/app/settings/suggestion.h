#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace pcai::app {

/// "; did you mean 'port'?" for the known word that is nearest to a misspelt one, "" when none is
/// near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace pcai::app
