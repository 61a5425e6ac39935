#include "app/terminal/pull_display.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "app/terminal/status_line.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "platform/console.h"

namespace pcai::app {
namespace {

constexpr std::size_t kWidestBar = 30;
constexpr std::size_t kNarrowestBar = 10;
constexpr std::chrono::milliseconds kBetween{100};

}  // namespace

std::string pull_line(const std::string& name, std::uint64_t done, std::uint64_t total,
                      double bytes_per_second, std::size_t width) {
  const std::uint64_t percent = total == 0 ? 0 : std::min<std::uint64_t>(done * 100 / total, 100);
  const std::string numbers =
      fmt::format("{:>3} %  {} of {}  {}/s", percent, human_size(done), human_size(total),
                  human_size(static_cast<std::uint64_t>(std::max(bytes_per_second, 0.0))));
  const std::string head = terminal_safe(name) + "  ";
  const std::size_t taken = display_width(head) + numbers.size() + 5;
  const std::size_t room = width > taken ? width - taken : 0;
  if (room < kNarrowestBar) return numbers;
  const std::size_t length = std::min(room, kWidestBar);
  const std::size_t full = length * percent / 100;
  return head + "[" + std::string(full, '#') + std::string(length - full, '.') + "]  " + numbers;
}

PullDisplay::PullDisplay(std::string name, std::function<bool()> stop)
    : name_(std::move(name)), stop_(std::move(stop)), terminal_(platform::is_terminal(stderr)) {}

PullDisplay::~PullDisplay() {
  wipe();
}

void PullDisplay::wipe() const {
  if (terminal_) clear_status();
}

bool PullDisplay::on_bytes(std::uint64_t done, std::uint64_t total) noexcept {
  const Clock::time_point now = Clock::now();
  if (!began_) {
    began_ = true;
    first_ = done;
    start_ = now;
  }
  if (terminal_ && (now - shown_ >= kBetween || done == total)) {
    shown_ = now;
    try {
      const double seconds = std::max(std::chrono::duration<double>(now - start_).count(), 0.001);
      const double speed = done > first_ ? static_cast<double>(done - first_) / seconds : 0;
      set_status(pull_line(name_, done, total, speed, platform::terminal_width(stderr)));
    } catch (const std::exception&) {
      // A bar that cannot be drawn is no reason to stop.
    }
  }
  return !stop_();
}

void PullDisplay::on_note(std::string_view text) noexcept {
  try {
    print_warning(text);
  } catch (const std::exception&) {
  }
}

}  // namespace pcai::app
