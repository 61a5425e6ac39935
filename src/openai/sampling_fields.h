#pragma once

#include <span>

#include "core/request.h"
#include "openai/field.h"

namespace pcai {

/// How to sample and when to stop: the fields that every generating route shares.
std::span<const Field<GenerateParams>> sampling_fields();

}  // namespace pcai
