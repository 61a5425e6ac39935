#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/mistralrs/bridge_tokenizer.h"

namespace pcai::backend::mistralrs {

/// A tokenizer of these tokens, without a bridge: a name in angle brackets is special, text is
/// split into the longest tokens. The last token ends an answer.
std::shared_ptr<const BridgeTokenizer> scripted_tokenizer(std::vector<std::string> tokens);

}  // namespace pcai::backend::mistralrs
