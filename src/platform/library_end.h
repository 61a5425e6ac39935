#pragma once

namespace pcai::platform {

// For a library in a host's process. Its own static objects are never destroyed: threads may be at
// work when the process ends, and what calls exit() need not know of them.

/// Calls `work` when the process ends by exit() or from main, before what was registered earlier,
/// the host's and other libraries' included. Not after _exit() or a signal.
void call_at_exit(void (*work)()) noexcept;

/// Calls `work` in each child that this process forks, before fork() returns there. It must neither
/// lock nor allocate.
void call_in_forked_children(void (*work)()) noexcept;

}  // namespace pcai::platform
