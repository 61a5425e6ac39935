#include "platform/terminate_handler.h"

#include <dlfcn.h>

#include <exception>

namespace pcai::platform {
namespace {

struct AtStart {
  std::terminate_handler handler = std::get_terminate();
};
// Before all objects that ask for no order.
__attribute__((init_priority(101))) const AtStart at_start;

const void* module_of(const void* address) noexcept {
  Dl_info info{};
  return dladdr(address, &info) == 0 ? nullptr : info.dli_fbase;
}

}  // namespace

void restore_terminate_handler() noexcept {
  const std::terminate_handler present = std::get_terminate();
  const void* const module = module_of(reinterpret_cast<const void*>(present));
  if (module != nullptr && module == module_of(&at_start)) std::set_terminate(at_start.handler);
}

}  // namespace pcai::platform
