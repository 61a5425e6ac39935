#pragma once

#include <string>
#include <vector>

namespace pcai::backend::llamacpp {

/// Cuts a text into words as llama.cpp's unicode_regex_split does: each pattern cuts what the ones
/// before it left. `byte_encode`: each byte
/// of a word is written as GPT-2's vocabularies write it. Time, memory and stack are bounded
/// (word_pattern.h). Throws std::runtime_error if a pattern has unknown syntax. Any thread may call
/// it.
std::vector<std::string> split_words(const std::string& text,
                                     const std::vector<std::string>& patterns, bool byte_encode);

/// What is linked in the place of that function (cmake/LlamaCpp.cmake). It also cuts up the words
/// that llama.cpp ends the process for: those with a blank in a vocabulary that does not encode
/// bytes.
std::vector<std::string> split_words_for_llama(const std::string& text,
                                               const std::vector<std::string>& patterns,
                                               bool byte_encode);

/// The same as split_words by llama.cpp's own function, which long texts crash.
std::vector<std::string> llama_split_words(const std::string& text,
                                           const std::vector<std::string>& patterns,
                                           bool byte_encode);

}  // namespace pcai::backend::llamacpp
