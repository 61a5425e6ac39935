#pragma once

#include <cstddef>
#include <string_view>

namespace pcai {

/// Edits (insert, delete, replace, swap of neighbours) that lead from one word to the other. Takes
/// the product of their lengths: bound both first.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace pcai
