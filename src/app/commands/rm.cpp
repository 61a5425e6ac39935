#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "app/choice/model_choice.h"
#include "app/choice/own_files.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "platform/console.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

struct RmFlags {
  std::unique_ptr<SettingFlags> settings;
  std::string model;
  bool yes = false;
  bool json = false;
};

/// The model of that whole id or at that path, damaged ones included. A name that only `run` would
/// understand is not enough to remove a file.
Result<models::FoundModel> named_model(const Settings& settings, const std::string& name) {
  std::error_code error;
  const fs::path given = fs::weakly_canonical(name, error);
  for (models::FoundModel& model : models::find_models(model_folders(settings))) {
    const bool is_named = model.id == name || model.full_id == name ||
                          std::ranges::find(model.other_ids, name) != model.other_ids.end();
    if (is_named || model.path == name || fs::weakly_canonical(model.path, error) == given) {
      return std::move(model);
    }
  }
  const Result<models::FoundModel> meant = find_model(settings, name);
  if (!meant) return fail(meant.error());
  if (meant->source == "path") return *meant;
  return fail(ErrorCode::InvalidRequest, "'" + name + "' is not a whole name; to remove " +
                                             meant->id + ", give this id or its path");
}

/// Asks a person. False where nobody is there to be asked.
Result<bool> is_wanted(const models::FoundModel& model, std::size_t files) {
  if (!platform::is_terminal(stdin)) {
    return fail(ErrorCode::InvalidRequest,
                "give --yes to remove " + platform::path_text(model.path));
  }
  std::cerr << "Remove " << terminal_safe(platform::path_text(model.path)) << " (" << files
            << (files == 1 ? " file, " : " files, ") << human_size(model.size_bytes) << ")? [y/N] "
            << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int rm(const RmFlags& flags) {
  const auto refuse = [](const Error& error) {
    print_error(error.message);
    return exit_code(error.code);
  };
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  const Result<models::FoundModel> model = named_model(resolved->values, flags.model);
  if (!model) return refuse(model.error());
  const Result<std::vector<fs::path>> files = own_files_of(*model);
  if (!files) return refuse(files.error());
  if (!flags.yes) {
    const Result<bool> wanted = is_wanted(*model, files->size());
    if (!wanted) return refuse(wanted.error());
    if (!*wanted) return kSuccess;
  }
  nlohmann::json list = nlohmann::json::array();
  const auto tell = [&](const fs::path& file) {
    const std::string path = platform::path_text(file);
    list.push_back(path);
    return flags.json || write_out("removed " + terminal_safe(path) + "\n");
  };
  const Status removed = remove_own_files(*files, tell);
  if (!removed) print_error(removed.error().message);
  const nlohmann::json object = {{"id", model->id}, {"removed", std::move(list)}};
  const bool is_written =
      !flags.json ||
      write_out(object.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  return removed && is_written ? kSuccess : kFailure;
}

}  // namespace

void add_rm(CommandLine& line) {
  const auto flags = std::make_shared<RmFlags>();
  CLI::App& command =
      line.add("rm", "Remove a model from pcai's own folder",
               "Models in the stores of other programs, and in folders of --models-dir, are never\n"
               "touched. Without --yes it asks first.\n\n"
               "Examples:\n"
               "  pcai rm Qwen2.5-0.5B-Instruct-Q8_0\n"
               "  pcai rm --yes ~/.local/share/pcai/models/old.gguf",
               [flags] { return rm(*flags); });
  command
      .add_option("MODEL", flags->model, "An id that `pcai models` shows, or the path of a file")
      ->required()
      ->type_name("MODEL");
  command.add_flag("-y,--yes", flags->yes, "Remove it without asking");
  command.add_flag("--json", flags->json, "Print JSON");
  flags->settings = std::make_unique<SettingFlags>(command, kRemove);
}

}  // namespace pcai::app
