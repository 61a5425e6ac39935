#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"

namespace pcai::models {

/// What models of an architecture are for.
enum class ArchitectureUse : std::uint8_t {
  Text,            // writes text from left to right
  Vectors,         // turns a whole text into vectors or scores
  Projector,       // a part of a model that sees or hears
  Draft,           // proposes tokens to another model
  EncoderDecoder,  // reads a text with an encoder before it writes
  Diffusion,       // writes a whole text at once, in rounds
  Decisions,       // chooses among actions
  Speech,          // speaks or listens
  SoundCodec,      // turns codes into sound
  Images,          // makes images or videos
  ControlVector,   // steers another model
  Unfinished,      // llama.cpp knows its name and cannot load it
  OnlyOllama,      // Ollama's own name of an architecture
};

/// What it keeps of a text between steps.
enum class ArchitectureMemory : std::uint8_t {
  Cells,    // keys and values of each token
  States,   // a state of a fixed size
  Both,     // some layers have cells, the others a state
  Nothing,  // it computes a text in one step
};

struct Architecture {
  std::string_view name;  // as `general.architecture` has it
  ArchitectureUse use = ArchitectureUse::Text;
  ArchitectureMemory memory = ArchitectureMemory::Cells;
};

/// The architecture of that name: one of the pinned llama.cpp's, or a known one of other programs.
/// Null if nobody knows it.
const Architecture* find_architecture(std::string_view name) noexcept;

/// What it keeps; Cells if it is unknown.
ArchitectureMemory memory_of(std::string_view architecture) noexcept;

/// Fails with InvalidModel if models of that architecture are no text models that can be run here,
/// with a sentence that says what they are and goes behind the file's name.
Status check_architecture(std::string_view name);

}  // namespace pcai::models
