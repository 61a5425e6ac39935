#pragma once

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

namespace pcai::app {

/// True when colours may be written: to a terminal that shows them, while NO_COLOR is not set.
bool colours_allowed(std::FILE* stream);

enum class Style { Bold, Dim, Red, Green };

/// `text` in that style where colours_allowed(stream), as it is elsewhere.
std::string styled(std::string_view text, Style style, std::FILE* stream);

/// `text` made safe to show: control bytes and bytes that are not UTF-8 as \xNN, so that neither a
/// model file nor a client can drive the terminal or forge a line. Newlines and tabs stay when
/// `keep_lines`.
std::string terminal_safe(std::string_view text, bool keep_lines = false);

/// Writes "pcai: <message>" and a newline to stderr, above a status line.
void print_error(std::string_view message);

/// The same with "warning: " before the message.
void print_warning(std::string_view message);

/// Writes "pcai: <message>" and a newline to stderr, about something that is not wrong.
void print_note(std::string_view message);

/// Writes to stdout and flushes. False if it is lost; stderr is told unless a pipe's reader left.
bool write_out(std::string_view text) noexcept;

}  // namespace pcai::app
