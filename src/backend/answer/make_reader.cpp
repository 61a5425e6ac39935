#include "backend/answer/make_reader.h"

#include "backend/answer/answer_parser.h"
#include "backend/answer/harmony_reader.h"
#include "backend/answer/marked/marked_reader.h"

namespace pcai::backend::answer {

std::unique_ptr<AnswerReader> make_reader(const AnswerFormat& format) {
  if (format.plain()) return nullptr;
  if (format.harmony) return std::make_unique<HarmonyReader>(format);
  if (format.family != nullptr) return std::make_unique<MarkedReader>(format);
  return std::make_unique<AnswerParser>(format);
}

}  // namespace pcai::backend::answer
