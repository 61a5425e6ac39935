#include "core/media.h"

namespace pcai {

const char* to_string(MediaKind kind) noexcept {
  return kind == MediaKind::Audio ? "audio" : "image";
}

}  // namespace pcai
