#include "backend/fake/fake_script.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "core/media_format.h"

namespace pcai::backend::fake {
namespace {

constexpr std::uint32_t kMaxNumber = 10'000'000;
constexpr std::size_t kLongestToken = 16;
constexpr std::array<std::string_view, 8> kFillerWords = {
    " alpha", " bravo", " charlie", " delta", " echo", " foxtrot", " golf", " hotel"};

constexpr std::uint64_t kHashStart = 0xcbf29ce484222325;

std::uint64_t hash_on(std::uint64_t hash, std::string_view bytes) noexcept {
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

bool is_space(char c) noexcept {
  return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/// Takes the next whitespace-separated word off `rest`; empty at the end.
std::string_view take_word(std::string_view& rest) {
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  std::size_t length = 0;
  while (length < rest.size() && !is_space(rest[length])) ++length;
  const std::string_view word = rest.substr(0, length);
  rest.remove_prefix(length);
  return word;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

class PromptReader {
 public:
  explicit PromptReader(const std::string& scope) : hash_(hash_on(kHashStart, scope)) {}

  void add(std::string_view text) {
    for (const std::string_view word : fake_words(text)) words_.emplace_back(word);
    for (std::string_view word = take_word(text); !word.empty(); word = take_word(text)) {
      add_token(word);
    }
  }

  void add_token(std::string_view bytes) {
    hash_ = hash_on(hash_on(hash_, bytes), std::string_view("\0", 1));
    prefixes_.push_back(hash_);
  }

  std::vector<std::uint64_t> take() {
    if (prefixes_.empty()) add_token("");
    return std::move(prefixes_);
  }
  std::vector<std::string> take_words() { return std::move(words_); }

 private:
  std::uint64_t hash_;
  std::vector<std::uint64_t> prefixes_;
  std::vector<std::string> words_;
};

tl::unexpected<Error> bad_directive(std::string_view word, const char* field) {
  return fail(ErrorCode::InvalidRequest,
              "'" + std::string(word) + "' is not a directive of the fake backend", field);
}

/// Sets the number of that key; false when there is no such key or it needs a value.
bool set_number(FakeScript& script, std::string_view key, bool has_value, std::uint32_t number) {
  if (!has_value && key != "crash" && key != "hang") return false;
  if (key == "crash") {
    script.crash_after = number;
  } else if (key == "hang") {
    script.hang_after = number;
  } else if (key == "delay_ms") {
    script.delay = std::chrono::milliseconds(number);
  } else if (key == "prefill_ms") {
    script.prefill = std::chrono::milliseconds(number);
  } else if (key == "tokens") {
    script.tokens = number;
  } else if (key == "fail_after") {
    script.fail_after = number;
  } else if (key == "reasoning") {
    script.reasoning = number;
  } else {
    return false;
  }
  return true;
}

/// A whole number from 0 to kMaxNumber; nothing for all else.
std::optional<std::uint32_t> read_number(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || read_to != end || number > kMaxNumber) return std::nullopt;
  return number;
}

/// Reads what follows "fake:" on one line; `reply` grows by a line that it gives.
Status read_directives(std::string_view line, const char* field, FakeScript& script,
                       std::optional<std::string>& reply) {
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    const std::size_t equals = word.find('=');
    const std::string_view key = word.substr(0, equals);
    const bool has_value = equals != std::string_view::npos;
    const std::string_view value = has_value ? word.substr(equals + 1) : std::string_view();
    const std::string_view rest_of_line(value.data(), value.size() + line.size());
    if (has_value && key == "reply") {
      reply = reply ? *reply + '\n' : "";
      reply->append(rest_of_line);
      return {};
    }
    if (has_value && key == "warn") {
      script.warn = rest_of_line;
      return {};
    }
    if (has_value && key == "args" && !script.calls.empty()) {
      script.calls.back().arguments = rest_of_line;
      return {};
    }
    if (key == "tool" && !value.empty()) {
      script.calls.push_back({.tool = std::string(value)});
      continue;
    }
    if (key == "refuse" && !value.empty()) {
      script.refuse = value;
      continue;
    }
    const auto number = has_value ? read_number(value) : std::optional(0U);
    if (!number || !set_number(script, key, has_value, *number)) return bad_directive(word, field);
  }
  return {};
}

/// Reads the "fake:" lines of `text`; without a scripted reply the answer repeats the others.
Status read_script(std::string_view text, const char* field, FakeScript& script) {
  constexpr std::string_view kMark = "fake:";
  std::string said;
  std::optional<std::string> reply;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.substr(0, kMark.size()) == kMark) {
      if (Status status = read_directives(line.substr(kMark.size()), field, script, reply);
          !status) {
        return status;
      }
    } else {
      if (!said.empty()) said += '\n';
      said += line;
    }
  }
  if (reply) script.reply = std::move(reply);
  if (!script.reply) script.reply = "You said: " + said;
  return {};
}

/// Leaves of a reply what comes after words that it begins with.
void go_on_from(const std::string& words, std::string& reply) {
  if (reply.starts_with(words)) reply.erase(0, words.size());
}

/// Leaves the calls whose results are not there yet.
void skip_answered(const std::vector<std::string>& results, FakeScript& script) {
  std::vector<FakeCall>& calls = script.calls;
  if (results.empty() || calls.empty()) return;
  const std::size_t answered = std::min(results.size(), calls.size());
  calls.erase(calls.begin(), calls.begin() + static_cast<std::ptrdiff_t>(answered));
  if (!calls.empty()) return;
  script.tokens.reset();
  script.reply = "The tool said: " + results.back();
}

/// "<image:PNG:68:9f2c>": what it is, its bytes and a hash of them.
std::string word_of(const Media& media) {
  const std::optional<MediaFormat> format = media_format(*media.bytes);
  std::array<char, 17> hash{};
  std::to_chars(hash.data(), hash.data() + hash.size() - 1,
                hash_on(kHashStart, *media.bytes) & 0xFFFF, 16);
  return std::string("<") + to_string(media.kind) + ":" + (format ? to_string(*format) : "?") +
         ":" + std::to_string(media.bytes->size()) + ":" + hash.data() + ">";
}

}  // namespace

