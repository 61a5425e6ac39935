#include <fmt/core.h>

#include <algorithm>
#include <iostream>
#include <system_error>

#include "app/choice/model_choice.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "models/split_name.h"
#include "platform/console.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

struct RmFlags {
  std::unique_ptr<SettingFlags> settings;
  std::string model;
  bool yes = false;
};

/// The model that is named, damaged ones included.
Result<models::FoundModel> named_model(const Settings& settings, const std::string& name) {
  std::error_code error;
  const fs::path given = fs::weakly_canonical(name, error);
  for (models::FoundModel& model : models::find_models(model_folders(settings))) {
    if (model.id == name || model.path == name ||
        fs::weakly_canonical(model.path, error) == given) {
      return std::move(model);
    }
  }
  return find_model(settings, name);
}

/// How a store's own program removes its models.
std::string other_way(const models::FoundModel& model) {
  if (model.source == "ollama") return "it is Ollama's; use `ollama rm " + model.id + "`";
  if (model.source == "lm-studio") return "it is LM Studio's; remove it there";
  if (model.source == "hugging-face") {
    return "it is in the Hugging Face cache; use `hf cache delete`";
  }
  if (model.source == "jan" || model.source == "gpt4all" || model.source == "llama.cpp") {
    return "it is " + model.source + "'s; remove it there";
  }
  return "it is not in pcai's own folder; remove the file yourself if it is yours";
}

/// All files of a model in pcai's own folder; of a split one also those that have lost the others.
Result<std::vector<fs::path>> files_of(const models::FoundModel& model) {
  std::error_code error;
  const fs::path own = fs::canonical(models::own_models_folder(), error);
  const fs::path folder = fs::canonical(model.path.parent_path(), error);
  const bool is_own = !error && !own.empty() &&
                      std::ranges::mismatch(own, folder).in1 == own.end() &&
                      model.source != "ollama";
  if (!is_own) {
    return fail(ErrorCode::InvalidRequest,
                platform::path_text(model.path) + ": " + other_way(model));
  }
  const auto split = models::parse_split_name(model.path);
  std::vector<fs::path> files;
  for (std::uint32_t i = 1; i <= (split ? split->count : 1); ++i) {
    fs::path file = split ? models::split_part(model.path, i) : model.path;
    const fs::file_status status = fs::symlink_status(file, error);
    if (fs::is_regular_file(status) || fs::is_symlink(status)) files.push_back(std::move(file));
  }
  if (files.empty()) {
    return fail(ErrorCode::InvalidRequest,
                platform::path_text(model.path) + " is not a file, so it cannot be removed");
  }
  return files;
}

/// What pulls of these files have left behind: "NAME.<16 hex digits>.part" beside them.
std::vector<fs::path> parts_of(const std::vector<fs::path>& files) {
  constexpr std::string_view kEnd = ".part";
  constexpr std::size_t kDigits = 16;
  std::vector<fs::path> parts;
  std::error_code error;
  fs::directory_iterator at(files.front().parent_path(), error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    const std::string name = platform::path_text(at->path().filename());
    if (name.size() < kDigits + kEnd.size() + 1 || !name.ends_with(kEnd)) continue;
    const std::size_t dot = name.size() - kEnd.size() - kDigits - 1;
    const bool is_digest = name.find_first_not_of("0123456789abcdef", dot + 1) == dot + 1 + kDigits;
    const auto is_file = [&](const fs::path& file) {
      return platform::path_text(file.filename()) == name.substr(0, dot);
    };
    if (name[dot] == '.' && is_digest && std::ranges::any_of(files, is_file) &&
        fs::is_regular_file(at->symlink_status(error))) {
      parts.push_back(at->path());
    }
  }
  std::ranges::sort(parts);
  return parts;
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

/// Removes the folders above a file that are empty now, up to pcai's own.
void remove_empty_folders(fs::path folder) {
  std::error_code error;
  const fs::path own = fs::canonical(models::own_models_folder(), error);
  folder = fs::canonical(folder, error);
  while (!error && folder != own && std::ranges::mismatch(own, folder).in1 == own.end() &&
         fs::is_empty(folder, error) && fs::remove(folder, error)) {
    folder = folder.parent_path();
  }
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
  const Result<std::vector<fs::path>> files = files_of(*model);
  if (!files) return refuse(files.error());
  if (!flags.yes) {
    const Result<bool> wanted = is_wanted(*model, files->size());
    if (!wanted) return refuse(wanted.error());
    if (!*wanted) return kSuccess;
  }
  std::vector<fs::path> all = *files;
  for (fs::path& part : parts_of(*files)) all.push_back(std::move(part));
  for (const fs::path& file : all) {
    std::error_code error;
    if (!fs::remove(file, error)) {
      print_error(platform::path_text(file) + " cannot be removed: " + error.message());
      return kFailure;
    }
    if (!write_out("removed " + terminal_safe(platform::path_text(file)) + "\n")) return kFailure;
  }
  remove_empty_folders(files->front().parent_path());
  return kSuccess;
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
  flags->settings = std::make_unique<SettingFlags>(command, kRemove);
}

}  // namespace pcai::app
