#pragma once

#include <functional>
#include <string>

#include "core/request.h"
#include "core/result.h"

namespace pcai::backend::answer {

/// Applies a chat template. `begins_answer`: the prompt ends with what comes before an answer.
using ApplyTemplate =
    std::function<Result<std::string>(const ChatPrompt& chat, bool begins_answer)>;

/// True if an answer goes on from words: the chat continues, and its last message says something.
bool has_open_turn(const ChatPrompt& chat);

/// Renders a chat whose last message the answer goes on from: the prompt ends with that message's
/// text, or with its reasoning if it has no text. The end is found with a mark at that place, which
/// is cut off with all that the template writes behind it. If the template does not write the mark,
/// the text comes after the beginning of an answer instead. `reasoning_begin` and `reasoning_end`
/// are the template's marks; "" = it has none.
Result<std::string> apply_open(const ChatPrompt& chat, const ApplyTemplate& apply,
                               const std::string& reasoning_begin,
                               const std::string& reasoning_end);

}  // namespace pcai::backend::answer
