#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "capi/dialect.h"
#include "capi/event_view.h"
#include "capi/model_load.h"
#include "capi/open_engine.h"
#include "capi/text.h"
#include "pcai/pcai.h"

// What the handles of pcai.h are. Each holds what it needs, so that any order of freeing is fine.

struct pcai_engine {
  std::shared_ptr<pcai::OpenEngine> engine;
};

/// A model that its engine knows; forgets it at its end.
struct pcai_model {
  pcai_model(std::shared_ptr<pcai::OpenEngine> of, std::string name, std::string file);
  ~pcai_model();

  std::shared_ptr<pcai::OpenEngine> engine;
  std::string id;
  std::string path;
  mutable pcai::TextPool texts;
  std::unique_ptr<pcai::ModelLoad> load;
};

struct pcai_generation {
  std::unique_ptr<pcai::Generation> generation;
  pcai::Places places;  // of its request
  pcai::EventView view = {};
  std::atomic_flag reading = {};
};

struct pcai_models {
  pcai::TextPool texts = {};
  std::vector<pcai_model_info> infos = {};
};

struct pcai_devices {
  pcai::TextPool texts = {};
  std::vector<pcai_device_info> infos = {};
};
