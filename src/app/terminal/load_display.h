#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "backend/inference_backend.h"

namespace pcai::app {

/// Shows a model's load on stderr: a bar on a terminal, nothing elsewhere. `stop` is asked each
/// time whether to abort. Made and destroyed by one thread; the loading thread calls on_progress.
class LoadDisplay final : public backend::LoadProgress {
 public:
  LoadDisplay(std::string id, std::function<bool()> stop);

  /// Wipes the bar.
  ~LoadDisplay() override;

  bool on_progress(float fraction) noexcept override;

  /// Seconds since it was made.
  double seconds() const;

 private:
  void draw(float fraction) noexcept;

  std::string id_;
  std::function<bool()> stop_;
  bool terminal_;
  int shown_percent_ = -1;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// "smollm2  [#####.....]  50 %", at most `width` columns wide where the id leaves room for a bar.
std::string progress_line(const std::string& id, int percent, std::size_t width);

/// "preparing smollm2 …": what is shown between the file's last byte and the end of the load.
std::string preparing_line(const std::string& id, std::size_t width);

}  // namespace pcai::app
