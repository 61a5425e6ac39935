/* Libraries that look like the bridge and are none; see CMakeLists.txt. */
#include <pcai_mrs.h>
#include <stdint.h>

#ifdef STUB_ABI_VERSION
__attribute__((visibility("default"))) uint32_t pcai_mrs_abi_version(void) {
  return STUB_ABI_VERSION;
}
#else
__attribute__((visibility("default"))) int something_else(void) {
  return 0;
}
#endif
