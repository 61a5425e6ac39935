#pragma once

#include <llama.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace pcai::test {

/// A file of which only the vocabulary is read.
class Vocabulary {
 public:
  explicit Vocabulary(const std::filesystem::path& file) {
    llama_model_params params = llama_model_default_params();
    params.vocab_only = true;
    model_.reset(llama_model_load_from_file(file.c_str(), params));
  }

  bool loaded() const { return model_ != nullptr; }
  const llama_model& model() const { return *model_; }

  std::vector<llama_token> tokens(const std::string& text, bool parse_special = false) const {
    std::vector<llama_token> tokens(4 * text.size() + 8);  // an invalid byte becomes U+FFFD
    const auto length = static_cast<std::int32_t>(text.size());
    const std::int32_t count =
        llama_tokenize(llama_model_get_vocab(model_.get()), text.data(), length, tokens.data(),
                       static_cast<std::int32_t>(tokens.size()), false, parse_special);
    tokens.resize(static_cast<std::size_t>(count));
    return tokens;
  }

 private:
  struct Free {
    void operator()(llama_model* model) const { llama_model_free(model); }
  };
  std::unique_ptr<llama_model, Free> model_;
};

}  // namespace pcai::test
