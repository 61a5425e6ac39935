#pragma once

#include <cstddef>
#include <cstdint>

// What a request may hold, wherever it comes from: the checks, the fields of every API and their
// description take the numbers from here.

namespace pcai {

inline constexpr std::size_t kMaxStopSequences = 16;
inline constexpr std::size_t kMaxStopBytes = 256;  // of each
inline constexpr std::size_t kMaxLogitBiases = 1024;
inline constexpr float kMaxLogitBias = 100;  // and -100
inline constexpr std::uint32_t kMaxTopLogprobs = 20;
inline constexpr std::int32_t kMaxLookBack = 1 << 20;  // tokens that a penalty looks back on

inline constexpr std::size_t kMaxTools = 128;
inline constexpr std::size_t kMaxToolNameBytes = 128;
inline constexpr std::size_t kMaxToolBytes = std::size_t{1} << 20;  // descriptions, schemas of all
inline constexpr std::size_t kMaxGrammarBytes = std::size_t{1} << 20;

inline constexpr std::size_t kMaxMedia = 64;                          // of all messages
inline constexpr std::size_t kMaxMediaBytes = std::size_t{48} << 20;  // the same
inline constexpr std::size_t kMaxAdapters = 64;                       // that a request scales

inline constexpr std::size_t kMaxTemplateArguments = 32;
inline constexpr std::size_t kMaxTemplateArgumentBytes = std::size_t{1} << 16;  // of all
inline constexpr std::size_t kMaxSystemBytes = std::size_t{1} << 20;  // of a model's default

// Of the bodies that the HTTP APIs read.
inline constexpr std::size_t kMaxModelNameBytes = 256;
inline constexpr std::size_t kMaxMessages = 4096;
inline constexpr std::int32_t kMaxTokenCount = 2147483647;  // "all that fit"

}  // namespace pcai
