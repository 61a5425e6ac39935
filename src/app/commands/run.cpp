#include <nlohmann/json.hpp>

#include "app/answer.h"
#include "app/chat/chat.h"
#include "app/choice/run_words.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/local_models.h"
#include "app/logging.h"
#include "app/prompt_input.h"
#include "app/remote/server_client.h"
#include "app/settings/command_line.h"
#include "app/settings/sampling_flags.h"
#include "app/terminal/answer_printer.h"
#include "app/terminal/model_question.h"
#include "app/terminal/speeds.h"
#include "app/terminal/terminal.h"
#include "platform/console.h"

namespace pcai::app {
namespace {

struct RunFlags {
  std::unique_ptr<SettingFlags> settings;
  std::unique_ptr<SamplingFlags> sampling;
  std::optional<std::string> first = {};  // MODEL, or PROMPT where there is no other word
  std::optional<std::string> second = {};
  std::optional<std::string> system = {};
  std::optional<std::string> server = {};
  std::vector<std::string> images = {};
  std::vector<std::string> recordings = {};
  bool json = false;
  bool verbose = false;
  bool no_history = false;
};

int refuse(const Error& error) {
  if (!error.message.empty()) print_error(error.message);
  return exit_code(error.code);
}

/// What is to be answered, wherever the model runs.
struct Task {
  bool is_chat = false;
  ChatStart start = {};
  GenerateRequest request = {};  // without parameters; of a chat nothing
};

/// Reads stdin and files as far as the words and flags say so.
Result<Task> make_task(const RunFlags& flags, const std::optional<std::string>& prompt) {
  const Result<Sampling> sampling = flags.sampling->given();
  if (!sampling) return fail(sampling.error());
  Result<GenerateParams> params = sampling->params();
  if (!params) return fail(params.error());
  Result<std::vector<Media>> media = read_media(flags.images, flags.recordings);
  if (!media) return fail(media.error());
  Task task;
  task.is_chat =
      !prompt && !flags.json && platform::is_terminal(stdin) && platform::is_terminal(stdout);
  task.start = {.system = flags.system.value_or(""),
                .sampling = *sampling,
                .media = *media,
                .shows_speeds = flags.verbose,
                .keeps_history = !flags.no_history};
  ChatPrompt chat;
  if (flags.system) chat.messages.push_back({.role = Role::System, .content = flags.system});
  if (!task.is_chat) {
    Result<std::string> text = complete_prompt(prompt);
    if (!text) return fail(text.error());
    chat.messages.push_back(
        {.role = Role::User, .content = std::move(*text), .media = std::move(*media)});
  }
  task.request = {.prompt = std::move(chat), .params = std::move(*params)};
  if (task.is_chat && !flags.system) return task;
  if (Status status = check_request(task.request); !status) return fail(status.error());
  return task;
}

int answer_once(const ChatModel& model, const Task& task, const RunFlags& flags) {
  AnswerPrinter printer(stderr);
  AnswerPieces pieces = printer.pieces();
  if (flags.json) pieces.text = pieces.reasoning = nullptr;
  const Answer answer = model.answer(task.request, task.start.sampling, pieces);
  const bool is_written = printer.end();
  if (answer.signal) return 128 + *answer.signal;
  if (!is_written) return kFailure;
  if (answer.error) return refuse(*answer.error);
  if (flags.json) {
    const std::string text =
        to_json(answer, model.id)
            .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
        "\n";
    return write_out(text) ? kSuccess : kFailure;
  }
  const ChatResponse& response = answer.response;
  if (response.finish_reason == FinishReason::Length) {
    print_warning("the answer was cut at the token limit (--max-tokens, --context)");
  }
  if (flags.verbose) print_note(speeds_text(response.usage, response.timings));
  return kSuccess;
}

int answer_all(ChatModel model, const Task& task, const RunFlags& flags,
               const std::function<Result<ChatModel>(const std::string&)>& change,
               platform::Signals& signals) {
  return task.is_chat ? chat(std::move(model), task.start, change, signals)
                      : answer_once(model, task, flags);
}

void tell_model_word(const std::string& word, const std::string& model) {
  print_note("'" + word + "' is taken as the model" + (word == model ? "" : " " + model) +
             " (--model NAME makes the words the prompt)");
}

/// The flags that say how a model is loaded have no effect on one that runs elsewhere.
Status check_server_flags(const ResolvedSettings& resolved) {
  for (const auto& [name, source] : resolved.sources) {
    const bool has_effect =
        name == "model" || name == "config" || name == "log_level" || name == "log_format";
    if (source.starts_with("--") && !has_effect) {
      return fail(ErrorCode::InvalidRequest,
                  source + " has no effect with --server; give it to `pcai serve`");
    }
  }
  return {};
}

struct ServedModel {
  std::string id;
  std::uint32_t context = 0;
};

/// The models of a server that can write, as far as it says so.
Result<std::vector<ServedModel>> served_models(const ServerClient& server) {
  const Result<nlohmann::json> list = server.models();
  if (!list) return fail(list.error());
  std::vector<ServedModel> models;
  for (const nlohmann::json& entry : *list) {
    if (!entry.is_object() || !entry.contains("id") || !entry["id"].is_string()) continue;
    const auto context = entry.find("context_length");
    models.push_back({.id = entry["id"].get<std::string>(),
                      .context = context != entry.end() && context->is_number_unsigned()
                                     ? context->get<std::uint32_t>()
                                     : 0});
  }
  if (models.empty()) return fail(ErrorCode::ModelNotFound, server.url() + " offers no model");
  return models;
}

int run_on_server(const RunFlags& flags, const ResolvedSettings& resolved) {
  if (Status status = check_server_flags(resolved); !status) return refuse(status.error());
  const Settings& settings = resolved.values;
  const Result<ServerClient> server = *flags.server == "auto"
                                          ? ServerClient::of(settings)
                                          : ServerClient::at(*flags.server, settings);
  if (!server) return refuse(server.error());
  const Result<std::vector<ServedModel>> models = served_models(*server);
  if (!models) return refuse(models.error());
  std::vector<std::string> ids;
  for (const ServedModel& model : *models) ids.push_back(model.id);
  const bool is_named =
      resolved.sources.contains("model") && resolved.sources.at("model") == "--model";
  const Result<RunWords> words = sort_words(
      flags.first, flags.second,
      [&](const std::string& word) { return is_named ? Naming::No : naming_among(ids, word); });
  if (!words) return refuse(words.error());

  platform::Signals* ending = nullptr;
  const auto open = [&](const std::string& name) -> Result<ChatModel> {
    const Result<std::string> id = name.empty() ? models->front().id : id_among(ids, name);
    if (!id) return fail(id.error());
    const auto found = std::ranges::find(*models, *id, &ServedModel::id);
    return ChatModel{.id = *id,
                     .context = found->context,
                     .answer = [&, id = *id](GenerateRequest request, const Sampling& sampling,
                                             const AnswerPieces& pieces) {
                       request.model = id;
                       return server->answer(request, sampling, *ending, pieces);
                     }};
  };
  const std::string named =
      words->model.value_or(is_named ? settings.model.front() : std::string());
  Result<ChatModel> model = open(named);
  if (!model) return refuse(model.error());
  if (words->model) tell_model_word(*words->model, model->id);
  const Result<Task> task = make_task(flags, words->prompt);
  if (!task) return refuse(task.error());
  platform::Signals signals;
  ending = &signals;
  return answer_all(std::move(*model), *task, flags, open, signals);
}

int run_here(const RunFlags& flags, ResolvedSettings& resolved) {
  Settings& settings = resolved.values;
  const bool is_named = resolved.sources["model"] == "--model";
  if (is_named && settings.model.size() > 1) {
    return refuse({ErrorCode::InvalidRequest, "`pcai run` takes one --model"});
  }
  const Result<RunWords> words = sort_words(
      flags.first, flags.second,
      [&](const std::string& word) { return is_named ? Naming::No : naming_here(settings, word); });
  if (!words) return refuse(words.error());
  const Result<Task> task = make_task(flags, words->prompt);
  if (!task) return refuse(task.error());
  if (words->model) settings.model = {*words->model};
  if (settings.model.size() > 1) settings.model.resize(1);
  start_logging(settings);
  if (Status settled = settle_model(settings); !settled) return refuse(settled.error());
  platform::Signals signals;
  const auto models = LocalModels::open(settings, signals);
  if (!models) {
    if (const auto number = signals.take(std::chrono::milliseconds(0))) return 128 + *number;
    return refuse(models.error());
  }
  ChatModel model = (*models)->model();
  if (words->model) tell_model_word(*words->model, model.id);
  return answer_all(
      std::move(model), *task, flags,
      [&models](const std::string& name) { return (*models)->change(name); }, signals);
}

int run(const RunFlags& flags) {
  Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  return flags.server ? run_on_server(flags, *resolved) : run_here(flags, *resolved);
}

}  // namespace

void add_run(CommandLine& line) {
  const auto flags = std::make_shared<RunFlags>();
  CLI::App& command = line.add(
      "run", "Answer one prompt, or chat at the terminal",
      "Without MODEL it takes the only model here, or the one used last. Text on stdin is added\n"
      "to the prompt. Without PROMPT, the prompt is read from stdin; at a terminal a chat\n"
      "begins.\n\n"
      "Examples:\n"
      "  pcai run \"Why is the sky blue?\"\n"
      "  pcai run smollm2                           chat with that model\n"
      "  pcai run smollm2 \"Why is the sky blue?\"\n"
      "  dmesg | tail -50 | pcai run \"Explain these messages.\"\n"
      "  pcai run --image photo.jpg \"What is this?\"\n"
      "  pcai run --server auto \"Hello\"             ask a running server\n"
      "  pcai run --model ./qwen.gguf --temperature 0 --max-tokens 64 --json \"Name a prime\"",
      [flags] { return run(*flags); });
  command.add_option("MODEL", flags->first, "The model, if the word is the name of one")
      ->type_name("MODEL");
  command.add_option("PROMPT", flags->second, "The prompt; - = read it from stdin")
      ->type_name("TEXT");
  command.add_option("--system", flags->system, "Instructions for the model")->type_name("TEXT");
  add_value_flag(command, "--image", flags->images, Times::Often, "FILE",
                 "Image that the prompt, or the first question of a chat, is about");
  add_value_flag(command, "--audio", flags->recordings, Times::Often, "FILE",
                 "Audio file that it is about");
  command
      .add_option("--server", flags->server,
                  "Ask the server at this address instead of loading a model here; auto = the one "
                  "that host and port of the settings describe")
      ->type_name("URL");
  flags->sampling = std::make_unique<SamplingFlags>(command);
  command.add_flag("--json", flags->json, "Print the result as JSON when the answer is complete");
  command.add_flag("--verbose", flags->verbose, "Show speeds after each answer");
  command.add_flag("--no-history", flags->no_history,
                   "Do not keep what is typed in a chat for the next one");
  flags->settings = std::make_unique<SettingFlags>(command, kRun);
}

}  // namespace pcai::app
