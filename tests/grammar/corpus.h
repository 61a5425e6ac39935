#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace pcai::grammar::corpus {

/// A schema with instances, as text.
struct Case {
  std::string name;
  std::string schema;
  std::vector<std::string> valid;
  std::vector<std::string> invalid;
};

/// JSON as constrained answers have it: on one line, with a blank after ',' and ':'.
inline std::string one_line(const nlohmann::ordered_json& json) {
  if (!json.is_structured()) return json.dump();
  std::string text;
  for (const auto& [name, value] : json.items()) {
    if (!text.empty()) text += ", ";
    if (json.is_object()) text += nlohmann::ordered_json(name).dump() + ": ";
    text += one_line(value);
  }
  return json.is_object() ? "{" + text + "}" : "[" + text + "]";
}

/// All cases of the files in a folder that make_schemas.py wrote, by name of file.
inline std::vector<Case> load(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Case> cases;
  for (const auto& file : files) {
    std::ifstream stream(file);
    for (const auto& item : nlohmann::ordered_json::parse(stream)) {
      Case& added = cases.emplace_back(Case{item["name"], item["schema"].dump(), {}, {}});
      for (const auto& instance : item["valid"]) added.valid.push_back(one_line(instance));
      for (const auto& instance : item["invalid"]) added.invalid.push_back(one_line(instance));
    }
  }
  return cases;
}

}  // namespace pcai::grammar::corpus
