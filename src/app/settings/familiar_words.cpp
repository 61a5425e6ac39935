#include "app/settings/familiar_words.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace pcai::app {
namespace {

/// A word of another program. Either `ours` or `advice` is set.
struct Familiar {
  std::vector<std::string_view> theirs;
  std::string_view ours = {};
  std::string_view advice = {};
};

const std::vector<Familiar>& familiar_commands() {
  static const std::vector<Familiar> table = {
      {.theirs = {"list", "ls"}, .ours = "models"},
      {.theirs = {"info"}, .ours = "show"},
      {.theirs = {"download", "get"}, .ours = "pull"},
      {.theirs = {"remove", "delete"}, .ours = "rm"},
      {.theirs = {"start", "server"}, .ours = "serve"},
      {.theirs = {"chat"}, .ours = "run"},
      {.theirs = {"cp"},
       .advice = "another name for a model is a section of pcai.toml: [models.NAME] with "
                 "model = \"MODEL\"; a running server also takes POST /api/copy"},
      {.theirs = {"create"},
       .advice = "a model with settings of its own is a section of pcai.toml: [models.NAME] with "
                 "model = \"MODEL\" (FROM), and [models.NAME.defaults] with temperature, stop, "
                 "system … (PARAMETER, SYSTEM); a running server also takes POST /api/create"},
      {.theirs = {"push", "signin", "signout"}, .advice = "pcai sends no models anywhere"},
  };
  return table;
}

constexpr std::string_view kHeader =
    "the model's file decides it; change its header, for example with gguf_new_metadata.py of "
    "llama.cpp";
constexpr std::string_view kMemory =
    "pcai packs weights for its kernels into its own memory and maps the others; let the system "
    "keep them there, for example by MemoryMin= of a systemd unit";
constexpr std::string_view kShift =
    "an answer never loses the beginning of its context: a request that does not fit is "
    "refused, and a chat offers to drop its oldest turns";

const std::vector<Familiar>& familiar_flags() {
  static const std::vector<Familiar> table = {
      {.theirs = {"-m"}, .ours = "--model"},
      {.theirs = {"-hf", "-hfr", "--hf-repo"}, .ours = "--model"},
      {.theirs = {"-c", "--ctx-size", "--num-ctx", "--context-length"}, .ours = "--context"},
      {.theirs = {"-t"}, .ours = "--threads"},
      {.theirs = {"-b", "-ub", "--ubatch-size"}, .ours = "--batch-size"},
      {.theirs = {"-ngl", "--n-gpu-layers", "--num-gpu"}, .ours = "--gpu-layers"},
      {.theirs = {"-np", "--parallel"}, .ours = "--max-sequences"},
      {.theirs = {"-n", "--predict", "--n-predict", "--num-predict"}, .ours = "--max-tokens"},
      {.theirs = {"--temp"}, .ours = "--temperature"},
      {.theirs = {"-s"}, .ours = "--seed"},
      {.theirs = {"--top-nsigma"}, .ours = "--top-n-sigma"},
      {.theirs = {"--typical"}, .ours = "--typical-p"},
      {.theirs = {"-sys", "--system-prompt"}, .ours = "--system"},
      {.theirs = {"-mm"}, .ours = "--mmproj"},
      {.theirs = {"--keepalive"}, .ours = "--keep-alive"},
      {.theirs = {"--chat-template-file"}, .ours = "--chat-template"},
      {.theirs = {"--models-path"}, .ours = "--models-dir"},
      {.theirs = {"-a", "--alias"},
       .advice = "other names of a model stand in pcai.toml: [models.NAME] with aliases"},
      {.theirs = {"-f", "--file"}, .advice = "a prompt from a file is `pcai run < FILE`"},
      {.theirs = {"-r", "--reverse-prompt"}, .advice = "it is called --stop"},
      {.theirs = {"--rope-scaling", "--rope-scale", "--rope-freq-base", "--rope-freq-scale",
                  "--yarn-orig-ctx", "--yarn-ext-factor", "--yarn-attn-factor", "--yarn-beta-slow",
                  "--yarn-beta-fast"},
       .advice = kHeader},
      {.theirs = {"--override-kv"}, .advice = kHeader},
      {.theirs = {"--mlock"}, .advice = kMemory},
      {.theirs = {"--no-mmap", "--mmap", "--direct-io", "-dio"}, .advice = kMemory},
      {.theirs = {"--context-shift", "--no-context-shift"}, .advice = kShift},
      {.theirs = {"-fa", "--flash-attn"},
       .advice = "it needs no flag: flash attention is on wherever the model can use it"},
      {.theirs = {"--jinja", "--no-jinja"},
       .advice = "it needs no flag: the model's own chat template is always used"},
      {.theirs = {"-cb", "--cont-batching", "-nocb", "--no-cont-batching"},
       .advice = "it needs no flag: requests are always batched; --max-sequences 1 answers one "
                 "after another"},
      {.theirs = {"-ctk", "-ctv", "--cache-type-k", "--cache-type-v"},
       .advice = "the cache has 16 bits a number, so that it costs no quality"},
      {.theirs = {"-md", "--model-draft"}, .advice = "pcai does not use draft models"},
      {.theirs = {"--grammar", "--grammar-file", "-j", "--json-schema", "--format"},
       .advice = "a grammar or a schema is a field of a request: `grammar`, `response_format`"},
      {.theirs = {"-cnv", "--conversation", "-i", "--interactive"},
       .advice = "it needs no flag: without a prompt, a chat begins at a terminal"},
      {.theirs = {"--nowordwrap"},
       .advice = "it needs no flag: lines are wrapped only at a "
                 "terminal, and not where stdout is a pipe"},
  };
  return table;
}

const Familiar* find_familiar(const std::vector<Familiar>& table, std::string_view word) {
  const auto found = std::ranges::find_if(table, [word](const Familiar& row) {
    return std::ranges::find(row.theirs, word) != row.theirs.end();
  });
  return found != table.end() ? &*found : nullptr;
}

const CLI::App* find_command(const CLI::App& root, const std::string& name) {
  for (const CLI::App* command : root.get_subcommands(nullptr)) {
    if (command->get_name() == name) return command;
  }
  return nullptr;
}

tl::unexpected<Error> no_counterpart(std::string_view word, const Familiar& row) {
  return fail(ErrorCode::InvalidRequest,
              "pcai has no `" + std::string(word) + "`: " + std::string(row.advice));
}

/// Whether the next argument is the value of this one, which the command knows.
bool takes_next(const CLI::App& command, const std::string& argument) {
  const CLI::Option* const option = command.get_option_no_throw(argument);
  return option != nullptr && option->get_items_expected_max() > 0;
}

}  // namespace

