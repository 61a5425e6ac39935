#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/request.h"

namespace pcai {

/// What a model's requests get where they say nothing. Absent = as GenerateParams has it.
struct ModelDefaults {
  std::optional<float> temperature = {};
  std::optional<float> top_p = {};
  std::optional<std::int32_t> top_k = {};
  std::optional<float> min_p = {};
  std::optional<float> repeat_penalty = {};
  std::optional<float> frequency_penalty = {};
  std::optional<float> presence_penalty = {};
  std::optional<std::int32_t> penalty_last_n = {};
  std::optional<std::uint64_t> seed = {};
  std::optional<std::uint32_t> max_tokens = {};
  std::optional<std::uint32_t> reasoning_budget = {};
  std::optional<std::vector<std::string>> stop_sequences = {};
  std::optional<std::string> system = {};  // of a chat without a system message; "" = none
  std::vector<ChatMessage> messages = {};  // that every chat begins with, of text alone
};

/// A member of ModelDefaults that has a name in a file: that of the request's field.
struct DefaultField {
  using Member = std::variant<
      std::optional<float> ModelDefaults::*, std::optional<std::int32_t> ModelDefaults::*,
      std::optional<std::uint32_t> ModelDefaults::*, std::optional<std::uint64_t> ModelDefaults::*,
      std::optional<std::vector<std::string>> ModelDefaults::*,
      std::optional<std::string> ModelDefaults::*>;

  std::string_view name;
  Member member;
};

/// All but `messages`.
std::span<const DefaultField> default_fields() noexcept;

/// The member of that name, null when there is none.
const DefaultField* find_default(std::string_view name) noexcept;

/// Its value as text: a list's with commas between; "" where it is absent.
std::string default_text(const ModelDefaults& defaults, const DefaultField& field);

/// What a file can say of a member: a whole number, another number, or texts.
using DefaultValue = std::variant<std::int64_t, double, std::vector<std::string>>;

/// Fails with InvalidRequest where the member cannot hold the value; a text is one of a list.
Status set_default(ModelDefaults& defaults, const DefaultField& field, DefaultValue value);

/// Fills what `defaults` leaves absent from `others`.
void fill_defaults(ModelDefaults& defaults, const ModelDefaults& others);

/// Puts them into parameters that no request has touched yet.
void apply_defaults(const ModelDefaults& defaults, GenerateParams& params);

/// Messages that a chat got from its model's defaults.
struct AddedMessages {
  std::size_t system = 0;  // at its beginning: 0 or 1
  std::size_t first = 0;   // behind the chat's own system messages, so many of which came before
  std::size_t count = 0;
};

/// Puts the system prompt before a chat without one, and the first messages after it.
AddedMessages apply_defaults(const ModelDefaults& defaults, ChatPrompt& chat);

/// An error about a chat as it was given: the indices of its own messages; no path where the
/// defaults' messages are at fault.
Error without_added(Error error, const AddedMessages& added);

/// Refuses what no request could say: as check_request does, with the field's name.
Status check_defaults(const ModelDefaults& defaults);

/// The defaults of the model of that id or alias, "" being the default model; none for an unknown
/// one. Any thread may call it.
using DefaultsOf = std::function<ModelDefaults(std::string_view model)>;

}  // namespace pcai
