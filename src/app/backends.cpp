#include "app/backends.h"

#include "backend/fake/register.h"
#include "backend/llamacpp/register.h"
#include "backend/mistralrs/register.h"
#include "backend/worker/register.h"

namespace pcai::app {

backend::BackendRegistry all_backends() {
  backend::BackendRegistry registry;
  backend::llamacpp::register_llamacpp(registry);
  backend::mistralrs::register_mistralrs(registry);
  backend::fake::register_fake(registry);
  return registry;
}

std::shared_ptr<const backend::BackendRegistry> engine_backends(const std::string& isolation) {
  backend::BackendRegistry registry = all_backends();
  if (isolation == "process") registry = backend::worker::isolate(registry, {});
  return std::make_shared<const backend::BackendRegistry>(std::move(registry));
}

}  // namespace pcai::app
