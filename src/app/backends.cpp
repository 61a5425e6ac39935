#include "app/backends.h"

#include "backend/fake/register.h"
#include "backend/llamacpp/register.h"
#include "backend/mistralrs/register.h"
#include "backend/worker/register.h"

namespace pcai {

BackendRegistry all_backends() {
  BackendRegistry registry;
  register_llamacpp(registry);
  register_mistralrs(registry);
  register_fake(registry);
  return registry;
}

std::shared_ptr<const BackendRegistry> engine_backends(const std::string& isolation) {
  BackendRegistry registry = all_backends();
  if (isolation == "process") registry = isolate(registry, {});
  return std::make_shared<const BackendRegistry>(std::move(registry));
}

}  // namespace pcai
