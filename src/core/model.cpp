#include "core/model.h"

namespace pcai {

std::string_view to_string(ModelState state) noexcept {
  switch (state) {
    case ModelState::Unloaded: return "unloaded";
    case ModelState::Loading: return "loading";
    case ModelState::Ready: return "ready";
    case ModelState::Failed: return "failed";
  }
  return "unloaded";
}

}  // namespace pcai
