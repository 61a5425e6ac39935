#include "api/fields/media_part.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/base64.h"

namespace pcai::api {
namespace {

constexpr std::size_t kMaxUrl = 2048;  // of a link
constexpr std::array<std::string_view, 4> kDetails = {"auto", "low", "high", "original"};
constexpr std::array<std::string_view, 3> kAudioFormats = {"wav", "mp3", "flac"};

struct NamedType {
  std::string_view name;
  MediaFormat format;
};

constexpr std::array<NamedType, 14> kTypes{{{"image/png", MediaFormat::Png},
                                            {"image/jpeg", MediaFormat::Jpeg},
                                            {"image/jpg", MediaFormat::Jpeg},
                                            {"image/gif", MediaFormat::Gif},
                                            {"image/webp", MediaFormat::WebP},
                                            {"image/bmp", MediaFormat::Bmp},
                                            {"audio/wav", MediaFormat::Wav},
                                            {"audio/wave", MediaFormat::Wav},
                                            {"audio/x-wav", MediaFormat::Wav},
                                            {"audio/vnd.wave", MediaFormat::Wav},
                                            {"audio/mpeg", MediaFormat::Mp3},
                                            {"audio/mp3", MediaFormat::Mp3},
                                            {"audio/flac", MediaFormat::Flac},
                                            {"audio/x-flac", MediaFormat::Flac}}};

const char* formats_of(MediaKind kind) {
  return kind == MediaKind::Image ? "PNG, JPEG, GIF, WebP or BMP" : "WAV, MP3 or FLAC";
}

bool is_http(std::string_view url) {
  return url.starts_with("http://") || url.starts_with("https://");
}

Result<Media> link_to(std::string_view url, MediaKind kind, const std::string& path) {
  const bool printable =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (url.size() > kMaxUrl || !printable) {
    return refuse(path, "must be a URL of at most " + std::to_string(kMaxUrl) +
                            " bytes, without spaces and non-ASCII characters");
  }
  return Media{.kind = kind, .bytes = std::make_shared<const std::string>(url)};
}

/// A part on its way in.
struct Part {
  MediaKind kind = MediaKind::Image;
  Media media = {};
  std::string data = {};
  std::string format = {};
  Warnings& warnings;
};

using Fields = std::vector<Field<Part>>;

Status take(Result<Media> media, Part& part) {
  if (!media) return fail(std::move(media.error()));
  part.media = *std::move(media);
  return {};
}

template <std::string Part::*kMember>
Status read_text(Json& value, const std::string&, Part& part) {
  part.*kMember = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_url(Json& value, const std::string& path, Part& part) {
  return take(media_of_url(value.get_ref<const std::string&>(), part.kind, path), part);
}

/// The model's projector decides how finely a picture is seen.
Status read_detail(Json& value, const std::string& path, Part& part) {
  if (value != "auto") part.warnings.add(no_effect(path));
  return {};
}

Field<Part> detail_field() {
  return with_choices(Field<Part>{{"detail", FieldType::String}, read_detail}, kDetails);
}

/// {"url", "detail"}, or the URL itself as some clients send it.
Status read_image_url(Json& value, const std::string& path, Part& part) {
  static const Fields kFields = {required(Field<Part>{{"url", FieldType::String}, read_url}),
                                 detail_field()};
  if (value.is_string()) return read_url(value, path, part);
  return read_fields(value, path, part.warnings, FieldSet<Part>{kFields, part});
}

Status read_input_audio(Json& value, const std::string& path, Part& part) {
  static const Fields kFields = {
      required(Field<Part>{{"data", FieldType::String}, read_text<&Part::data>}),
      required(with_choices(Field<Part>{{"format", FieldType::String}, read_text<&Part::format>},
                            kAudioFormats))};
  part.kind = MediaKind::Audio;
  Status read = read_fields(value, path, part.warnings, FieldSet<Part>{kFields, part});
  if (!read) return read;
  const auto declared = format_of_type("audio/" + part.format);
  return take(media_of_base64(part.data, part.kind, declared, member_path(path, "data")), part);
}

}  // namespace

std::optional<MediaFormat> format_of_type(std::string_view media_type) {
  for (const NamedType& type : kTypes) {
    if (type.name == media_type) return type.format;
  }
  return std::nullopt;
}

bool is_link(const Media& media) noexcept {
  return is_http(*media.bytes);
}

Result<Media> media_of_bytes(std::string bytes, MediaKind kind, std::optional<MediaFormat> declared,
                             const std::string& path) {
  const std::optional<MediaFormat> format = media_format(bytes);
  const std::string wanted = std::string(to_string(kind)) + " (" + formats_of(kind) + ")";
  if (!format)
    return refuse(path, "holds no " + wanted + ": its first bytes are those of another format");
  if (kind_of(*format) != kind) {
    return refuse(path,
                  std::string("holds a ") + to_string(*format) + " file, which is not " + wanted);
  }
  if (declared && *declared != *format) {
    return refuse(path, std::string("is said to be ") + to_string(*declared) + ", but holds a " +
                            to_string(*format) + " file");
  }
  return Media{.kind = kind, .bytes = std::make_shared<const std::string>(std::move(bytes))};
}

Result<Media> media_of_base64(std::string_view base64, MediaKind kind,
                              std::optional<MediaFormat> declared, const std::string& path) {
  std::optional<std::string> bytes = decode_base64(base64);
  if (!bytes) return refuse(path, "is not valid base64");
  return media_of_bytes(*std::move(bytes), kind, declared, path);
}

Result<Media> media_of_url(std::string_view url, MediaKind kind, const std::string& path) {
  if (is_http(url)) return link_to(url, kind, path);
  constexpr std::string_view kData = "data:";
  constexpr std::string_view kBase64 = ";base64";
  const std::size_t comma = url.find(',');
  if (!url.starts_with(kData) || comma == std::string_view::npos) {
    return refuse(path, std::string("must be a data URL (data:") + to_string(kind) +
                            "/…;base64,…) or an http URL of a host that the server allows");
  }
  std::string_view type = url.substr(kData.size(), comma - kData.size());
  const std::size_t base64 = type.rfind(kBase64);
  if (base64 == std::string_view::npos || base64 + kBase64.size() != type.size()) {
    return refuse(path, "must hold base64: data:" + std::string(to_string(kind)) + "/…;base64,…");
  }
  type = type.substr(0, base64);
  const std::string family = std::string(to_string(kind)) + "/";
  if (!type.starts_with(family) || type.size() == family.size()) {
    return refuse(path, "must be of a media type " + family + "…, not " + quote_text(type));
  }
  // Clients that know no better call every picture image/jpeg; its first bytes say what it is.
  return media_of_base64(url.substr(comma + 1), kind, std::nullopt, path);
}

bool is_media_part(std::string_view type) noexcept {
  return type == "image_url" || type == "input_image" || type == "input_audio";
}

Result<Media> read_media_part(Json& part, const std::string& type, const std::string& path,
                              Warnings& warnings) {
  static const Fields kImageUrl = {
      type_field<Part>(),
      required(Field<Part>{{"image_url", FieldType::StringOrObject}, read_image_url})};
  static const Fields kInputImage = {
      type_field<Part>(), required(Field<Part>{{"image_url", FieldType::String}, read_image_url}),
      detail_field(), unsupported_field<Part>("file_id", FieldType::String, "files of a server")};
  static const Fields kInputAudio = {
      type_field<Part>(),
      required(Field<Part>{{"input_audio", FieldType::Object}, read_input_audio})};
  Part draft{.warnings = warnings};
  const Fields& fields = type == "image_url"     ? kImageUrl
                         : type == "input_image" ? kInputImage
                                                 : kInputAudio;
  Status read = read_fields(part, path, warnings, FieldSet<Part>{fields, draft});
  if (!read) return fail(std::move(read.error()));
  return std::move(draft.media);
}

std::string media_path(std::size_t message, std::size_t media) {
  return item_path(item_path("messages", message) + ".media", media);
}

void append_text(std::optional<std::string>& content, const std::vector<Media>& media,
                 std::string_view text) {
  if (!content) {
    content = text;
    return;
  }
  const bool after_media = !media.empty() && media.back().position == content->size();
  if (!after_media) *content += '\n';
  *content += text;
}

void append_media(std::optional<std::string>& content, std::vector<Media>& list, Media media) {
  if (!content) content.emplace();
  media.position = content->size();
  list.push_back(std::move(media));
}

}  // namespace pcai::api
