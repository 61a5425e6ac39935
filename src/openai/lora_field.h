#pragma once

#include "core/request.h"
#include "openai/field.h"

namespace pcai {

/// `lora`: the model's adapters that an answer is made with, by id.
Field<GenerateParams> lora_field();

}  // namespace pcai
