#pragma once

#include <array>
#include <string>
#include <string_view>

namespace pcai::backend::answer::harmony {

/// The special tokens of gpt-oss' format. An answer is a list of messages:
///
///     <|start|>assistant<|channel|>analysis<|message|>TEXT<|end|>
///     <|start|>assistant<|channel|>commentary to=functions.NAME <|constrain|>json<|message|>JSON
///     <|call|>
///     <|start|>assistant<|channel|>final<|message|>TEXT<|return|>
///
/// without the line breaks. The prompt has the first "<|start|>assistant". The recipient ("to=…")
/// may come before the channel.
inline constexpr std::string_view kStart = "<|start|>";
inline constexpr std::string_view kChannel = "<|channel|>";
inline constexpr std::string_view kConstrain = "<|constrain|>";
inline constexpr std::string_view kMessage = "<|message|>";
inline constexpr std::string_view kEnd = "<|end|>";
inline constexpr std::string_view kCall = "<|call|>";
inline constexpr std::string_view kReturn = "<|return|>";
inline constexpr std::array<std::string_view, 7> kMarks = {kStart, kChannel, kConstrain, kMessage,
                                                           kEnd,   kCall,    kReturn};

inline constexpr std::string_view kReasoningBegin = "<|channel|>analysis<|message|>";
inline constexpr std::string_view kFunctions = "functions.";  // before a function's name

/// True if a template with this source writes the format.
bool is_written_by(std::string_view template_source);

/// What a prompt has of the answer: the text behind its last "<|start|>assistant".
std::string begun_in(std::string_view prompt);

/// What stands before a message's text.
struct Header {
  std::string recipient;  // without "to="; "" = nobody
  std::string channel;    // "" = none
};

/// Reads a header: the text up to kMessage. It takes whatever it is given.
Header read_header(std::string_view text);

/// True if `text` is a header, or may become one.
bool may_be_header(std::string_view text);

}  // namespace pcai::backend::answer::harmony
