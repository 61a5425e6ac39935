#include <dlfcn.h>

#include <cstdlib>
#include <vector>

#include "backend/mistralrs/bridge.h"

namespace pcai {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVariable = "PCAI_MISTRALRS_BRIDGE";
constexpr const char* kFileName = "libpcai_mistralrs_bridge.so";

/// The folder of the program or library that this code is in.
fs::path own_folder() {
  Dl_info info{};
  std::error_code error;
  if (::dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0) return {};
  // A program's name is the one that it was started by, perhaps without a folder.
  fs::path file = info.dli_fname;
  if (!file.is_absolute() || !fs::exists(file, error)) {
    file = fs::read_symlink("/proc/self/exe", error);
  }
  return fs::weakly_canonical(file, error).parent_path();
}

bool processor_can_run_it() {
#if defined(PCAI_MISTRALRS_NEEDS_AVX2)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi2");
#else
  return true;
#endif
}

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  return function != nullptr;
}

tl::unexpected<Error> unusable(const fs::path& path, const std::string& why) {
  return fail(ErrorCode::Unsupported, "the bridge to mistral.rs, " + path.string() + ", " + why,
              "backend");
}

}  // namespace

Result<fs::path> find_bridge() {
  std::error_code error;
  if (const char* named = std::getenv(kVariable); named != nullptr && *named != '\0') {
    if (fs::exists(named, error)) return fs::absolute(named, error);
    return unusable(named, std::string("does not exist; ") + kVariable + " names it");
  }
  const fs::path folder = own_folder();
  for (const fs::path& place : {folder, folder / "pcai", folder / ".." / "lib" / "pcai",
                                folder / ".." / PCAI_LIBRARY_FOLDER / "pcai"}) {
    if (fs::exists(place / kFileName, error)) return fs::weakly_canonical(place / kFileName, error);
  }
  return fail(ErrorCode::Unsupported,
              std::string("there is no ") + kFileName + " in " + folder.string() +
                  " or its pcai/ or ../lib/pcai/; build it with `cmake --build <folder> --target "
                  "mistralrs_bridge`, or name it in " +
                  kVariable,
              "backend");
}

Result<Bridge> open_bridge(const fs::path& path) {
  if (!processor_can_run_it()) {
    return unusable(path, "needs a processor with AVX2, FMA and BMI2");
  }
  void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* const reason = ::dlerror();
    return unusable(path, std::string("cannot be opened: ") + (reason ? reason : "no reason"));
  }
  decltype(&pcai_mrs_abi_version) abi_version = nullptr;
  if (!find(library, "pcai_mrs_abi_version", abi_version)) {
    return unusable(path, "is some other library");
  }
  if (const std::uint32_t version = abi_version(); version != PCAI_MRS_ABI_VERSION) {
    return unusable(path, "has version " + std::to_string(version) +
                              " of the interface, this program has version " +
                              std::to_string(PCAI_MRS_ABI_VERSION) + "; build both anew");
  }
  Bridge bridge;
  const bool complete = find(library, "pcai_mrs_version", bridge.version) &&
                        find(library, "pcai_mrs_load", bridge.load) &&
                        find(library, "pcai_mrs_unload", bridge.unload) &&
                        find(library, "pcai_mrs_render", bridge.render) &&
                        find(library, "pcai_mrs_submit", bridge.submit) &&
                        find(library, "pcai_mrs_cancel", bridge.cancel) &&
                        find(library, "pcai_mrs_embed", bridge.embed) &&
                        find(library, "pcai_mrs_get_tokenizer", bridge.get_tokenizer) &&
                        find(library, "pcai_mrs_free_tokenizer", bridge.free_tokenizer) &&
                        find(library, "pcai_mrs_vocabulary", bridge.vocabulary) &&
                        find(library, "pcai_mrs_tokenize", bridge.tokenize) &&
                        find(library, "pcai_mrs_get_stats", bridge.get_stats) &&
                        find(library, "pcai_mrs_free", bridge.free) &&
                        find(library, "pcai_mrs_test_panic", bridge.test_panic);
  if (!complete) return unusable(path, "lacks a function of its interface");
  return bridge;
}

}  // namespace pcai
