#pragma once

#include "core/request.h"

namespace pcai {

/// The name of a role in chat templates.
inline const char* role_name(Role role) noexcept {
  switch (role) {
    case Role::System: return "system";
    case Role::User: return "user";
    case Role::Assistant: return "assistant";
    case Role::Tool: return "tool";
  }
  return "user";
}

}  // namespace pcai
