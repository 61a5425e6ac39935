#include "app/terminal/status_line.h"

#include <cstdio>

#include "core/mutex.h"

namespace pcai::app {
namespace {

constexpr const char* kWipe = "\r\x1b[K";

Mutex mutex;

std::string& shown() {
  static std::string line;
  return line;
}

void draw() {
  std::fputs((kWipe + shown()).c_str(), stderr);
  std::fflush(stderr);
}

}  // namespace

void set_status(std::string line) {
  const MutexLock lock(mutex);
  shown() = std::move(line);
  draw();
}

void clear_status() {
  const MutexLock lock(mutex);
  if (shown().empty()) return;
  shown().clear();
  draw();
}

// The mutex is held from the one to the other, which the analysis does not see.
AboveStatus::AboveStatus() NO_THREAD_SAFETY_ANALYSIS {
  mutex.lock();
  if (!shown().empty()) std::fputs(kWipe, stderr);
}

AboveStatus::~AboveStatus() NO_THREAD_SAFETY_ANALYSIS {
  if (!shown().empty()) draw();
  mutex.unlock();
}

}  // namespace pcai::app
