#pragma once

namespace pcai::platform {

/// Keeps the numbers of stdin, stdout and stderr from being given to files and sockets if the
/// process was started without these streams. stderr then goes nowhere; the others fail as before
/// whenever they are used. To be called before anything is opened.
void reserve_standard_streams() noexcept;

}  // namespace pcai::platform