std::string fake_text(const ChatMessage& message) {
  std::string text;
  std::size_t copied = 0;
  const std::string content = message.content.value_or("");
  for (const Media& media : message.media) {
    text.append(content, copied, media.position - copied);
    copied = media.position;
    if (!text.empty() && !is_space(text.back())) text += ' ';
    text += word_of(media);
    if (copied < content.size() && !is_space(content[copied])) text += ' ';
  }
  return text.append(content, copied, std::string::npos);
}

Result<FakePrompt> read_prompt(const GenerateRequest& request, const FakeScript& defaults) {
  PromptReader reader(request.cache_scope);
  FakePrompt prompt{.prefixes = {}, .script = defaults, .words = {}};
  Status status;
  if (const auto* chat = std::get_if<ChatPrompt>(&request.prompt)) {
    std::string last_user;
    std::vector<std::string> results;  // since then
    for (const ChatMessage& message : chat->messages) {
      std::string said = fake_text(message);
      reader.add(said);
      if (message.role == Role::Tool) results.push_back(said);
      if (message.role != Role::User || !message.content) continue;
      last_user = std::move(said);
      results.clear();
    }
    status = read_script(last_user, "messages", prompt.script);
    if (status) skip_answered(results, prompt.script);
    if (status && chat->continues) {
      go_on_from(chat->messages.back().content.value_or(""), *prompt.script.reply);
    }
  } else if (const auto* text = std::get_if<TextPrompt>(&request.prompt)) {
    reader.add(text->text);
    status = read_script(text->text, "prompt", prompt.script);
  } else if (const auto* gap = std::get_if<InfillPrompt>(&request.prompt)) {
    reader.add(gap->prefix);
    reader.add(gap->suffix);
    const bool scripted = prompt.script.reply.has_value();
    status = read_script(gap->prefix, "prompt", prompt.script);
    // What it says without a script tells that both sides came.
    if (!scripted && prompt.script.reply->starts_with("You said: ")) {
      *prompt.script.reply += " ... " + gap->suffix;
    }
  } else {
    const auto& tokens = std::get<TokenPrompt>(request.prompt).tokens;
    for (const std::int32_t token : tokens) {
      if (token < 0 || token >= kFakeVocabularySize) {
        return fail(ErrorCode::InvalidRequest,
                    "token " + std::to_string(token) + " is outside the vocabulary of " +
                        std::to_string(kFakeVocabularySize),
                    "prompt");
      }
      reader.add_token(std::to_string(token));
    }
    if (!prompt.script.reply) {
      prompt.script.reply = "You said " + std::to_string(tokens.size()) + " tokens.";
    }
  }
  if (!status) return fail(std::move(status.error()));
  prompt.prefixes = reader.take();
  prompt.words = reader.take_words();
  return prompt;
}

FakeReply::FakeReply(const FakeScript& script, std::uint64_t seed, bool endless)
    : text_(script.reply.value_or("")),
      remaining_(script.tokens),
      endless_(endless),
      random_(hash_on(seed ^ kHashStart, text_)) {}

std::optional<std::string> FakeReply::next() {
  if (!endless_ && remaining_) {
    if (*remaining_ == 0) return std::nullopt;
    --*remaining_;
  }
  if (position_ == text_.size()) {
    if (!endless_ && !remaining_) return std::nullopt;
    return filler();
  }
  std::size_t end = position_;
  while (end < text_.size() && is_space(text_[end])) ++end;
  while (end < text_.size() && !is_space(text_[end])) ++end;
  if (end - position_ > kLongestToken) {
    end = position_ + kLongestToken;
    while ((static_cast<unsigned char>(text_[end]) & 0xC0) == 0x80) --end;
  }
  std::string token = text_.substr(position_, end - position_);
  position_ = end;
  return token;
}

std::string FakeReply::filler() {
  random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
  return std::string(kFillerWords[random_ >> 61]);
}

std::vector<std::string_view> fake_words(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t end = begin;
    while (end < text.size() && is_space(text[end])) ++end;
    while (end < text.size() && !is_space(text[end])) ++end;
    if (std::all_of(text.begin() + static_cast<std::ptrdiff_t>(end), text.end(), is_space)) {
      end = text.size();
    }
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

std::int32_t fake_token_id(std::string_view text) noexcept {
  return static_cast<std::int32_t>(hash_on(kHashStart, text) % kFakeVocabularySize);
}

}  // namespace pcai::backend::fake
