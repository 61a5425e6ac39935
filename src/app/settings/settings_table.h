#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/settings/settings.h"

namespace pcai::app {

/// The commands that have settings as flags, as bits.
enum CommandBit : unsigned {
  kServe = 1U << 0,
  kRun = 1U << 1,
  kModels = 1U << 2,
  kShow = 1U << 3,
  kConfig = 1U << 4,
  kPlan = 1U << 5,
  kDoctor = 1U << 6,
  kPull = 1U << 7,
  kRemove = 1U << 8,
  kPs = 1U << 9,
  kBench = 1U << 10,
  kModelSection = 1U << 15,  // no command: may stand in [models.ID] and [profiles.NAME]
};

/// What a setting's text stands for: how a shell completes it, and how a path in a file is read.
enum class TextKind : std::uint8_t { Plain, Model, File, Folder, MemoryLimit };

/// One row: a setting's name, type, range and help. The type is that of the field. The names in the
/// other places follow by rule: max_queue is `max_queue` in pcai.toml, PCAI_MAX_QUEUE in the
/// environment and --max-queue on the command line.
struct Setting {
  using Field = std::variant<std::string Settings::*, std::int64_t Settings::*,
                             std::vector<std::string> Settings::*>;

  std::string_view name;
  Field field;
  unsigned commands = 0;  // CommandBits: who has the flag
  std::string_view noun;  // "a port", for messages
  std::string_view help;
  std::int64_t min = 0;  // numbers only, both ends allowed
  std::int64_t max = std::numeric_limits<std::int32_t>::max();
  std::vector<std::string_view> choices = {};  // texts only; empty = any
  TextKind kind = TextKind::Plain;
  bool in_file = true;  // may stand in pcai.toml
  bool secret = false;  // its value is never shown
};

/// All settings, in the order in which they are documented.
const std::vector<Setting>& settings_table();

/// Those that stand in a model's section of the settings file and nowhere else.
const std::vector<Setting>& section_table();

/// The row of that name in either table, null when there is none.
const Setting* find_setting(std::string_view name);

/// The defaults of a command: `run` answers one person at a terminal, so it works in-process and
/// logs only what went wrong.
Settings default_settings(CommandBit command);

std::string flag_name(const Setting& setting);         // "--max-queue"
std::string environment_name(const Setting& setting);  // "PCAI_MAX_QUEUE"

/// A text that is "off" or "on": in a file true and false will do, too.
bool is_switch(const Setting& setting);

bool is_list(const Setting& setting);
bool is_number(const Setting& setting);

/// "FILE", "N", "auto|llamacpp": what a value looks like, for help and completion.
std::string placeholder(const Setting& setting);

/// The value as one line of text: lists joined by commas, secrets as "(set)", "" = empty.
std::string value_text(const Settings& settings, const Setting& setting);

/// "a, b" for {a, b} and ", ".
std::string joined(const std::vector<std::string_view>& words, std::string_view separator);

}  // namespace pcai::app