Result<std::vector<std::string>> in_own_words(const CLI::App& root,
                                              std::vector<std::string> arguments) {
  if (arguments.empty()) return arguments;
  if (find_command(root, arguments.front()) == nullptr) {
    const Familiar* const row = find_familiar(familiar_commands(), arguments.front());
    if (row != nullptr && row->ours.empty()) return no_counterpart(arguments.front(), *row);
    if (row != nullptr) arguments.front() = row->ours;
  }
  const CLI::App* const command = find_command(root, arguments.front());
  if (command == nullptr || command->get_group().empty()) return arguments;
  std::optional<std::string> prompt;  // of `-p`, which is a word here
  for (std::size_t i = 1; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string word = arguments[i].substr(0, arguments[i].find('='));
    if (word.size() < 2 || word.front() != '-') continue;
    if (command->get_option_no_throw(word) != nullptr) {
      if (arguments[i] == word && takes_next(*command, word)) ++i;
      continue;
    }
    const bool is_prompt = (word == "-p" || word == "--prompt") && command->get_name() == "run";
    if (is_prompt && arguments[i] == word && i + 1 < arguments.size()) {
      prompt = arguments[i + 1];
      arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i),
                      arguments.begin() + static_cast<std::ptrdiff_t>(i) + 2);
      --i;
      continue;
    }
    const Familiar* const row = find_familiar(familiar_flags(), word);
    if (row == nullptr) continue;
    if (row->ours.empty()) return no_counterpart(word, *row);
    const std::string ours(row->ours);
    if (command->get_option_no_throw(ours) == nullptr) {
      return fail(ErrorCode::InvalidRequest, "`" + word + "` is called " + ours +
                                                 " here, and `pcai " + command->get_name() +
                                                 "` does not have it");
    }
    const bool is_repository = word.starts_with("-hf") || word == "--hf-repo";
    const bool is_joined = arguments[i] != word;
    std::string value = is_joined                  ? arguments[i].substr(word.size() + 1)
                        : i + 1 < arguments.size() ? arguments[i + 1]
                                                   : "";
    if (is_repository && !value.empty() && !value.starts_with("hf:")) value = "hf:" + value;
    arguments[i] = ours;
    if (is_joined) {
      arguments[i] += "=" + value;
    } else if (i + 1 < arguments.size()) {
      arguments[++i] = value;
    }
  }
  if (prompt) arguments.push_back(*prompt);
  return arguments;
}

}  // namespace pcai::app
