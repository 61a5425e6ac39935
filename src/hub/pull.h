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

/// From where and how to download.
struct HubOptions {
  std::string endpoint = "https://huggingface.co";
  std::string token = {};                  // sent to the endpoint's own origin and nowhere else
  std::filesystem::path folder;            // models go into <folder>/<owner>/<repository>
  std::chrono::seconds stall_timeout{60};  // without a byte for so long a connection is given up
  int most_retries = 5;                    // in a row that bring nothing
  std::chrono::milliseconds first_pause{500};  // before a retry; doubles up to 64 times of it
};

/// The environment's: HF_ENDPOINT, HF_TOKEN (else the file of `hf auth login`),
/// HF_HUB_DOWNLOAD_TIMEOUT (seconds without a byte), and pcai's own folder. Proxies are libcurl's
/// business, by http_proxy and its like. Fails with InvalidRequest for an endpoint that is no
/// http(s) address.
Result<HubOptions> hub_options_from_environment();

/// Watches a pull, on the thread that pulls.
class PullProgress {
 public:
  virtual ~PullProgress() = default;

  /// `done` bytes of `total`, over all files of the model. Returning false ends the pull with
  /// Cancelled; what is there so far is kept for the next one.
  virtual bool on_bytes(std::uint64_t done, std::uint64_t total) noexcept = 0;

  /// Something that does not end the pull: "the connection broke; going on in 1 s".
  virtual void on_note(std::string_view text) noexcept = 0;
};

/// A model that was pulled, or was here already.
struct PulledModel {
  std::vector<std::filesystem::path> files;  // all parts, the first in front
  std::uint64_t bytes = 0;
  bool was_here = false;
};

/// Downloads a model's files. Each one is written under another name beside its own, is resumed
/// there after a break, and takes its name only when its size and SHA-256 are what the hub said and
/// its GGUF header is whole. One pull of a file at a time on a machine: others fail with
/// Overloaded. Fails with InvalidRequest, ModelNotFound, Unauthorized (the hub wants a token, or
/// refuses the one that it got), InvalidModel (what came is not what was promised), Cancelled or
/// Internal.
Result<PulledModel> pull_model(const HubName& name, const HubOptions& options,
                               PullProgress& progress);

/// Whether this build can download at all.
bool can_pull() noexcept;

}  // namespace pcai::hub
