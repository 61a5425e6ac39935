#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/field.h"
#include "core/media_format.h"
#include "core/request.h"

// Images and sound in requests of any API. A file's declared format and its first bytes must agree.

namespace pcai::api {

/// The file in a data URL, or a link: of an http or https URL only the URL itself is kept, as the
/// bytes, until it is fetched. `path` names the URL in errors.
Result<Media> media_of_url(std::string_view url, MediaKind kind, const std::string& path);

/// Decodes a file from base64. Fails with InvalidRequest if it is not a file of that kind, or has
/// another format than declared.
Result<Media> media_of_base64(std::string_view base64, MediaKind kind,
                              std::optional<MediaFormat> declared, const std::string& path);

/// The same for bytes.
Result<Media> media_of_bytes(std::string bytes, MediaKind kind, std::optional<MediaFormat> declared,
                             const std::string& path);

/// The format for a media type such as "image/png"; nothing if we cannot read it.
std::optional<MediaFormat> format_of_type(std::string_view media_type);

/// True if the bytes are a URL that was not fetched yet.
bool is_link(const Media& media) noexcept;

/// Reads a part of type image_url or input_audio of chats, and input_image or input_audio of
/// responses.
Result<Media> read_media_part(Json& part, const std::string& type, const std::string& path,
                              Warnings& warnings);

/// True if read_media_part() knows the type.
bool is_media_part(std::string_view type) noexcept;

/// What the core calls a message's picture or recording.
std::string media_path(std::size_t message, std::size_t media);

/// Adds a text to a message's content: on a new line, but directly after an image.
void append_text(std::optional<std::string>& content, const std::vector<Media>& media,
                 std::string_view text);

/// Adds an image or sound at the end of the content.
void append_media(std::optional<std::string>& content, std::vector<Media>& list, Media media);

}  // namespace pcai::api
