#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/request.h"
#include "core/result.h"

namespace pcai::backend::fake {

struct FakeCall {
  std::string tool;
  std::string arguments = "{}";  // args=the rest of the line, JSON text
};

/// How the fake backend answers one request. A line in the last user message (or in a text prompt)
/// that begins with "fake:" changes it, key by key:
///
///   fake: delay_ms=50 prefill_ms=500 tokens=200 fail_after=3
///   fake: reply=all that follows on this line; each further reply= is a further line
///   fake: tool=read args={"path": "a"}
///   fake: tool=write args={"path": "a", "text": "b"}
///
/// Numbers are tokens or milliseconds. An unknown key or a bad number fails with InvalidRequest.
/// Tools are called in their order, one an answer; the next one once the last one's result is
/// there. If the chat continues and the reply begins with its last words, the answer is what comes
/// after them. The script itself must make the answer match a request's tools and grammar. An image
/// or sound counts as one word of its message, "<image:PNG:68:9f2c>": its format, its bytes and a
/// hash of them.
struct FakeScript {
  std::chrono::milliseconds prefill{0};  // prefill_ms: before the first token
  std::chrono::milliseconds delay{0};    // delay_ms: before each token
  std::optional<std::string> reply;  // absent: "You said: " and the message without "fake:" lines
  std::optional<std::uint32_t> tokens;      // length of the answer, with filler words if needed
  std::optional<std::uint32_t> fail_after;  // then Failed(Internal)
  std::string refuse;  // a path: refused with InvalidRequest about it, at once or at fail_after
  std::optional<std::uint32_t> crash_after;  // "crash" or "crash=N": then std::abort()
  std::optional<std::uint32_t> hang_after;   // "hang" or "hang=N": then the whole model stands
                                             // still, cancels included, until it is destroyed
  std::uint32_t reasoning = 0;  // how many first tokens come as ReasoningDelta, up to the budget
  std::vector<FakeCall> calls;  // the first is made at the answer's end. When the results of all
                                // are there, the answer is "The tool said: " and the last result
  std::string warn;             // warn=the rest of the line: what the model warns of
};

/// A prompt as the fake sees it.
struct FakePrompt {
  std::vector<std::uint64_t> prefixes;  // a hash for each prefix, so size() is the token count
  FakeScript script = {};               // `reply` is always set
  std::vector<std::string> words = {};  // the tokens' texts, as fake_words(); none of token ids
};

/// Counts a prompt's tokens (the words of all messages) and reads its script over `defaults`.
Result<FakePrompt> read_prompt(const GenerateRequest& request, const FakeScript& defaults);

/// A message's text, with a word for each image or sound at its place.
std::string fake_text(const ChatMessage& message);

/// The tokens of an answer: words with the space before them, long words in chunks of whole code
/// points. Deterministic: the seed (0 for greedy requests) decides the filler words. Not
/// thread-safe.
class FakeReply {
 public:
  /// If `endless`, the script's length is ignored.
  FakeReply(const FakeScript& script, std::uint64_t seed, bool endless);

  /// The next token, or nothing at the end.
  std::optional<std::string> next();

 private:
  std::string filler();

  std::string text_;
  std::size_t position_ = 0;
  std::optional<std::uint32_t> remaining_;  // absent: as long as the text
  bool endless_;
  std::uint64_t random_;
};

/// Splits text as read_prompt counts it: words with the space before them, the last one also with
/// the space behind it. Nothing for an empty text.
std::vector<std::string_view> fake_words(std::string_view text);

constexpr std::int32_t kFakeVocabularySize = 32768;

/// The id of a token with that text.
std::int32_t fake_token_id(std::string_view text) noexcept;

}  // namespace pcai::backend::fake
