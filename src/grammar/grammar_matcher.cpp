#include "grammar/grammar_matcher.h"

#include <llguidance.h>

#include <array>
#include <string>

namespace pcai::grammar {
namespace {

constexpr std::size_t kMaxForced = 256;  // at once; more come with the next token
constexpr std::size_t kLongestReason = 300;

}  // namespace

void GrammarMatcher::Deleter::operator()(LlgMatcher* matcher) const noexcept {
  llg_free_matcher(matcher);
}

GrammarMatcher::GrammarMatcher(LlgMatcher* matcher) : matcher_(matcher) {}

GrammarMatcher GrammarMatcher::clone() const {
  return GrammarMatcher(llg_clone_matcher(matcher_.get()));
}

bool GrammarMatcher::allows(std::int32_t token) {
  const auto id = static_cast<std::uint32_t>(token);
  return llg_matcher_validate_tokens(matcher_.get(), &id, 1) == 1;
}

std::span<const std::uint32_t> GrammarMatcher::mask() {
  if (llg_matcher_compute_mask(matcher_.get()) != 0) return {};
  const std::uint32_t* const mask = llg_matcher_get_mask(matcher_.get());
  if (mask == nullptr) return {};
  return {mask, llg_matcher_get_mask_byte_size(matcher_.get()) / sizeof(std::uint32_t)};
}

void GrammarMatcher::accept(std::int32_t token) {
  // A refusal is kept in the matcher: failed().
  static_cast<void>(llg_matcher_consume_token(matcher_.get(), static_cast<std::uint32_t>(token)));
}

std::vector<std::int32_t> GrammarMatcher::forced() {
  std::array<std::uint32_t, kMaxForced> tokens;
  const std::int32_t count =
      llg_matcher_compute_ff_tokens(matcher_.get(), tokens.data(), tokens.size());
  if (count <= 0) return {};
  return {tokens.begin(), tokens.begin() + count};
}

bool GrammarMatcher::complete() {
  return llg_matcher_is_stopped(matcher_.get()) && !failed();
}

bool GrammarMatcher::failed() const {
  return llg_matcher_is_error(matcher_.get());
}

Error GrammarMatcher::error() const {
  const char* const reason = llg_matcher_get_error(matcher_.get());
  return {ErrorCode::Internal,
          "the grammar fails at this place: " +
              std::string(reason == nullptr ? "" : reason).substr(0, kLongestReason)};
}

}  // namespace pcai::grammar
