#pragma once

#include <array>
#include <string_view>

namespace pcai::backend::answer {

/// A template for a model that has none of its own.
struct UsualTemplate {
  std::string_view mark;    // a token that the vocabulary must have; "" = any will do
  std::string_view source;  // Jinja
  std::string_view told;    // to who loads the model, and with each answer
};

/// The first whose mark the vocabulary has is taken: ChatML where the model can end a turn of it,
/// else the messages as they are, which is what a model that only goes on with texts can use.
const std::array<UsualTemplate, 2>& usual_templates();

/// Whether a template is none: without text.
bool is_blank_template(std::string_view source);

}  // namespace pcai::backend::answer
