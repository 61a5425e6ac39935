#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pcai::backend::llamacpp {

using Token = std::int32_t;

/// The scale of each adapter of the model; empty where it has none.
using AdapterScales = std::vector<float>;

/// A picture or a recording in a prompt: `count` tokens, negative ones that only the same file's
/// have. A prefix never ends inside it, and it is a step of its own.
struct MediaSpan {
  std::uint32_t first = 0;      // token
  std::uint32_t count = 0;      // tokens, each a cell of the KV cache
  std::uint32_t positions = 0;  // that it takes, where those of text are one a token
  bool whole = false;           // must be computed in one step

  std::uint32_t end() const { return first + count; }
};

/// The tokens of a sequence, prompt first, and what else decides what the KV cache holds of them.
struct SequenceText {
  std::vector<Token> tokens;
  std::string scope;  // others share no prefix
  std::vector<MediaSpan> media = {};
  AdapterScales adapters = {};

  std::uint32_t size() const { return static_cast<std::uint32_t>(tokens.size()); }

  /// The span that the token is part of.
  std::optional<std::size_t> span_at(std::uint32_t token) const;

  /// The position of a token outside spans.
  std::uint32_t position_of(std::uint32_t token) const;

  /// The length, cut to where no span is cut.
  std::uint32_t whole_prefix(std::uint32_t length) const;

  /// True where equal tokens leave equal cells in the KV cache.
  bool is_like(const SequenceText& other) const {
    return scope == other.scope && adapters == other.adapters;
  }

  /// How many tokens, from the first, are the same in both.
  std::uint32_t common_prefix(const SequenceText& other) const;

  /// How much of the other's cells this one can use. Its last token is always computed, because its
  /// logits are wanted.
  std::uint32_t shareable_prefix(const SequenceText& other) const;
};

}  // namespace pcai::backend::llamacpp
