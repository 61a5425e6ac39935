#include "hub/hub_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "models/printable.h"
#include "models/split_name.h"
#include "platform/path_text.h"

namespace pcai::hub {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxFiles = 10'000;
constexpr std::string_view kUsual[] = {"Q4_K_M", "Q4_K_S", "Q4_0",   "Q4_1", "IQ4_XS", "Q5_K_M",
                                       "Q8_0",   "Q6_K",   "Q3_K_M", "F16",  "BF16",   "F32"};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
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

/// A model: one file, or the parts of a split one.
struct Candidate {
  std::string name;  // without ".gguf" and the parts' suffix, with its folder
  std::vector<HubFile> files;
};

std::vector<Candidate> candidates_of(const HubListing& listing) {
  std::map<std::string, Candidate> by_name;
  for (const HubFile& file : listing.files) {
    const fs::path path = platform::text_path(file.name);
    const std::string stem = models::model_stem(path);
    if (lower(stem).starts_with("mmproj")) continue;  // a part for another model
    const auto split = models::parse_split_name(path);
    const std::string folder = platform::path_text(path.parent_path());
    const std::string name = (folder.empty() ? "" : folder + "/") + stem;
    Candidate& candidate = by_name[name + (split ? "#" + std::to_string(split->count) : "")];
    candidate.name = name;
    candidate.files.push_back(file);
  }
  std::vector<Candidate> candidates;
  for (auto& [key, candidate] : by_name) {
    std::ranges::sort(candidate.files, {}, &HubFile::name);
    const auto split = models::parse_split_name(candidate.files.front().name);
    if (split && candidate.files.size() != split->count) continue;  // not whole
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

std::string names_of(const std::vector<Candidate>& candidates) {
  constexpr std::size_t kMax = 30;
  std::string names;
  for (std::size_t i = 0; i < std::min(candidates.size(), kMax); ++i) {
    names += (i == 0 ? "" : ", ") + models::printable(candidates[i].name);
  }
  return names + (candidates.size() > kMax ? " …" : "");
}

}  // namespace

Result<HubListing> parse_hub_listing(std::string_view text) {
  const json answer = json::parse(text, nullptr, false);
  const auto siblings = answer.is_object() ? answer.find("siblings") : answer.end();
  if (siblings == answer.end() || !siblings->is_array() || siblings->size() > kMaxFiles) {
    return fail(ErrorCode::Internal, "the hub's answer is not a list of files");
  }
  HubListing listing;
  listing.commit = text_of(answer, "sha");
  if (!is_hex(listing.commit, 40)) listing.commit = "main";
  for (const json& sibling : *siblings) {
    HubFile file = {text_of(sibling, "rfilename"), number_of(sibling, "size")};
    if (!lower(file.name).ends_with(".gguf") || !is_safe_file_name(file.name)) continue;
    if (const auto lfs = sibling.find("lfs"); lfs != sibling.end()) {
      const std::string digest = lower(text_of(*lfs, "sha256"));
      if (is_hex(digest, 64)) file.sha256 = digest;
      if (const std::uint64_t size = number_of(*lfs, "size"); size > 0) file.size = size;
    }
    listing.files.push_back(std::move(file));
  }
  return listing;
}

Result<std::vector<HubFile>> choose_files(const HubListing& listing, const HubName& name) {
  std::vector<Candidate> candidates = candidates_of(listing);
  if (candidates.empty()) {
    return fail(ErrorCode::ModelNotFound,
                name.repository_id() + " has no GGUF file that could be a model");
  }
  const auto fitting = [&](std::string_view word) {
    std::vector<Candidate> found;
    std::ranges::copy_if(candidates, std::back_inserter(found), [&](const Candidate& candidate) {
      return has_word(lower(candidate.name), lower(word));
    });
    return found;
  };
  if (!name.choice.empty()) {
    for (const Candidate& candidate : candidates) {
      if (candidate.name == name.choice || candidate.files.front().name == name.choice) {
        return candidate.files;
      }
    }
    const std::vector<Candidate> found = fitting(name.choice);
    if (found.size() == 1) return found.front().files;
    return fail(ErrorCode::ModelNotFound,
                name.repository_id() + " has " + (found.empty() ? "no '" : "several '") +
                    name.choice + "'; it has " + names_of(found.empty() ? candidates : found));
  }
  if (candidates.size() == 1) return candidates.front().files;
  for (const std::string_view word : kUsual) {
    const std::vector<Candidate> found = fitting(word);
    if (found.size() == 1) return found.front().files;
  }
  return fail(ErrorCode::ModelNotFound, "choose a model of " + name.repository_id() +
                                            " with hf:owner/repository:NAME; it has " +
                                            names_of(candidates));
}

}  // namespace pcai::hub
