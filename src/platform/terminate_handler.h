#pragma once

namespace pcai::platform {

/// Gives std::terminate the handler back that it had before this program, or this shared library,
/// was initialised, if the present one is a part of it: a library that is linked in has set that
/// one. A handler of somebody else stays.
void restore_terminate_handler() noexcept;

}  // namespace pcai::platform
