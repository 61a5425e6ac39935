#include "fit/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <system_error>

#include "fit/folder_memory.h"

namespace pcai::fit {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kMinContext = 256;
constexpr std::uint64_t kMaxContext = std::uint64_t{1} << 31;

/// Nobody gets more tokens without asking. Cells are written once before the first answer, and a
/// step's masks grow with them, whether a text fills them or not.
constexpr std::uint64_t kMostUnasked = std::uint64_t{1} << 17;

std::string mib(std::uint64_t bytes) {
  return fmt::format("{} MiB", (bytes + (1 << 20) - 1) >> 20);
}

/// What is left free on a device for others and for what no plan foresees.
std::uint64_t margin_of(const Device& device) {
  return std::clamp<std::uint64_t>(device.memory_total / 16, std::uint64_t{256} << 20,
                                   std::uint64_t{1} << 30);
}

/// One model, one configuration, one list of devices.
class Planner {
 public:
  Planner(const ModelMemory& model, const ModelConfig& config, const std::vector<Device>& devices)
      : model_(model), config_(config), shape_(context_shape(config, model.is_recurrent)) {
    for (const Device& device : devices) {
      if (device.kind == DeviceKind::Cpu) {
        cpu_ = device;
      } else if (!config.gpu_devices || std::ranges::count(*config.gpu_devices, device.index) > 0) {
        gpus_.push_back(device);
      }
    }
  }

  MemoryPlan plan() {
    const std::uint64_t trained = std::max(model_.train_context, kMinContext);
    const std::uint64_t unasked =
        model_.kv_per_cell() > 0 ? std::min(trained, kMostUnasked) : trained;
    const std::uint64_t wanted = config_.context_length.value_or(unasked);
    plan_.notes = model_.notes;
    plan_.sequences = shape_.running;
    plan_.wanted_context = static_cast<std::uint32_t>(wanted);
    place(wanted);
    const std::uint64_t most = most_cells();
    plan_.holds_context = wanted <= most;
    if (!config_.context_length && trained > wanted && plan_.holds_context) {
      plan_.notes.push_back(fmt::format(
          "the context is {} of the {} tokens that the model was trained for; ask for more with "
          "--context",
          wanted, trained));
    }
    if (wanted > most && !config_.context_length) {
      place(std::max<std::uint64_t>(most, kMinContext));
      if (plan_.context < wanted) {  // the least is not cut
        plan_.notes.push_back(fmt::format(
            "the context is reduced from {} to {} tokens, because it may take half of the memory "
            "that the weights leave free",
            wanted, plan_.context));
      }
    } else if (wanted > most) {
      refuse(fmt::format(
          "a context of {} tokens needs {}; the remaining memory is enough for {} tokens", wanted,
          mib(plan_.shares.front().context), most));
    }
    for (const DeviceShare& share : plan_.shares) {
      const std::uint64_t needs = share.bytes() + share.margin;
      if (share.device.memory_free > 0 && needs > share.device.memory_free) {
        refuse(fmt::format("{} needs {} and a margin of {}, but {} are free", share.device.name,
                           mib(share.bytes()), mib(share.margin), mib(share.device.memory_free)));
      }
    }
    return std::move(plan_);
  }

 private:
  void refuse(std::string why) {
    plan_.why_not += (plan_.why_not.empty() ? "" : "; ") + std::move(why);
  }

  /// Layers and, as the last one, the output, as llama.cpp counts them for a GPU.
  std::uint32_t places() const { return static_cast<std::uint32_t>(model_.layers.size()) + 1; }

  /// Lays the model out for a context, with as many layers on the GPUs as are asked for or fit.
  void place(std::uint64_t context) {
    plan_.context = rounded_cells(context);
    const std::uint32_t most =
        config_.gpu_layers < 0 ? places()
                               : std::min(static_cast<std::uint32_t>(config_.gpu_layers), places());
    std::uint32_t count = gpus_.empty() ? 0 : most;
    plan_.shares = shares_with(count);
    while (config_.gpu_layers < 0 && count > 0 && !gpus_hold(plan_.shares)) {
      plan_.shares = shares_with(--count);
    }
    plan_.gpu_layers = count;
  }

  static bool gpus_hold(const std::vector<DeviceShare>& shares) {
    return std::all_of(shares.begin() + 1, shares.end(), [](const DeviceShare& share) {
      return share.bytes() + share.margin <= share.device.memory_free;
    });
  }

  /// The GPU of place `number` of `count`: by its share of the free memory, as llama.cpp splits.
  std::size_t gpu_of(std::uint32_t number, std::uint32_t count) const {
    double all = 0;
    for (const Device& gpu : gpus_) all += static_cast<double>(gpu.memory_free);
    double sum = 0;
    for (std::size_t i = 0; i + 1 < gpus_.size(); ++i) {
      sum += static_cast<double>(gpus_[i].memory_free);
      if (static_cast<double>(number) / count < (all > 0 ? sum / all : 0)) return i;
    }
    return gpus_.size() - 1;
  }

