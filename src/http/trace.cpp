#include "http/trace.h"

#include <fmt/format.h>

#include <algorithm>

namespace pcai::http {

std::string escaped_for_log(std::string_view text) {
  constexpr std::size_t kMax = 256;
  std::string out;
  for (const char c : text.substr(0, kMax)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  if (text.size() > kMax) out += "...";
  return out;
}

std::string to_string(const TraceLine& line) {
  std::string text = fmt::format("{} {} {} {} bytes {:.1f} ms id={} remote={}",
                                 escaped_for_log(line.method), escaped_for_log(line.path),
                                 line.status, line.bytes, line.ms, line.id, line.remote);
  if (!line.client_id.empty()) text += " client_id=" + escaped_for_log(line.client_id);
  if (line.cut) text += " cut";
  if (!line.warnings.empty()) {
    std::string told = line.warnings;
    std::replace(told.begin(), told.end(), '"', '\'');
    text += " warnings=\"" + told + "\"";
  }
  return text;
}

}  // namespace pcai::http
