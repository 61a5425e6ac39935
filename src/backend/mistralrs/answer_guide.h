#pragma once

#include <pcai_mrs.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/answer/answer_parser.h"
#include "backend/answer/grammar/answer_grammars.h"
#include "backend/mistralrs/bridge_tokenizer.h"

namespace pcai::backend::mistralrs {

/// Restricts an answer to its grammar, and its reasoning to a budget, while mistral.rs' engine
/// samples. The engine's thread uses it. It owns what it needs, because it may outlive the model.
class AnswerGuide {
 public:
  using Constraint = answer::AnswerMatcher;

  /// How many tokens of reasoning are allowed, and the tokens that then end it.
  struct Budget {
    std::uint32_t tokens = 0;
    std::vector<std::int32_t> end;
    answer::AnswerFormat format;
  };

  AnswerGuide(std::shared_ptr<const BridgeTokenizer> tokenizer,
              std::optional<Constraint> constraint, std::optional<Budget> budget);

  /// Passes the guide to the bridge, which owns it from then on.
  static pcai_mrs_guide hand_over(std::unique_ptr<AnswerGuide> guide);

  /// The functions of pcai_mrs_guide.
  std::int32_t forced();
  bool allows(std::int32_t token);
  std::span<const std::uint32_t> mask();
  std::int32_t accept(std::int32_t token);
  const char* error();

 private:
  void end_long_reasoning();
  void queue_forced();

  std::shared_ptr<const BridgeTokenizer> tokenizer_;
  std::optional<Constraint> constraint_;
  std::optional<Budget> budget_;  // absent: none, or used up
  std::optional<answer::AnswerParser> parser_;
  std::deque<std::int32_t> forced_;  // the next tokens
  bool queued_ = false;              // forced_ is from the grammar
  std::string error_;
};

}  // namespace pcai::backend::mistralrs