  std::vector<DeviceShare> shares_with(std::uint32_t count) const {
    std::vector<DeviceShare> shares = {{.device = cpu_, .margin = margin_of(cpu_)}};
    if (count > 0) {
      for (const Device& gpu : gpus_) shares.push_back({.device = gpu, .margin = margin_of(gpu)});
    }
    shares.front().weights = model_.input.weights + model_.parts;
    shares.front().panels = model_.input.panels;
    std::uint64_t packed = model_.input.packed;
    const std::uint32_t first = places() - count;
    for (std::uint32_t i = 0; i < places(); ++i) {
      DeviceShare& share = i < first ? shares.front() : shares[1 + gpu_of(i - first, count)];
      const bool is_output = i + 1 == places();
      const LayerMemory& layer = is_output ? model_.output : model_.layers[i];
      add(share, layer, is_output, i >= first);
      if (i < first) packed += layer.packed;
    }
    for (DeviceShare& share : shares) {
      const bool computes = share.layers > 0 || share.has_output || count == 0;
      if (computes) share.compute = compute_bytes(model_, plan_.context, shape_);
    }
    settle_panels(shares.front(), packed);
    return shares;
  }

  void add(DeviceShare& share, const LayerMemory& layer, bool is_output, bool is_on_gpu) const {
    ModelMemory alone = {.layers = {layer}};
    share.weights += layer.weights;
    // A GPU needs a copy of embeddings that are the output matrix, too.
    if (is_output && is_on_gpu && model_.ties_output) share.weights += model_.input.weights;
    if (!is_on_gpu) share.panels += layer.panels;
    share.context += context_bytes(alone, plan_.context, shape_);
    share.layers += is_output ? 0 : 1;
    share.has_output |= is_output;
  }

  /// As load_kernels does it.
  void settle_panels(DeviceShare& cpu, std::uint64_t packed) const {
    const std::uint64_t free = cpu.device.memory_free;
    if (config_.kernels == KernelUse::Off || (free > 0 && cpu.panels > most_panels(free))) {
      cpu.panels = 0;
    } else {
      cpu.weights -= packed;
    }
  }

  /// The most cells for which the CPU's memory does: the cells of its layers take no more than half
  /// of what is left beside the weights, and with the buffers all of it fits.
  std::uint64_t most_cells() const {
    const DeviceShare& cpu = plan_.shares.front();
    const std::uint64_t each = cpu.context / std::max<std::uint32_t>(plan_.context, 1);
    const std::uint64_t free = cpu.device.memory_free;
    const std::uint64_t fixed = cpu.weights + cpu.panels;
    const auto holds = [&](std::uint64_t cells) {
      const std::uint64_t context = each * cells;
      return free > fixed && context <= (free - fixed) / 2 &&
             fixed + context + compute_bytes(model_, cells, shape_) + cpu.margin <= free;
    };
    std::uint64_t fits = 0;  // in units of kMinContext
    std::uint64_t too_many = kMaxContext / kMinContext + 1;
    if (each == 0 || free == 0) return kMaxContext;
    while (too_many - fits > 1) {
      const std::uint64_t middle = (fits + too_many) / 2;
      (holds(middle * kMinContext) ? fits : too_many) = middle;
    }
    return fits * kMinContext;
  }

  const ModelMemory& model_;
  const ModelConfig& config_;
  const ContextShape shape_;
  Device cpu_ = {.name = "CPU"};
  std::vector<Device> gpus_;
  MemoryPlan plan_;
};

/// Of a model in a folder: its weights. Its context grows with what is asked.
Result<std::uint64_t> weights_in(const ModelConfig& config) {
  const Result<ModelMemory> model = read_folder_memory(config);
  std::uint64_t bytes = model ? model->weights() : 0;
  std::error_code error;
  for (fs::directory_iterator at(config.model_path, error);
       !error && at != fs::directory_iterator(); at.increment(error)) {
    std::error_code unreadable;
    if (at->path().extension() != ".uqff") continue;  // has no header that tells more
    const std::uintmax_t size = at->file_size(unreadable);
    if (!unreadable) bytes += size;
  }
  if (!model && bytes == 0) return fail(model.error());
  return bytes;
}

}  // namespace

std::uint64_t MemoryPlan::bytes() const noexcept {
  return std::accumulate(
      shares.begin(), shares.end(), std::uint64_t{0},
      [](std::uint64_t sum, const DeviceShare& share) { return sum + share.bytes(); });
}

std::uint64_t most_panels(std::uint64_t free_memory) noexcept {
  return free_memory / 4 * 3;
}

MemoryPlan plan_memory(const ModelMemory& model, const ModelConfig& config,
                       const std::vector<Device>& devices) {
  return Planner(model, config, devices).plan();
}

Result<MemoryPlan> plan_memory(const ModelConfig& config, const std::vector<Device>& devices) {
  return read_model_memory(config).map(
      [&](const ModelMemory& model) { return plan_memory(model, config, devices); });
}

Result<std::uint64_t> expected_memory(const ModelConfig& config) {
  std::error_code error;
  if (fs::is_directory(config.model_path, error)) return weights_in(config);
  return plan_memory(config, {cpu_device()}).map([](const MemoryPlan& plan) {
    return plan.bytes();
  });
}

}  // namespace pcai::fit
