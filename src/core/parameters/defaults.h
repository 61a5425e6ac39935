#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/parameters/parameter.h"
#include "core/request.h"

namespace pcai {

/// What a model's requests get where they say nothing.
struct ModelDefaults {
  GenerateParams params = {};              // of which those in `given` count
  std::uint64_t given = 0;                 // bit i stands for kParameters[i]
  std::optional<std::string> system = {};  // of a chat without a system message; "" = none
  std::vector<ChatMessage> messages = {};  // that every chat begins with, of text alone
};

/// The names that a default has in a file: those of the parameters that may have one, and "system".
const std::vector<std::string_view>& default_names();

/// Whether it says what the parameter is.
bool gives(const ModelDefaults& defaults, const Parameter& parameter) noexcept;

/// The default of that name as text: a list's with commas between; "" where it is absent.
std::string default_text(const ModelDefaults& defaults, std::string_view name);

/// Sets the default of that name. Fails with InvalidRequest where it has no such value or no
/// request could say it, and then changes nothing. The error calls it `called`, as its user does.
Status set_default(ModelDefaults& defaults, std::string_view name, ParameterValue value,
                   std::string_view called);

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

/// Whether both say the same of the parameters and the system prompt.
bool same_values(const ModelDefaults& a, const ModelDefaults& b);

/// The defaults of the model of that id or alias, "" being the default model; none for an unknown
/// one. Any thread may call it.
using DefaultsOf = std::function<ModelDefaults(std::string_view model)>;

}  // namespace pcai
