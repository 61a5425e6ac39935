#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "backend/llamacpp/plan/cell_ledger.h"
#include "backend/llamacpp/plan/sequence_text.h"
#include "core/request.h"

namespace pcai::backend::llamacpp {

/// A change of the KV cache, to be carried out in order before the step's tokens are computed.
struct MemoryOperation {
  enum class Kind : std::uint8_t { Remove, Copy };
  Kind kind = Kind::Remove;
  SequenceId sequence = -1;  // Remove: all of it. Copy: the empty target
  SequenceId source = -1;    // Copy only
  std::uint32_t length = 0;  // Copy only: positions 0..length
};

/// Consecutive tokens of one request in a step.
struct StepItem {
  RequestId request = 0;
  SequenceId sequence = -1;
  std::uint32_t first = 0;  // token
  std::uint32_t count = 0;
  bool output = false;     // the last token's logits are wanted: the request gets its next token
  std::uint32_t rows = 0;  // so many tokens, from `first_row`, whose logits are wanted beside that
  std::uint32_t first_row = 0;
  std::uint32_t position = 0;             // of the first token, or of its span's first
  std::optional<std::size_t> media = {};  // which of the request's spans it is part of

  bool has_row(std::uint32_t token) const { return token >= first_row && token < first_row + rows; }
};

struct StepPlan {
  std::vector<MemoryOperation> memory;
  std::vector<StepItem> items;
  AdapterScales adapters;  // that all items want
  std::uint32_t tokens = 0;
  std::uint32_t rows = 0;   // of all items
  std::uint64_t cells = 0;  // that its tokens see together
  bool has_prompt = false;  // some item computes prompt tokens
  bool gives_way = false;   // a large step for a lone prompt: abort it when a request arrives
};

}  // namespace pcai::backend::llamacpp
