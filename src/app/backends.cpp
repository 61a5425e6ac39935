#include "app/backends.h"

#include "backend/register_backends.h"
#include "backend/worker/register.h"

namespace pcai {

const BackendRegistry& all_backends() {
  static const BackendRegistry registry = [] {
    BackendRegistry all;
    register_backends(all);
    return all;
  }();
  return registry;
}

std::shared_ptr<const BackendRegistry> engine_backends(const std::string& isolation) {
  BackendRegistry registry = all_backends();
  if (isolation == "process") registry = isolate(registry, {});
  return std::make_shared<const BackendRegistry>(std::move(registry));
}

}  // namespace pcai
