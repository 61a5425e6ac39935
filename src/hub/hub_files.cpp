#include "hub/hub_files.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "models/names/letter_case.h"
#include "models/names/repository_models.h"
#include "models/printable.h"

namespace pcai::hub {
namespace {

using models::lower;
using nlohmann::json;

constexpr std::size_t kMaxFiles = 10'000;
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

std::string names_of(const std::vector<models::RepositoryModel>& models,
                     const std::vector<std::size_t>& which) {
  constexpr std::size_t kMax = 30;
  std::string names;
  for (std::size_t i = 0; i < std::min(which.size(), kMax); ++i) {
    names += (i == 0 ? "" : ", ") + models::printable(models[which[i]].name);
  }
  return names + (which.size() > kMax ? " …" : "");
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
  std::vector<std::string> files;
  for (const HubFile& file : listing.files) files.push_back(file.name);
  const std::vector<models::RepositoryModel> models = models::models_among(files);
  if (models.empty()) {
    return fail(ErrorCode::ModelNotFound,
                name.repository_id() + " has no GGUF file that could be a model");
  }
  const std::vector<std::size_t> chosen = models::choose_model(models, name.choice).models;
  if (chosen.size() == 1) {
    std::vector<HubFile> parts;
    for (const std::string& file : models[chosen.front()].files) {
      parts.push_back(*std::ranges::find(listing.files, file, &HubFile::name));
    }
    return parts;
  }
  std::vector<std::size_t> all(models.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (name.choice.empty()) {
    return fail(ErrorCode::ModelNotFound, "choose a model of " + name.repository_id() +
                                              " with hf:owner/repository:NAME; it has " +
                                              names_of(models, chosen.empty() ? all : chosen));
  }
  if (chosen.empty()) {
    return fail(ErrorCode::ModelNotFound, name.repository_id() + " has no '" + name.choice +
                                              "'; it has " + names_of(models, all));
  }
  return fail(ErrorCode::ModelNotFound,
              "there are several '" + name.choice + "' in " + name.repository_id() +
                  "; give one of these names after the colon: " + names_of(models, chosen));
}

}  // namespace pcai::hub
