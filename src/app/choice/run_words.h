#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/settings/settings.h"
#include "core/result.h"

namespace pcai::app {

/// What the words after `pcai run` say.
struct RunWords {
  std::optional<std::string> model = {};
  std::optional<std::string> prompt = {};
};

/// How surely a word names a model.
enum class Naming : std::uint8_t { No, Beginning, Whole };

/// Sorts one or two words, absent ones last. A first word is the model if another follows, or if it
/// surely is the name of one. Fails with InvalidRequest where the first of two names none.
Result<RunWords> sort_words(const std::optional<std::string>& first,
                            const std::optional<std::string>& second,
                            const std::function<Naming(const std::string&)>& naming);

/// Whether a word names a model of this machine or a section. Whole: a name, a path, or the words
/// that a name begins with ("smollm2" of SmolLM2-135M-Instruct), even where several begin so.
Naming naming_here(const Settings& settings, const std::string& word);

/// The same among the ids of a server.
Naming naming_among(const std::vector<std::string>& ids, const std::string& word);

/// The one id that the word names. Fails with ModelNotFound, which lists the ids.
Result<std::string> id_among(const std::vector<std::string>& ids, const std::string& word);

}  // namespace pcai::app
