#pragma once

#include "backend/mistralrs/model_files.h"

namespace pcai::backend::mistralrs {

/// Reads a folder in the layout of Hugging Face: config.json, tokenizer.json, and weights as UQFF
/// or as safetensors. If both are there, it takes UQFF only if `uqff` names a file. Fails with
/// InvalidModel.
Result<ModelFiles> look_at_model_folder(const std::filesystem::path& folder,
                                        const std::filesystem::path& uqff);

}  // namespace pcai::backend::mistralrs
