#include "models/names/repository_models.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <utility>

#include "models/names/hub_id.h"
#include "models/names/letter_case.h"
#include "models/names/quantization_name.h"
#include "models/split_name.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUsual[] = {"q4_k_m", "q4_k_s", "q4_0", "q4_1", "iq4_xs",
                                       "mxfp4",  "q5_k_m", "q8_0", "q6_k", "q3_k_m",
                                       "f16",    "bf16",   "f32"};

/// Words of what lies beside a model and is none by itself, or only a small part of one.
constexpr std::string_view kAdditions[] = {"mtp",    "nextn",   "draft",    "drafter",    "eagle",
                                           "eagle2", "eagle3",  "medusa",   "speculator", "lora",
                                           "loras",  "adapter", "adapters", "vocab"};

std::string_view without_gguf(std::string_view name) {
  constexpr std::string_view kEnding = ".gguf";
  const bool has =
      name.size() > kEnding.size() && lower(name.substr(name.size() - kEnding.size())) == kEnding;
  return has ? name.substr(0, name.size() - kEnding.size()) : name;
}

std::string_view file_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// Whether one of the words between '-', '.', '_', '/' and blanks is such.
bool has_word_that(std::string_view name, const std::function<bool(std::string_view)>& is_such) {
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of("-._/ "), name.size());
    if (is_such(name.substr(0, end))) return true;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return false;
}

bool is_addition(std::string_view name) {
  return has_word_that(name, [](std::string_view word) {
    return std::ranges::find(kAdditions, word) != std::end(kAdditions);
  });
}

/// Whether `word` stands in a name between its ends, '-', '.', '_' or '/'. "Q4_K" is not in
/// "Q4_K_M": quantizations have underscores themselves.
bool has_word(std::string_view name, std::string_view word) {
  for (std::size_t at = name.find(word); at != std::string_view::npos;
       at = name.find(word, at + 1)) {
    const auto ends = [&](std::size_t i) {
      return i >= name.size() || name[i] == '-' || name[i] == '.' || name[i] == '/';
    };
    const bool begins = at == 0 || ends(at - 1) || name[at - 1] == '_';
    if (begins && ends(at + word.size())) return true;
  }
  return false;
}

/// The models of one repository, made ready for a choice.
class Chooser {
 public:
  explicit Chooser(const std::vector<RepositoryModel>& models) : models_(models) {
    for (const RepositoryModel& model : models) {
      Facts& facts = facts_.emplace_back();
      facts.name = lower(model.name);
      facts.quantization = quantization_name(facts.name);
      facts.is_addition = is_addition(facts.name);
      facts.is_folder = model.name == kSafetensorsChoice && model.files.empty();
    }
    // A folder of safetensors is beside the GGUF files, whatever these are.
    const bool only_folders = std::ranges::all_of(facts_, &Facts::is_folder);
    for (Facts& facts : facts_) facts.is_left_out = facts.is_folder && !only_folders;
    has_plain_ = std::ranges::any_of(
        facts_, [](const Facts& facts) { return !facts.is_addition && !facts.is_left_out; });
    for (Facts& facts : facts_) facts.is_left_out |= has_plain_ && facts.is_addition;
  }

  Choice choose(std::string_view choice) {
    if (choice.empty()) return usual();
    const std::string whole(choice);
    const std::string small = lower(whole);
    const std::string bare(without_gguf(small));
    const auto whole_name = [this](const auto& fits) { try_all(fits, Fitting::WholeName); };
    whole_name([&](std::size_t i) { return models_[i].name == whole; });
    whole_name([&](std::size_t i) { return first_file(i) == without_gguf(whole); });
    whole_name([&](std::size_t i) { return facts_[i].name == bare; });
    whole_name([&](std::size_t i) { return lower(first_file(i)) == bare; });
    whole_name([&](std::size_t i) { return file_name(models_[i].name) == without_gguf(whole); });
    whole_name([&](std::size_t i) { return file_name(facts_[i].name) == bare; });
    whole_name([&](std::size_t i) { return lower(file_name(first_file(i))) == bare; });
    if (const auto wanted = only_quantization(bare)) {
      try_all([&](std::size_t i) { return facts_[i].quantization == *wanted; });
      try_all([&](std::size_t i) {
        return wanted->marks.empty() && facts_[i].quantization.label == wanted->label;
      });
    }
    try_all([&](std::size_t i) { return has_word(facts_[i].name, bare); });
    if (found_.models.empty() && small == "latest") return usual();
    return found_;
  }

