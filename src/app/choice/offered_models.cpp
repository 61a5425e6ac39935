#include "app/choice/offered_models.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace pcai::app {
namespace {

// Each binding names every member, so that a new one does not compile until it is compared here.

auto fields(const AdapterConfig& adapter) {
  const auto& [path, scale] = adapter;
  return std::tie(path, scale);
}

/// Of a text: a default's messages have no more.
auto fields(const ChatMessage& message) {
  return std::tie(message.role, message.content);
}

template <class Item>
bool same(const std::vector<Item>& a, const std::vector<Item>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return fields(x) == fields(y); });
}

bool same(const ModelDefaults& a, const ModelDefaults& b) {
  return same_values(a, b) && same(a.messages, b.messages);
}

bool same(const ModelConfig& a, const ModelConfig& b) {
  const auto fields_of = [](const ModelConfig& config) {
    const auto& [path, context, gpu_layers, gpu_devices, chat_template, batch_size, threads,
                 max_sequences, kernels, reproducible, projector, projector_optional, adapters, isq,
                 open_objects] = config;
    return std::tie(path, context, gpu_layers, gpu_devices, chat_template, batch_size, threads,
                    max_sequences, kernels, reproducible, projector, projector_optional, isq,
                    open_objects);
  };
  return fields_of(a) == fields_of(b) && same(a.adapters, b.adapters);
}

/// What a model is expected to take is no setting: it follows from the others.
bool same(const ChosenModel& a, const ChosenModel& b) {
  const auto fields_of = [](const ChosenModel& model) {
    const auto& [spec, aliases, at_start] = model;
    const auto& [id, config, backend, memory_bytes, pinned, keep_alive, defaults] = spec;
    return std::tie(id, backend, pinned, keep_alive, aliases);
  };
  return fields_of(a) == fields_of(b) && same(a.spec.config, b.spec.config) &&
         same(a.spec.defaults, b.spec.defaults);
}

const ChosenModel* find(const std::vector<ChosenModel>& models, const std::string& id) {
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&id](const auto& model) { return model.spec.id == id; });
  return found == models.end() ? nullptr : &*found;
}

}  // namespace

Result<OfferChange> OfferedModels::offer(std::vector<ChosenModel> models) {
  OfferChange change;
  for (const ChosenModel& old : offered_) {
    const std::string& id = old.spec.id;
    const ChosenModel* now = find(models, id);
    if (now != nullptr && same(*now, old)) continue;
    (now == nullptr ? change.removed : change.changed).push_back(id);
    if (Status status = engine_.retire_model(id); !status) return fail(status.error());
  }
  const std::vector<ChosenModel> before = std::exchange(offered_, {});
  for (ChosenModel& model : models) {
    const std::string& id = model.spec.id;
    const ChosenModel* old = find(before, id);
    if (old == nullptr || !same(*old, model)) {
      if (old == nullptr) change.added.push_back(id);
      if (Status status = add(model); !status) return fail(status.error());
    }
    offered_.push_back(std::move(model));
  }
  if (offered_.empty()) return change;
  if (Status status = engine_.set_default_model(offered_.front().spec.id); !status) {
    return fail(status.error());
  }
  return change;
}

Status OfferedModels::add(const ChosenModel& model) {
  if (Status status = engine_.add_model(model.spec); !status) return status;
  for (const std::string& alias : model.aliases) {
    if (Status status = engine_.add_alias(alias, model.spec.id); !status) return status;
  }
  return {};
}

}  // namespace pcai::app
