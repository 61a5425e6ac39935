#pragma once

#include "api/field.h"
#include "core/request.h"

namespace pcai::api {

/// `lora`: the model's adapters that an answer is made with, by id.
Field<GenerateParams> lora_field();

}  // namespace pcai::api
