#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace pcai::models {

/// A model among the files of a repository: one GGUF file, or all parts of a split one.
struct RepositoryModel {
  std::string name;  // path in the repository, without ".gguf" and the parts' suffix: "Q8_0/model"
  std::vector<std::string> files = {};  // paths in the repository; all parts in order
};

/// The models among the files of a repository, by name. Projectors and importance matrices, which
/// their names tell, are left out, and so is a split model without all its parts.
std::vector<RepositoryModel> models_among(const std::vector<std::string>& files);

/// True if a file's name (a path in its repository) says that it holds a projector or an importance
/// matrix, which are never a model.
bool is_never_a_model(std::string_view path);

/// Which models a choice means. Several: they fit equally well.
struct Choice {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  std::size_t rank = kNone;  // how well they fit; 0 is best
  std::vector<std::size_t> models = {};
};

/// Chooses among the models of one repository. `choice` is, from the strictest meaning to the
/// loosest: a model's name or file; the same without the folder; a quantization; a word of the
/// name. Without one (or for "latest") it is the first of the usual quantizations that exists, or
/// else the only model. Drafts, adapters and vocabularies, which names tell, count only if the
/// repository has nothing else, or if their whole name is given. What is chosen among some models
/// is also chosen among any of them that include it.
Choice choose_model(const std::vector<RepositoryModel>& models, std::string_view choice);

}  // namespace pcai::models
