#include "hub/pull.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <thread>

#include "hub/http_download.h"
#include "hub/hub_files.h"
#include "hub/part_file.h"
#include "models/found_model.h"
#include "models/gguf/gguf_reader.h"
#include "models/gguf/gguf_summary.h"
#include "models/model_folders.h"
#include "models/printable.h"
#include "models/stores/hugging_face_places.h"
#include "platform/environment.h"
#include "platform/path_text.h"

namespace pcai::hub {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::size_t kMaxListing = 16 << 20;
constexpr std::uint64_t kSpaceToLeave = std::uint64_t{64} << 20;
constexpr int kMaxAttempts = 1000;

std::string variable(const char* name) {
  return platform::variable(name).value_or("");
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

/// A path of a URL: slashes stay, everything unusual is escaped.
std::string escaped(std::string_view path) {
  std::string text;
  for (const char c : path) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') ||
                          std::string_view("-._~/").find(c) != std::string_view::npos;
    text += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return text;
}

/// One pull of one model.
class Pull {
 public:
  Pull(const HubName& name, const HubOptions& options, PullProgress& progress)
      : name_(name), options_(options), progress_(progress), download_(options) {}
  Pull(const Pull&) = delete;
  Pull& operator=(const Pull&) = delete;

  /// Leaves no empty files behind.
  ~Pull() {
    for (Wanted& wanted : wanted_) {
      if (wanted.part && wanted.part->size() == 0) wanted.part->remove();
    }
  }

  Result<PulledModel> run() {
    const std::string api =
        options_.endpoint + "/api/models/" + name_.repository_id() + "/revision/" +
        (name_.revision.empty() ? "main" : escaped(name_.revision)) + "?blobs=true";
    const auto listing = download_.text(api, kMaxListing).and_then(parse_hub_listing);
    if (!listing) return fail(about_repository(listing.error()));
    auto files = choose_files(*listing, name_);
    if (!files) return fail(std::move(files.error()));
    folder_ = options_.folder / name_.owner / name_.folder();
    for (const HubFile& file : *files) {
      if (file.sha256.empty() || file.size == 0) {
        return fail(ErrorCode::InvalidModel,
                    file.name +
                        ": the hub gives no size and no SHA-256, so the download could "
                        "not be checked");
      }
      pulled_.bytes += file.size;
    }
    progress_.on_digest(files->front().sha256);
    if (Status status = prepare(*files); !status) return fail(status.error());
    for (Wanted& wanted : wanted_) {
      if (!wanted.part) continue;
      const std::string url = options_.endpoint + "/" + name_.repository_id() + "/resolve/" +
                              listing->commit + "/" + escaped(wanted.file.name);
      if (Status status = fetch(wanted, url).and_then([&] { return check(wanted); }); !status) {
        return fail(status.error());
      }
    }
    if (Status status = name_all(); !status) return fail(status.error());
    return std::move(pulled_);
  }

 private:
  struct Wanted {
    HubFile file;
    fs::path path;                 // its own name
    std::optional<PartFile> part;  // nothing: it is here already
  };

  Error about_repository(Error error) const {
    if (error.code == ErrorCode::ModelNotFound || error.code == ErrorCode::Unauthorized) {
      error.message =
          name_.text() + " on " + options_.endpoint +
          error.message.substr(std::min(error.message.size(), error.message.rfind(": ")));
    }
    return error;
  }

  /// Sees what is here already, locks what is not, and asks for the space.
  Status prepare(const std::vector<HubFile>& files) {
    std::uint64_t missing = 0;
    for (const HubFile& file : files) {
      const fs::path path = folder_ / platform::text_path(file.name);
      Wanted wanted = {file, path};
      std::error_code error;
      fs::create_directories(path.parent_path(), error);
      if (error) {
        return fail(ErrorCode::Internal, models::printable_path(path.parent_path()) +
                                             " cannot be created: " + error.message());
      }
      pulled_.files.push_back(path);
      if (fs::exists(fs::symlink_status(path, error))) {
        if (sha256_of(path) != file.sha256) {
          return fail(ErrorCode::InvalidRequest,
                      models::printable_path(path) +
                          " exists already, but differs from the hub's file; "
                          "remove it with `pcai rm`, then pull again");
        }
        done_ += file.size;
      } else {
        auto part = PartFile::open(fs::path(path) += "." + file.sha256.substr(0, 16) + ".part");
        if (!part) return fail(std::move(part.error()));
        if (part->size() > file.size) {
          if (Status status = part->clear(); !status) return status;
        }
        missing += file.size - part->size();
        done_ += part->size();
        wanted.part.emplace(std::move(*part));
      }
      wanted_.push_back(std::move(wanted));
    }
    pulled_.was_here =
        std::ranges::none_of(wanted_, [](const Wanted& wanted) { return wanted.part.has_value(); });
    std::error_code error;
    const fs::space_info space = fs::space(folder_, error);
    if (!error && missing > 0 && missing + kSpaceToLeave > space.available) {
      return fail(ErrorCode::InvalidRequest,
                  fmt::format("{} needs {} MiB more, but {} has {} MiB free; make room, or set "
                              "PCAI_MODELS_DIR to another disk",
                              name_.text(), missing >> 20, models::printable_path(options_.folder),
                              space.available >> 20));
    }
    return {};
  }

  bool tell() { return progress_.on_bytes(done_, pulled_.bytes); }

  /// Waits, and sees that nobody wants to end it. False when somebody does.
  bool wait(milliseconds time) {
    constexpr milliseconds kSlice{50};
    for (milliseconds waited{0}; waited < time; waited += kSlice) {
      if (!tell()) return false;
      std::this_thread::sleep_for(std::min(kSlice, time));
    }
    return tell();
  }

  Status fetch(Wanted& wanted, const std::string& url) {
    PartFile& part = *wanted.part;
    const HubFile& file = wanted.file;
    const auto cancelled = [] { return fail(ErrorCode::Cancelled, "the pull was cancelled"); };
    int failures = 0;
    std::uint64_t furthest = part.size();
    milliseconds pause = options_.first_pause;
    for (int attempt = 0; part.size() < file.size && attempt < kMaxAttempts; ++attempt) {
      if (!tell()) return cancelled();
      const std::uint64_t before = part.size();
      bool is_cancelled = false;
      Status refused;
      const auto begin = [&](std::uint64_t from) {
        if (from == part.size()) return true;
        done_ -= part.size();
        refused = from == 0
                      ? part.clear()
                      : Status(fail(ErrorCode::Internal, file.name + ": the hub sends from byte " +
                                                             std::to_string(from) +
                                                             " on, which was not asked for"));
        return static_cast<bool>(refused);
      };
      const auto take = [&](std::string_view bytes) {
        if (bytes.size() > file.size - part.size()) {
          refused = fail(ErrorCode::InvalidModel, file.name + ": the hub sends more than the " +
                                                      std::to_string(file.size) +
                                                      " bytes that it announced");
          return false;
        }
        refused = part.append(bytes);
        done_ += bytes.size();
        is_cancelled = !tell();
        return refused && !is_cancelled;
      };
      const HttpDownload::Outcome outcome = download_.body(url, before, begin, take);
      if (!refused) {
        if (refused.error().code == ErrorCode::InvalidModel) part.remove();
        return refused;
      }
      if (is_cancelled) return cancelled();
      if (part.size() == file.size) break;
      if (outcome.status == 416) {  // the hub's file is shorter than what is here
        done_ -= part.size();
        if (Status status = part.clear(); !status) return status;
      } else if (!outcome.problem.empty() && !outcome.retry) {
        if (outcome.status / 100 == 4) {
          return fail(hub_error(outcome.status, file.name, !options_.token.empty()));
        }
        return fail(ErrorCode::Internal, file.name + ": " + outcome.problem);
      }
      const bool has_moved = part.size() > furthest;
      furthest = std::max(furthest, part.size());
      failures = has_moved ? 0 : failures + 1;
      if (has_moved) pause = options_.first_pause;
      const std::string problem = outcome.problem.empty() ? "it ended early" : outcome.problem;
      if (failures > options_.most_retries) {
        return fail(
            ErrorCode::Internal,
            fmt::format(
                "{}: the download ended after {} of {} bytes: {}. Run the same command again "
                "to continue",
                file.name, part.size(), file.size, problem));
      }
      progress_.on_note(fmt::format("{}: {}; trying again", file.name, problem));
      if (!wait(pause)) return cancelled();
      pause = std::min(pause * 2, options_.first_pause * 64);
    }
    if (part.size() == file.size) return {};
    return fail(ErrorCode::Internal, file.name + ": the connection breaks too often");
  }

  Status check(Wanted& wanted) {
    PartFile& part = *wanted.part;
    const auto digest = part.sha256();
    if (!digest) return fail(digest.error());
    if (*digest != wanted.file.sha256) {
      part.remove();
      return fail(ErrorCode::InvalidModel,
                  wanted.file.name + ": the downloaded file has the SHA-256 " + *digest +
                      ", but the hub says " + wanted.file.sha256 + "; the file was removed");
    }
    if (const auto header = models::read_gguf(part.path()); !header) {
      part.remove();
      return fail(
          ErrorCode::InvalidModel,
          "the hub's file is not a complete model and was removed: " + header.error().message);
    }
    return {};
  }

  Status name_all() {
    for (Wanted& wanted : wanted_) {
      if (!wanted.part) continue;
      if (Status status = wanted.part->rename_to(wanted.path); !status) return status;
    }
    // The parts of a split model together.
    const auto summary = models::describe_gguf(pulled_.files.front());
    if (summary && models::is_complete(summary->kind)) return {};
    for (Wanted& wanted : wanted_) {
      if (wanted.part) wanted.part->remove();
    }
    return fail(ErrorCode::InvalidModel,
                summary ? wanted_.front().file.name + ": is an addition to a model (" +
                              std::string(to_string(summary->kind)) +
                              "), not a complete model, and was not kept; choose a model of " +
                              name_.repository_id() + " by its name"
                        : "the hub's file is not a complete model and was removed: " +
                              summary.error().message);
  }

  const HubName& name_;
  const HubOptions& options_;
  PullProgress& progress_;
  HttpDownload download_;
  fs::path folder_;
  std::vector<Wanted> wanted_;
  PulledModel pulled_;
  std::uint64_t done_ = 0;
};

}  // namespace

Result<HubOptions> hub_options_from_environment() {
  HubOptions options;
  options.folder = models::own_models_folder();
  if (std::string endpoint = variable("HF_ENDPOINT"); !endpoint.empty()) {
    while (endpoint.ends_with('/')) endpoint.pop_back();
    const bool is_web = endpoint.starts_with("https://") || endpoint.starts_with("http://");
    const bool has_secret = endpoint.find('@') != std::string::npos;
    if (!is_web || has_secret || endpoint.find_first_of(" \t\r\n?#") != std::string::npos) {
      return fail(ErrorCode::InvalidRequest,
                  "HF_ENDPOINT must be an address such as https://huggingface.co, without a name "
                  "or password in it");
    }
    options.endpoint = std::move(endpoint);
  }
  if (const std::string text = variable("HF_HUB_DOWNLOAD_TIMEOUT"); !text.empty()) {
    int seconds = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (failure != std::errc() || end != text.data() + text.size() || seconds < 1) {
      return fail(ErrorCode::InvalidRequest,
                  "HF_HUB_DOWNLOAD_TIMEOUT must be a whole number of seconds, at least 1");
    }
    options.stall_timeout = std::chrono::seconds(seconds);
  }
  options.token = models::hugging_face_token();
  if (!options.token.empty() && !is_token(options.token)) {
    return fail(ErrorCode::InvalidRequest,
                "the token of HF_TOKEN, or of the file of `hf auth login`, is not a token: it "
                "contains blanks, or bytes that are not ASCII");
  }
  return options;
}

Result<PulledModel> pull_model(const HubName& name, const HubOptions& options,
                               PullProgress& progress) {
  if (options.folder.empty()) {
    return fail(ErrorCode::InvalidRequest,
                "there is no home folder for models; set PCAI_MODELS_DIR");
  }
  return Pull(name, options, progress).run();
}

bool can_pull() noexcept {
  return true;
}

}  // namespace pcai::hub
