#pragma once

#include "backend/mistralrs/model_files.h"

namespace pcai::backend::mistralrs {

/// A folder as Hugging Face lays it out: config.json, tokenizer.json, and weights as UQFF or as
/// safetensors (where both are there, UQFF if `uqff` names a file). Fails with InvalidModel.
Result<ModelFiles> look_at_model_folder(const std::filesystem::path& folder,
                                        const std::filesystem::path& uqff);

}  // namespace pcai::backend::mistralrs
