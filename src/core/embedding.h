#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/request.h"
#include "core/result.h"

namespace pcai {

/// How the vectors of a text's tokens become one: their mean, the first one, the last one.
enum class Pooling : std::uint8_t { Mean, Cls, Last };

/// "mean", "cls", "last".
std::string_view to_string(Pooling pooling) noexcept;
std::optional<Pooling> pooling_named(std::string_view name) noexcept;

/// One text to embed, as text or as token ids.
using EmbedInput = std::variant<TextPrompt, TokenPrompt>;

/// Texts to turn into vectors.
struct EmbedRequest {
  std::string model = {};  // id; empty = the engine's default model
  std::vector<EmbedInput> inputs = {};
  std::optional<Pooling> pooling = {};  // absent = the model's own; one made for chats has none
  bool truncate = false;                // an input that is too long is cut instead of refused
};

/// A text's vector, of length 1, and how many tokens it was made of. `truncated`: the text had more
/// of them, and its end was left out.
struct Embedding {
  std::vector<float> values;
  std::uint32_t tokens = 0;
  bool truncated = false;
};

/// Documents to be ordered by how well they answer a query.
struct RankRequest {
  std::string model = {};
  std::string query = {};
  std::vector<std::string> documents = {};
};

/// The higher the better; the scale is the model's. `tokens` of query and document together.
struct RankScore {
  float score = 0;
  std::uint32_t tokens = 0;
};

constexpr std::size_t kMaxEmbedInputs = 2048;  // of one request, and documents of a ranking

/// Refuses what no model can honour: no inputs or too many, an empty one, text that is not UTF-8.
/// InvalidRequest, with the field's JSON name. Every backend calls it.
Status check_request(const EmbedRequest& request);
Status check_request(const RankRequest& request);

}  // namespace pcai
