#pragma once

#include <string>
#include <string_view>

namespace pcai::backend::answer {

/// The arguments of an earlier call as the text of a JSON object, which is what templates read. An
/// object stays as it is. Nothing becomes {}, a text that was cut is completed, and anything else
/// becomes the value of one member, so that no word of it is lost.
std::string as_object(std::string_view arguments);

}  // namespace pcai::backend::answer
