#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

// Error::field of a request is a path: the members of core's own types, without the `prompt` and
// `params` that hold them. What a client calls a member is its API's affair (openai/dialect.h).

namespace pcai {

/// "messages[2]"
std::string item_path(std::string_view path, std::size_t index);

/// InvalidRequest that names the member at `path`: "<path> <what>".
tl::unexpected<Error> refuse(std::string path, std::string_view what);

/// Every path that errors about a request may have; "[]" stands for any index. Those of
/// parameters are parameter_paths() (core/parameters.h).
inline constexpr std::array<std::string_view, 18> kGeneratePaths = {
    "model",
    // A chat, and its tools.
    "messages", "messages[].content", "messages[].reasoning", "messages[].media[]",
    "messages[].tool_calls[].arguments", "tools", "tools[].name", "tools[].description",
    "tools[].parameters", "tool_choice", "template_arguments",
    // A text, tokens or what stands before a gap; what stands behind it.
    "prompt", "suffix",
    // Of the answer.
    "grammar", "logit_bias", "adapters", "prompt_logprobs"};
inline constexpr std::array<std::string_view, 2> kTokenizePaths = {"model", "text"};
inline constexpr std::array<std::string_view, 2> kDetokenizePaths = {"model", "tokens"};
inline constexpr std::array<std::string_view, 4> kEmbedPaths = {"model", "inputs", "inputs[]",
                                                                "pooling"};
inline constexpr std::array<std::string_view, 4> kRankPaths = {"model", "query", "documents",
                                                               "documents[]"};

/// Whether the list has the path, whatever its indices are.
bool has_path(std::span<const std::string_view> paths, std::string_view path);

}  // namespace pcai
