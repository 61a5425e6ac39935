#include <type_traits>
#include <utility>

#include "backend/mistralrs/bridge.h"
#include "platform/environment.h"
#include "platform/library.h"
#include "platform/path_text.h"
#include "platform/system.h"

namespace pcai::backend::mistralrs {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVariable = "PCAI_MISTRALRS_BRIDGE";
constexpr const char* kName = "pcai_mistralrs_bridge";

bool processor_can_run_it() {
#if defined(PCAI_MISTRALRS_NEEDS_AVX2)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi2");
#else
  return true;
#endif
}

template <class Function>
bool find(const platform::Library& library, const char* name, Function& function) {
  function = library.function<std::remove_pointer_t<Function>>(name);
  return function != nullptr;
}

tl::unexpected<Error> unusable(const fs::path& path, const std::string& why) {
  return fail(ErrorCode::Unsupported,
              "the bridge to mistral.rs, " + platform::path_text(path) + ", " + why, "backend");
}

}  // namespace

Result<fs::path> find_bridge() {
  std::error_code error;
  if (const fs::path named = platform::path_variable(kVariable); !named.empty()) {
    if (fs::exists(named, error)) return fs::absolute(named, error);
    return unusable(named, std::string("does not exist; ") + kVariable + " names this path");
  }
  const std::string file = platform::library_file(kName);
  const fs::path folder = platform::own_folder();
  for (const fs::path& place : {folder, folder / "pcai", folder / ".." / "lib" / "pcai",
                                folder / ".." / PCAI_LIBRARY_FOLDER / "pcai"}) {
    if (fs::exists(place / file, error)) return fs::weakly_canonical(place / file, error);
  }
  return fail(ErrorCode::Unsupported,
              "there is no " + file + " in " + platform::path_text(folder) +
                  " or its pcai/ or ../lib/pcai/; build it with `cmake --build <folder> --target "
                  "mistralrs_bridge`, or name it in " +
                  kVariable,
              "backend");
}

Result<Bridge> open_bridge(const fs::path& path) {
  if (!processor_can_run_it()) {
    return unusable(path, "needs a processor with AVX2, FMA and BMI2");
  }
  const platform::Library library(path);
  if (!library.is_open()) return unusable(path, "cannot be opened: " + library.why_not());
  decltype(&pcai_mrs_abi_version) abi_version = nullptr;
  if (!find(library, "pcai_mrs_abi_version", abi_version)) {
    return unusable(path, "is some other library");
  }
  if (const std::uint32_t version = abi_version(); version != PCAI_MRS_ABI_VERSION) {
    return unusable(path, "has version " + std::to_string(version) +
                              " of the interface, this program has version " +
                              std::to_string(PCAI_MRS_ABI_VERSION) + "; build both again");
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

}  // namespace pcai::backend::mistralrs
