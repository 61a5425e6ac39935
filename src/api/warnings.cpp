#include "api/warnings.h"

#include <algorithm>

#include "api/json_text.h"

namespace pcai::api {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxBytes = 512;  // of a line

/// At most `bytes` of the text, cut between code points, without control characters.
std::string shown(std::string_view text, std::size_t bytes) {
  std::size_t end = std::min(text.size(), bytes);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
    --end;
  }
  std::string out(text.substr(0, end));
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '?';
  }
  return end < text.size() ? out + "…" : out;
}

std::string more_text(std::size_t count) {
  return "and " + std::to_string(count) + " more";
}

/// As a header's item.
std::string as_item(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += c == ',' ? ';' : byte < 0x20 || byte > 0x7E ? '?' : c;
  }
  return out;
}

}  // namespace

void Warnings::add(std::string_view line) {
  std::string text = shown(line, kMaxBytes);
  if (std::find(lines_.begin(), lines_.end(), text) != lines_.end()) return;
  if (lines_.size() < kMostLines) {
    lines_.push_back(std::move(text));
  } else {
    ++more_;
  }
}

std::vector<std::string> Warnings::add_all(const std::vector<std::string>& lines) {
  const std::size_t kept = lines_.size();
  const std::size_t more = more_;
  for (const std::string& line : lines) add(line);
  std::vector<std::string> added(lines_.begin() + static_cast<std::ptrdiff_t>(kept), lines_.end());
  if (more_ > more) added.push_back(more_text(more_ - more));
  return added;
}

void Warnings::add_unknown(std::string_view path, std::string_view name) {
  const std::string member =
      std::string(path) + (path.empty() ? "" : ".") + shown(name, kMaxNameBytes);
  ++unknown_count_;
  if (!unknown_) {
    unknown_ = Error{ErrorCode::InvalidRequest,
                     (path.empty() ? "this route" : std::string(path)) + " has no field " +
                         quote_text(name) + "; leave it out",
                     name.size() > kMaxNameBytes ? std::string(path) : member};
  }
  add(member + " is not known here and has no effect");
}

std::vector<std::string> Warnings::lines() const {
  std::vector<std::string> lines = lines_;
  if (more_ > 0) lines.push_back(more_text(more_));
  return lines;
}

std::string Warnings::line() const {
  constexpr std::size_t kRoomForCount = 40;
  std::string out;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const std::string item = (i > 0 ? ", " : "") + as_item(lines_[i]);
    if (out.size() + item.size() + kRoomForCount > kMostLineBytes) {
      return out + ", " + more_text(lines_.size() - i + more_);
    }
    out += item;
  }
  return more_ > 0 ? out + ", " + more_text(more_) : out;
}

std::string with_warnings(std::string object, const Warnings& warnings) {
  if (warnings.empty() || object.size() < 2) return object;
  const bool bare = object == "{}";
  object.pop_back();
  object += (bare ? "\"warnings\":" : ",\"warnings\":") + to_text(Json(warnings.lines())) + "}";
  return object;
}

}  // namespace pcai::api