 private:
  struct Facts {
    std::string name;  // in lower case
    QuantizationName quantization = {};
    bool is_addition = false;
    bool is_folder = false;
    bool is_left_out = false;  // where no whole name is given
  };

  std::string_view first_file(std::size_t i) const {
    const auto& files = models_[i].files;
    return files.empty() ? std::string_view() : without_gguf(files.front());
  }

  bool is_split(std::size_t i) const {
    const auto& files = models_[i].files;
    return !files.empty() && parse_split_name(platform::text_path(files.front())).has_value();
  }

  Choice usual() {
    for (const std::string_view label : kUsual) {
      try_all([&](std::size_t i) {
        return facts_[i].quantization.label == label && facts_[i].quantization.marks.empty();
      });
      try_all([&](std::size_t i) { return facts_[i].quantization.label == label; });
    }
    try_all([](std::size_t) { return true; }, Fitting::Only);
    return found_;
  }

  enum class Fitting { Best, WholeName, Only };

  /// Takes what fits, unless a stricter way has found something.
  void try_all(const std::function<bool(std::size_t)>& fits, Fitting how = Fitting::Best) {
    ++ways_;
    if (!found_.models.empty()) return;
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      const bool counts = how == Fitting::WholeName || !facts_[i].is_left_out;
      if (counts && fits(i)) fitting.push_back(i);
    }
    if (fitting.empty()) return;
    // What lies nearer to the repository's root is meant, and a file rather than parts.
    const auto place = [&](std::size_t i) {
      return std::pair(std::ranges::count(models_[i].name, '/'), is_split(i));
    };
    const auto least = place(*std::ranges::min_element(fitting, {}, place));
    if (how != Fitting::Only) {
      std::erase_if(fitting, [&](std::size_t i) { return place(i) != least; });
    }
    // Where a repository lies in several stores, additions are not taken for a model elsewhere.
    const bool is_addition = how != Fitting::WholeName && !has_plain_;
    found_ = {ways_ + (is_addition ? kBehindAll : 0), std::move(fitting)};
  }

  static constexpr std::size_t kBehindAll = 1000;  // more than the ways to choose

  const std::vector<RepositoryModel>& models_;
  std::vector<Facts> facts_;
  bool has_plain_ = false;  // models that are no additions
  std::size_t ways_ = 0;
  Choice found_;
};

}  // namespace

bool is_never_a_model(std::string_view path) {
  const std::string name = lower(without_gguf(path));
  if (name.find("mmproj") != std::string::npos) return true;
  const bool is_matrix =
      has_word_that(file_name(name), [](std::string_view word) { return word == "imatrix"; });
  return is_matrix && quantization_name(file_name(name)).label.empty();
}

std::vector<RepositoryModel> models_among(const std::vector<std::string>& files) {
  std::map<std::string, RepositoryModel> by_name;
  for (const std::string& file : files) {
    if (without_gguf(file).size() == file.size() || is_never_a_model(file)) continue;
    const fs::path path = platform::text_path(file);
    const auto split = parse_split_name(path);
    const std::string folder = file.substr(0, file.size() - file_name(file).size());
    const std::string name = folder + model_stem(path);
    RepositoryModel& model = by_name[name + (split ? "#" + std::to_string(split->count) : "")];
    model.name = name;
    model.files.push_back(file);
  }
  std::vector<RepositoryModel> models;
  for (auto& [key, model] : by_name) {
    std::ranges::sort(model.files);
    const auto split = parse_split_name(platform::text_path(model.files.front()));
    if (split && model.files.size() != split->count) continue;  // not whole
    models.push_back(std::move(model));
  }
  return models;
}

Choice choose_model(const std::vector<RepositoryModel>& models, std::string_view choice) {
  return Chooser(models).choose(choice);
}

}  // namespace pcai::models
