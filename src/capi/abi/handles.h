#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "capi/abi/event_view.h"
#include "capi/abi/text.h"
#include "capi/dialect.h"
#include "capi/model_load.h"
#include "capi/open_engine.h"
#include "pcai/pcai.h"

// What the handles of pcai.h are. A caller of the C API owns each of them and frees it once. Each
// handle shares what it needs, so that the handles may be freed in any order. (pcai_error, the
// simplest one, stands in error.cpp.)

/// The engine itself lives on in the handles of its models after pcai_engine_free has closed it.
struct pcai_engine {
  std::shared_ptr<pcai::capi::OpenEngine> engine;
};

/// A model that its engine knows by `id`. Several threads may use it at once.
struct pcai_model {
  /// The model must have been added to the engine.
  pcai_model(std::shared_ptr<pcai::capi::OpenEngine> of, std::string name, std::string file);

  /// Gives up loading and removes the model from its engine, which ends its requests.
  ~pcai_model();

  std::shared_ptr<pcai::capi::OpenEngine> engine;  // never null
  std::string id;
  std::string path;                    // UTF-8
  mutable pcai::capi::TextPool texts;  // what pcai_model_get_info lent; lives as long as this
  std::unique_ptr<pcai::capi::ModelLoad> load;  // never null once pcai_model_load has returned
};

/// One request. pcai_generation_cancel may run on any thread beside the one that reads.
struct pcai_generation {
  std::unique_ptr<pcai::engine::Generation> generation;
  pcai::api::Places places;  // of its request
  pcai::capi::EventView view = {};
  std::atomic_flag reading = {};  // set while a thread is in pcai_generation_next
};

/// A list of models. It does not change, so any number of threads may read it.
struct pcai_models {
  pcai::capi::TextPool texts = {};
  std::vector<pcai_model_info> infos = {};
};

/// A list of devices, likewise. `texts` owns the text of `infos`.
struct pcai_devices {
  pcai::capi::TextPool texts = {};
  std::vector<pcai_device_info> infos = {};
};
