#include "app/choice/default_model.h"

namespace pcai::app {
namespace {

/// Passes everything on, and ends the pull of a file that is not the right one before its first
/// byte.
class OnlyThisFile final : public hub::PullProgress {
 public:
  explicit OnlyThisFile(hub::PullProgress& shown) : shown_(shown) {}

  bool on_bytes(std::uint64_t done, std::uint64_t total) noexcept override {
    return !is_other_ && shown_.on_bytes(done, total);
  }
  void on_digest(std::string_view digest) noexcept override {
    is_other_ = digest != kDefaultModel.sha256;
  }
  void on_note(std::string_view text) noexcept override { shown_.on_note(text); }

  bool is_other() const noexcept { return is_other_; }

 private:
  hub::PullProgress& shown_;
  bool is_other_ = false;
};

}  // namespace

std::string default_model_command() {
  return "`pcai pull " + std::string(kDefaultModel.name) + "`";
}

Status pull_default_model(const hub::HubOptions& options, hub::PullProgress& progress) {
  const Result<hub::HubName> name = hub::parse_hub_name(kDefaultModel.name);
  if (!name) return fail(name.error());
  OnlyThisFile watched(progress);
  const Result<hub::PulledModel> pulled = hub::pull_model(*name, options, watched);
  if (watched.is_other()) {
    return fail(ErrorCode::InvalidModel,
                options.endpoint + " has another file as " + std::string(kDefaultModel.name) +
                    " than the one that is known to pcai; get another model with "
                    "`pcai pull hf:OWNER/REPOSITORY`");
  }
  if (!pulled) return fail(pulled.error());
  return {};
}

}  // namespace pcai::app
