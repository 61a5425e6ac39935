#pragma once

#include <pcai_mrs.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.h"

namespace pcai::backend::mistralrs {

/// The functions of the bridge library. Once opened, the library stays in the process, so copies of
/// this struct stay valid.
struct Bridge {
  decltype(&pcai_mrs_version) version = nullptr;
  decltype(&pcai_mrs_load) load = nullptr;
  decltype(&pcai_mrs_unload) unload = nullptr;
  decltype(&pcai_mrs_render) render = nullptr;
  decltype(&pcai_mrs_submit) submit = nullptr;
  decltype(&pcai_mrs_cancel) cancel = nullptr;
  decltype(&pcai_mrs_embed) embed = nullptr;
  decltype(&pcai_mrs_get_tokenizer) get_tokenizer = nullptr;
  decltype(&pcai_mrs_free_tokenizer) free_tokenizer = nullptr;
  decltype(&pcai_mrs_vocabulary) vocabulary = nullptr;
  decltype(&pcai_mrs_tokenize) tokenize = nullptr;
  decltype(&pcai_mrs_get_stats) get_stats = nullptr;
  decltype(&pcai_mrs_free) free = nullptr;
  decltype(&pcai_mrs_test_panic) test_panic = nullptr;
};

/// Finds the library without opening it: at the path in PCAI_MISTRALRS_BRIDGE, or else beside this
/// program or library, or in its pcai/ or ../lib/pcai/. Fails with Unsupported and says where it
/// looked.
Result<std::filesystem::path> find_bridge();

/// Opens the library. Fails with Unsupported if it cannot be opened, has another version of the
/// interface, or is made for another processor.
Result<Bridge> open_bridge(const std::filesystem::path& path);

/// Holds the text that a bridge call returned, and frees it.
class BridgeAnswer {
 public:
  explicit BridgeAnswer(const Bridge& bridge) : bridge_(bridge) {}
  ~BridgeAnswer() { bridge_.free(text_); }
  BridgeAnswer(const BridgeAnswer&) = delete;
  BridgeAnswer& operator=(const BridgeAnswer&) = delete;

  /// The call writes its text here.
  pcai_mrs_text* out() noexcept { return &text_; }

  std::string_view text() const noexcept { return {text_.data, text_.size}; }

  /// The error of a call that returned `status`.
  Error error(std::int32_t status) const;

 private:
  const Bridge& bridge_;
  pcai_mrs_text text_{};
};

/// The code for a pcai_mrs_status.
ErrorCode error_code(std::int32_t status) noexcept;

}  // namespace pcai::backend::mistralrs
