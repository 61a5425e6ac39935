#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "hub/hub_name.h"

namespace pcai::hub {

/// Where to download from, and how.
struct HubOptions {
  std::string endpoint = "https://huggingface.co";
  std::string token = {};        // sent only to the endpoint's own origin; empty = none
  std::filesystem::path folder;  // models go into <folder>/<owner>/<repository>[@<revision>]
  std::chrono::seconds stall_timeout{60};  // a connection is given up after so long without a byte
  int most_retries = 5;                    // in a row, without a new byte
  std::chrono::milliseconds first_pause{500};  // before a retry; doubles up to 64 times
};

/// The options from the environment: HF_ENDPOINT, models::hugging_face_token(),
/// HF_HUB_DOWNLOAD_TIMEOUT (seconds without a byte), and pcai's own folder. libcurl itself reads
/// http_proxy and the like. Fails with InvalidRequest if the endpoint is not an http(s) address.
Result<HubOptions> hub_options_from_environment();

/// Watches a pull, on the thread that pulls.
class PullProgress {
 public:
  virtual ~PullProgress() = default;

  /// `done` of `total` bytes, over all files of the model. If it returns false the pull ends with
  /// Cancelled; what was downloaded is kept for the next pull.
  virtual bool on_bytes(std::uint64_t done, std::uint64_t total) noexcept = 0;

  /// The SHA-256 of the model's first file, before any bytes come.
  virtual void on_digest(std::string_view) noexcept {}

  /// Reports something that does not end the pull: "the connection broke; going on in 1 s".
  virtual void on_note(std::string_view text) noexcept = 0;
};

/// A model that was pulled, or existed already.
struct PulledModel {
  std::vector<std::filesystem::path> files;  // all parts, the first one in front
  std::uint64_t bytes = 0;
  bool was_here = false;
};

/// Downloads a model's files. Each file is written under another name in its folder, and is resumed
/// there after a break. It gets its name only if its size and SHA-256 are what the hub said and its
/// GGUF header is sound. Only one pull of a file runs on a machine; others fail with Overloaded.
/// Fails with InvalidRequest, ModelNotFound, Unauthorized (the hub wants a token, or refuses this
/// one), InvalidModel (the bytes are not what the hub promised), Cancelled or Internal.
Result<PulledModel> pull_model(const HubName& name, const HubOptions& options,
                               PullProgress& progress);

/// True if this build can download.
bool can_pull() noexcept;

}  // namespace pcai::hub
