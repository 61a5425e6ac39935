#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/settings/settings.h"
#include "core/result.h"
#include "models/found_model.h"

namespace pcai::app {

/// True if the settings say which model to use, so that none has to be chosen: they name one, have
/// a section, or a backend that needs no file.
bool names_a_model(const Settings& settings);

/// The models here that can write: whole, not only for embeddings, and in a form that a backend of
/// the settings reads. A file that has several names is there once.
std::vector<models::FoundModel> writing_models(const Settings& settings);

/// A model for somebody who names none.
struct UsualModel {
  const models::FoundModel* model = nullptr;  // null = the choice is theirs, or there is none
  std::string_view why;  // "the only one here", "the one used last", "the default one"
  bool is_remembered = false;
};

/// The only one of these, else the one used last, else pcai's default one.
UsualModel usual_model(const std::vector<models::FoundModel>& models);

/// What to say where nobody can be asked: it lists the models, or says how to get one.
Error no_usual_model(const std::vector<models::FoundModel>& models);

/// The name that a command was given, or where it is empty the one of the model to use: of the
/// settings, else the usual model's id. Fails with no_usual_model's error.
Result<std::string> name_or_usual(const Settings& settings, const std::string& name);

/// The usual model of these settings. Fails with no_usual_model's error.
Result<models::FoundModel> find_usual_model(const Settings& settings);

}  // namespace pcai::app
