#include "core/embedding.h"

#include <array>
#include <utility>

#include "core/path.h"
#include "core/utf8.h"

namespace pcai {
namespace {

constexpr std::array<std::string_view, 3> kPoolings = {"mean", "cls", "last"};

Status check_count(const char* field, std::size_t count) {
  if (count == 0) return refuse(field, "must not be empty");
  if (count <= kMaxEmbedInputs) return {};
  return refuse(field, "has " + std::to_string(count) + " items; at most " +
                           std::to_string(kMaxEmbedInputs) + " are allowed");
}

Status check_text(const std::string& text, const std::string& field) {
  if (text.empty()) return refuse(field, "must not be empty");
  if (!is_valid_utf8(text)) return refuse(field, "is not valid UTF-8");
  return {};
}

}  // namespace

std::string_view to_string(Pooling pooling) noexcept {
  return kPoolings[static_cast<std::size_t>(pooling)];
}

std::optional<Pooling> pooling_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kPoolings.size(); ++i) {
    if (kPoolings[i] == name) return static_cast<Pooling>(i);
  }
  return std::nullopt;
}

Status check_request(const EmbedRequest& request) {
  if (Status status = check_count("inputs", request.inputs.size()); !status) return status;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    if (const auto* text = std::get_if<TextPrompt>(&request.inputs[i])) {
      if (Status status = check_text(text->text, item_path("inputs", i)); !status) return status;
    } else if (std::get<TokenPrompt>(request.inputs[i]).tokens.empty()) {
      return refuse(item_path("inputs", i), "must not be empty");
    }
  }
  return {};
}

Status check_request(const RankRequest& request) {
  if (Status status = check_text(request.query, "query"); !status) return status;
  if (Status status = check_count("documents", request.documents.size()); !status) return status;
  for (std::size_t i = 0; i < request.documents.size(); ++i) {
    Status status = check_text(request.documents[i], item_path("documents", i));
    if (!status) return status;
  }
  return {};
}

}  // namespace pcai
