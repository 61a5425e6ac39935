#include "app/terminal/model_question.h"

#include <charconv>
#include <cstdio>
#include <iostream>

#include "app/choice/default_model.h"
#include "app/choice/model_choice.h"
#include "app/choice/placement.h"
#include "app/choice/usual_model.h"
#include "app/settings/user_state.h"
#include "app/terminal/pull_display.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "models/stores/hugging_face_places.h"
#include "platform/console.h"
#include "platform/signals.h"

namespace pcai::app {
namespace {

constexpr int kMostAnswers = 3;  // that are no number of the list

bool can_ask() {
  return platform::is_terminal(stdin) && platform::is_terminal(stderr);
}

/// What was typed, without blanks around it. Fails with Cancelled, without a message, at Ctrl+C and
/// at the end of the input.
Result<std::string> ask(const std::string& question) {
  const platform::Signals signals;  // before anybody can answer
  std::cerr << question << std::flush;
  std::string line;
  if (!signals.await_input() || !std::getline(std::cin, line)) {
    std::cin.clear();
    std::cerr << '\n';
    return fail(ErrorCode::Cancelled, "");
  }
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return std::string();
  return line.substr(begin, line.find_last_not_of(" \t\r") + 1 - begin);
}

std::string numbered(const std::vector<models::FoundModel>& models, const Settings& settings) {
  const std::vector<fit::Device> devices = usable_devices();
  using Align = TextTable::Align;
  TextTable table({{"", Align::Right}, {"MODEL"}, {"SIZE", Align::Right}, {"FITS"}, {"SOURCE"}});
  for (std::size_t i = 0; i < models.size(); ++i) {
    const auto plan = model_spec(models[i], settings).and_then([&](const ModelSpec& spec) {
      return place_model(spec, devices);
    });
    table.add_row({std::to_string(i + 1), models[i].id, human_size(models[i].size_bytes),
                   plan ? (plan->fits() ? "yes" : "no") : "", models[i].source});
  }
  return table.text();
}

Result<const models::FoundModel*> ask_which(const std::vector<models::FoundModel>& models,
                                            const Settings& settings) {
  std::cerr << "There are several models:\n\n" << numbered(models, settings) << '\n';
  for (int i = 0; i < kMostAnswers; ++i) {
    const auto answer = ask("Which one? [1-" + std::to_string(models.size()) + "] ");
    if (!answer) return fail(answer.error());
    if (answer->empty()) break;
    std::size_t number = 0;
    const char* const end = answer->data() + answer->size();
    const auto [stopped, failure] = std::from_chars(answer->data(), end, number);
    if (failure == std::errc() && stopped == end && number >= 1 && number <= models.size()) {
      return &models[number - 1];
    }
    for (const models::FoundModel& model : models) {
      if (model.id == *answer) return &model;
    }
  }
  return fail(no_usual_model(models));
}

Status offer_default(const std::vector<models::FoundModel>& none) {
  const Result<hub::HubOptions> options = hub::hub_options_from_environment();
  if (!can_ask() || !hub::can_pull() || models::hugging_face_is_offline() || !options) {
    return fail(no_usual_model(none));
  }
  const hub::HubName name = hub::parse_hub_name(kDefaultModel.name).value();
  const auto answer =
      ask("There is no model on this machine yet.\nGet " + std::string(kDefaultModel.title) + " (" +
          human_size(kDefaultModel.bytes) + ", " + std::string(kDefaultModel.licence) + ") from " +
          terminal_safe(options->endpoint) + "/" + name.repository_id() + "? [Y/n] ");
  if (!answer) return fail(answer.error());
  if (!answer->empty() && *answer != "y" && *answer != "Y" && *answer != "yes") {
    return fail(ErrorCode::ModelNotFound,
                "get another model with `pcai pull hf:OWNER/REPOSITORY`, or name a file with "
                "--model");
  }
  platform::Signals signals;
  PullDisplay display(std::string(kDefaultModel.title), [&signals] { return signals.pending(); });
  return pull_default_model(*options, display);
}

}  // namespace

Status settle_model(Settings& settings) {
  if (names_a_model(settings)) return {};
  std::vector<models::FoundModel> models = writing_models(settings);
  if (models.empty()) {
    if (Status got = offer_default(models); !got) return got;
    models = writing_models(settings);
  }
  UsualModel usual = usual_model(models);
  if (usual.model == nullptr) {
    if (models.empty() || !can_ask()) return fail(no_usual_model(models));
    const Result<const models::FoundModel*> chosen = ask_which(models, settings);
    if (!chosen) return fail(chosen.error());
    usual.model = *chosen;
  } else if (models.size() > 1 && (usual.is_remembered || platform::is_terminal(stderr))) {
    print_note("using " + usual.model->id + ", " + std::string(usual.why) +
               " (--model names another)");
  }
  settings.model = {usual.model->id};
  return {};
}

void remember_used(const Settings& settings) {
  if (!platform::is_terminal(stderr) || !platform::is_terminal(stdin)) return;
  if (settings.model.empty() || needs_no_file(settings)) return;
  if (find_section(settings, settings.model.front()) != nullptr) return;
  const Result<models::FoundModel> found = find_model(settings, settings.model.front());
  if (found && found->source != "path") remember_model(found->full_id);
}

}  // namespace pcai::app
