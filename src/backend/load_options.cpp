#include "backend/load_options.h"

#include <string>
#include <tuple>

namespace pcai::backend {
namespace {

/// An option: the names of its field and of the user's setting, what a backend without it lacks,
/// and whether a configuration gives it.
struct OptionRow {
  LoadOption option;
  const char* field;
  const char* setting;
  const char* lack;
  bool (*given)(const ModelConfig&);
};

using C = const ModelConfig&;

constexpr OptionRow kOptions[] = {
    {LoadOption::ContextLength, "context_length", "context", "has a fixed context",
     [](C config) { return config.context_length.has_value(); }},
    {LoadOption::GpuLayers, "gpu_layers", "gpu_layers", "puts no layers on GPUs",
     [](C config) { return config.gpu_layers > 0; }},
    {LoadOption::GpuDevices, "gpu_devices", "gpu_devices", "chooses its devices itself",
     [](C config) { return config.gpu_devices.has_value(); }},
    {LoadOption::ChatTemplate, "chat_template", "chat_template", "takes no other chat template",
     [](C config) { return config.chat_template.has_value(); }},
    {LoadOption::BatchSize, "batch_size", "batch_size", "chooses the tokens of a step itself",
     [](C config) { return config.batch_size.has_value(); }},
    {LoadOption::Threads, "threads", "threads", "chooses its threads itself",
     [](C config) { return config.threads != ModelConfig{}.threads; }},
    {LoadOption::MaxSequences, "max_sequences", "max_sequences",
     "chooses itself how many requests it answers together",
     [](C config) { return config.max_sequences != ModelConfig{}.max_sequences; }},
    {LoadOption::Kernels, "kernels", "kernels", "has its own kernels",
     [](C config) { return config.kernels == KernelUse::On; }},
    {LoadOption::Reproducible, "reproducible", "reproducible", "is not reproducible",
     [](C config) { return config.reproducible; }},
    {LoadOption::Projector, "projector", "mmproj", "takes no projector",
     [](C config) { return config.projector && !config.projector_optional; }},
    {LoadOption::Adapters, "adapters", "lora", "takes no adapters",
     [](C config) { return !config.adapters.empty(); }},
    {LoadOption::Isq, "isq", "isq", "does not quantize a model while loading it",
     [](C config) { return !config.isq.empty(); }},
    {LoadOption::OpenObjects, "open_objects", "open_objects", "enforces no schemas",
     [](C config) { return config.open_objects; }},
};

/// Names every member, so that a new one does not compile until it has a row above.
[[maybe_unused]] auto options_of(C config) {
  const auto& [model_path, context_length, gpu_layers, gpu_devices, chat_template, batch_size,
               threads, max_sequences, kernels, reproducible, projector, projector_optional,
               adapters, isq, open_objects] = config;
  return std::tie(context_length, gpu_layers, gpu_devices, chat_template, batch_size, threads,
                  max_sequences, kernels, reproducible, projector, adapters, isq, open_objects);
}
static_assert(std::size(kOptions) == std::tuple_size_v<decltype(options_of(ModelConfig{}))>);

/// The backends that honour the option and read the model's format.
std::string who_honours(const BackendRegistry& registry, LoadOption option,
                        const std::string& format) {
  std::string names;
  for (const BackendEntry& entry : registry.entries()) {
    const BackendDescriptor& backend = entry.descriptor;
    if (!backend.needs_file || !backend.options.has(option) || !reads(backend, format)) continue;
    names += (names.empty() ? "'" : " or '") + entry.name + "'";
  }
  return names;
}

}  // namespace

Status check_options(const ModelConfig& config, const BackendDescriptor& backend,
                     const BackendRegistry& registry) {
  for (const OptionRow& row : kOptions) {
    if (!row.given(config) || backend.options.has(row.option)) continue;
    const std::string others = who_honours(registry, row.option, format_of(config.model_path));
    return fail(ErrorCode::Unsupported,
                std::string(row.setting) + ": the backend '" + backend.name + "' " + row.lack +
                    "; leave it out" + (others.empty() ? "" : ", or take the backend " + others),
                row.field);
  }
  return {};
}

}  // namespace pcai::backend
