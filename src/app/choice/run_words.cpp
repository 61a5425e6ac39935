#include "app/choice/run_words.h"

#include <algorithm>
#include <filesystem>

#include "app/choice/model_choice.h"
#include "models/model_listing.h"
#include "models/names/letter_case.h"
#include "models/names/name_fits.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/// How `word` fits a name; both are lower case.
Naming fit(const std::string& name, const std::string& word) {
  if (word.empty() || !name.starts_with(word)) return Naming::No;
  const bool is_whole = name.size() == word.size() || !is_letter_or_digit(name[word.size()]);
  return is_whole ? Naming::Whole : Naming::Beginning;
}

}  // namespace

Result<RunWords> sort_words(const std::optional<std::string>& first,
                            const std::optional<std::string>& second,
                            const std::function<Naming(const std::string&)>& naming) {
  if (!first) return RunWords{};
  const Naming how = *first == "-" ? Naming::No : naming(*first);
  if (!second) {
    if (how == Naming::Whole) return RunWords{.model = first};
    return RunWords{.prompt = first};
  }
  if (how == Naming::No) {
    return fail(ErrorCode::InvalidRequest, "unexpected argument '" + *second +
                                               "'; put text with spaces in quotes ('" + *first +
                                               "' is not the name of a model)");
  }
  return RunWords{.model = first, .prompt = second};
}

Naming naming_here(const Settings& settings, const std::string& word) {
  if (needs_no_file(settings) || word.find_first_of(" \t\n") != std::string::npos) {
    return Naming::No;
  }
  if (find_section(settings, word) != nullptr || models::is_full_id(word)) return Naming::Whole;
  const std::string wanted = models::lower(word);
  const fs::path path = platform::text_path(word);
  std::error_code error;
  if (wanted.ends_with(".gguf") || (path.has_parent_path() && fs::exists(path, error))) {
    return Naming::Whole;
  }
  const std::vector<models::FoundModel> models = models::list_models(model_folders(settings));
  Naming best = Naming::No;
  for (const models::FoundModel* model : models::models_named(models, word)) {
    const std::string id = models::lower(model->id);
    const bool begins = id.starts_with(wanted);
    const Naming how =
        begins ? fit(id, wanted) : fit(models::lower(models::stem_of(*model)), wanted);
    // What fits in another way is a name of a hub, or has parts left out.
    best = std::max(best, how == Naming::No ? Naming::Whole : how);
  }
  if (best == Naming::No && word.find(':') != std::string::npos && find_model(settings, word)) {
    return Naming::Whole;  // a short name, such as qwen3:0.6b
  }
  return best;
}

Naming naming_among(const std::vector<std::string>& ids, const std::string& word) {
  Naming best = Naming::No;
  for (const std::string& id : ids)
    best = std::max(best, fit(models::lower(id), models::lower(word)));
  return best;
}

Result<std::string> id_among(const std::vector<std::string>& ids, const std::string& word) {
  if (std::ranges::find(ids, word) != ids.end()) return word;
  std::vector<std::string> found;
  for (const std::string& id : ids) {
    if (fit(models::lower(id), models::lower(word)) != Naming::No) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  std::string names;
  for (const std::string& id : found.empty() ? ids : found) {
    names += (names.empty() ? "" : ", ") + id;
  }
  return fail(ErrorCode::ModelNotFound,
              found.empty() ? "the server has no model '" + word + "'; known: " + names
                            : "'" + word + "' matches several models: " + names);
}

}  // namespace pcai::app
