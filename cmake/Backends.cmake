# A backend is a folder in src/backend. Its register.h declares describe_<name>() and
# register_<name>(); its descriptor.cpp, which is always built, has the former.

# pcai_backend_left_out(name reason)
#   The room of a backend that this build leaves out: known by its descriptor, and not usable.
function(pcai_backend_left_out name reason)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/left_out.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include "backend/@name@/register.h"

namespace pcai::backend::@name@ {

void register_@name@(BackendRegistry& registry) {
  const BackendDescriptor descriptor = describe_@name@();
  registry.add({.name = descriptor.name, .why_not = "@reason@", .descriptor = descriptor});
}

}  // namespace pcai::backend::@name@
]])
  pcai_room(${name} SOURCES descriptor.cpp ${source} DEPENDS backend)
endfunction()

# pcai_register_backends(name …)
#   The room "backends": all of them, in the order in which "auto" takes them. The global property
#   PCAI_BACKENDS holds the list.
function(pcai_register_backends)
  set(includes "")
  set(descriptors "")
  set(calls "")
  foreach(name IN LISTS ARGN)
    string(APPEND includes "#include \"backend/${name}/register.h\"\n")
    string(APPEND descriptors "      ${name}::describe_${name}(),\n")
    string(APPEND calls "  ${name}::register_${name}(registry);\n")
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/register_backends.cpp)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
#include "backend/register_backends.h"

@includes@
namespace pcai::backend {

const std::vector<BackendDescriptor>& known_backends() {
  static const std::vector<BackendDescriptor> backends = {
@descriptors@  };
  return backends;
}

void register_backends(BackendRegistry& registry) {
@calls@}

}  // namespace pcai::backend
]])
  pcai_room(backends SOURCES ${source} DEPENDS backend ${ARGN})
  set_property(GLOBAL PROPERTY PCAI_BACKENDS ${ARGN})
endfunction()
