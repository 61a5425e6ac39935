#include "app/terminal/load_display.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "app/terminal/status_line.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "platform/console.h"

namespace pcai::app {
namespace {

constexpr std::size_t kWidestBar = 40;
constexpr std::size_t kNarrowestBar = 10;

}  // namespace

std::string progress_line(const std::string& id, int percent, std::size_t width) {
  const std::string name = "loading " + terminal_safe(id) + "  ";
  const std::string number = fmt::format("  {:>3} %", percent);
  const std::size_t taken = display_width(name) + number.size() + 3;
  const std::size_t room = width > taken ? width - taken : 0;
  if (room < kNarrowestBar) return std::to_string(percent) + " %";
  const std::size_t length = std::min(room, kWidestBar);
  const std::size_t full = length * static_cast<std::size_t>(percent) / 100;
  return name + "[" + std::string(full, '#') + std::string(length - full, '.') + "]" + number;
}

std::string preparing_line(const std::string& id, std::size_t width) {
  const std::string line = "preparing " + terminal_safe(id) + " …";
  return display_width(line) < width ? line : "preparing …";
}

LoadDisplay::LoadDisplay(std::string id, std::function<bool()> stop)
    : id_(std::move(id)), stop_(std::move(stop)), terminal_(platform::is_terminal(stderr)) {
  draw(0);
}

LoadDisplay::~LoadDisplay() {
  if (terminal_) clear_status();
}

bool LoadDisplay::on_progress(float fraction) noexcept {
  draw(fraction);
  return !stop_();
}

double LoadDisplay::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void LoadDisplay::draw(float fraction) noexcept {
  if (!terminal_) return;
  const int percent = static_cast<int>(std::lround(std::clamp(fraction, 0.0F, 1.0F) * 100));
  if (percent == shown_percent_) return;
  shown_percent_ = percent;
  try {
    // The file is read; what takes time from here on has no measure.
    set_status(percent == 100 ? preparing_line(id_, platform::terminal_width(stderr))
                              : progress_line(id_, percent, platform::terminal_width(stderr)));
  } catch (const std::exception&) {
    // A bar that cannot be drawn is no reason to stop loading.
  }
}

}  // namespace pcai::app
