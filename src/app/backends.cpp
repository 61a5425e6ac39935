#include "app/backends.h"

#include "backend/register_backends.h"
#include "backend/worker/register.h"

namespace pcai::app {

const backend::BackendRegistry& all_backends() {
  static const backend::BackendRegistry registry = [] {
    backend::BackendRegistry all;
    backend::register_backends(all);
    return all;
  }();
  return registry;
}

std::shared_ptr<const backend::BackendRegistry> engine_backends(const std::string& isolation) {
  backend::BackendRegistry registry = all_backends();
  if (isolation == "process") registry = backend::worker::isolate(registry, {});
  return std::make_shared<const backend::BackendRegistry>(std::move(registry));
}

}  // namespace pcai::app
