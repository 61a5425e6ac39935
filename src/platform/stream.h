#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "platform/handle.h"
#include "platform/system_result.h"

namespace pcai::platform {

/// The outcome of a read or write: some bytes, or none because it would have to wait, or the other
/// end is gone.
struct Moved {
  std::size_t bytes = 0;
  bool closed = false;
};

/// One end of a connection or pipe between processes of this machine. Nothing here blocks. One
/// thread may read while another writes. No other process inherits it.
class Stream {
 public:
  struct End;  // the system's part

  explicit Stream(std::unique_ptr<End> end) noexcept;
  ~Stream();
  Stream(Stream&&) noexcept;
  Stream& operator=(Stream&&) noexcept;

  Moved read(char* data, std::size_t size) noexcept;
  Moved write(const char* data, std::size_t size) noexcept;

  const End& end() const noexcept { return *end_; }

 private:
  std::unique_ptr<End> end_;
};

/// Two connected ends.
SystemResult<std::pair<Stream, Stream>> connect_pair();

/// Ends another thread's wait, now or the next one.
class Wake {
 public:
  Wake();
  void set() noexcept;
  void reset() noexcept;
  const Handle& handle() const noexcept { return handle_; }

 private:
  Handle handle_;
};

struct Ready {
  bool connection = false;  // readable, or closed
  bool diagnostics = false;
};

/// Waits until something can be read, `wake` is set (which resets it), `connection` can be written
/// (if `to_write`), or the time is up. `diagnostics` may be null.
Ready wait_for(const Stream& connection, bool to_write, const Stream* diagnostics, Wake& wake,
               std::chrono::milliseconds timeout) noexcept;

}  // namespace pcai::platform
