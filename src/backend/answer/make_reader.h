#pragma once

#include <memory>

#include "backend/answer/answer_format.h"
#include "backend/answer/answer_reader.h"

namespace pcai::backend::answer {

/// What reads answers of a format; null if the model's text is the answer.
std::unique_ptr<AnswerReader> make_reader(const AnswerFormat& format);

}  // namespace pcai::backend::answer
