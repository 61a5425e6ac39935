#include "app/choice/hub_names.h"

#include "models/names/hub_id.h"
#include "models/names/letter_case.h"
#include "models/names/name_fits.h"
#include "models/names/quantization_name.h"

namespace pcai::app {
namespace {

std::vector<std::string> ids_of(const models::FoundModel& found) {
  std::vector<std::string> ids = {found.full_id};
  ids.insert(ids.end(), found.other_ids.begin(), found.other_ids.end());
  return ids;
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

/// What may stand behind the colon for a file.
std::vector<std::string> choices_of(const std::string& file) {
  std::vector<std::string> choices = {file, "", file.substr(file.rfind('/') + 1)};
  // "Q8_0" of "model-Q8_0"
  if (const std::size_t end = file.find_last_of("-."); end != std::string::npos) {
    choices.push_back(file.substr(end + 1));
  }
  const models::QuantizationName name = models::quantization_name(file);
  for (const std::string& label : {name.label, upper(name.label)}) {
    if (label.empty()) continue;
    choices.push_back(label);
    if (name.marks.empty()) continue;
    for (const std::string& marks : {name.marks, upper(name.marks)}) {
      choices.push_back(marks + "-" + label);
    }
  }
  return choices;
}

}  // namespace

HubNames::HubNames() {
  // A user's own list that is damaged is told where a model is pulled.
  if (auto known = known_models()) known_ = std::move(*known);
}

void HubNames::add(const models::FoundModel& found) {
  for (const std::string& full_id : ids_of(found)) {
    if (const auto id = models::parse_hub_id(full_id)) {
      repositories_[models::lower(id->repository)].push_back(found);
      return;
    }
  }
}

std::vector<std::string> HubNames::names_of(const models::FoundModel& found) const {
  std::vector<std::string> names;
  const auto is_meant = [&found](const std::vector<models::FoundModel>& all,
                                 const std::string& name) {
    const auto meant = models::models_named(all, name);
    return meant.size() == 1 && meant.front()->path == found.path;
  };
  for (const std::string& full_id : ids_of(found)) {
    const auto id = models::parse_hub_id(full_id);
    const auto all = id ? repositories_.find(models::lower(id->repository)) : repositories_.end();
    if (all == repositories_.end()) continue;
    for (const std::string& choice : choices_of(id->choice)) {
      const std::string name = models::HubId{id->repository, id->revision, choice}.text();
      if (!is_meant(all->second, name)) continue;
      names.push_back("hf.co/" + name.substr(std::string_view("hf:").size()));
      names.push_back(name);
    }
    for (const KnownModel& known : known_) {
      if (is_meant(all->second, known.model)) names.push_back(known.name);
    }
  }
  return names;
}

}  // namespace pcai::app
