#include "grammar/grammar_compiler.h"

#include <llguidance.h>

#include <algorithm>
#include <array>
#include <utility>

#include "grammar/gbnf/gbnf.h"

namespace pcai::grammar {
namespace {

constexpr std::size_t kMaxKept = 64;       // compiled grammars
constexpr std::size_t kMaxPrepared = 128;  // schemas: a request may have many tools
constexpr std::size_t kLargestPrepared = 256 << 10;
constexpr std::size_t kLongestReason = 500;
constexpr char kSpecialMark = '\xFF';  // llguidance's: no text begins with this byte

const char* type_name(GrammarKind kind) noexcept {
  switch (kind) {
    case GrammarKind::JsonSchema: return "json_schema";
    case GrammarKind::Regex: return "regex";
    case GrammarKind::Lark:
    case GrammarKind::Gbnf: return "lark";  // translated
  }
  return "lark";
}

/// The first lines of a reason: llguidance adds the whole grammar below.
std::string shorten(std::string_view reason) {
  std::string text(reason.substr(0, std::min(reason.find("\n<state>"), kLongestReason)));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

struct GrammarCompiler::Native {
  Vocabulary vocabulary;
  LlgTokenizer* tokenizer = nullptr;

  Native() = default;
  Native(const Native&) = delete;
  Native& operator=(const Native&) = delete;
  ~Native() { llg_free_tokenizer(tokenizer); }

  LlgConstraintInit options() const {
    LlgConstraintInit init = {};
    llg_constraint_init_set_defaults(&init, tokenizer);
    init.log_stderr_level = 0;
    init.log_buffer_level = 0;
    init.limits.verbose_errors = false;
    return init;
  }

  /// "" where llguidance takes the grammar without a warning, else its reason.
  std::string validate(const char* type, const std::string& source) const {
    const LlgConstraintInit init = options();
    std::array<char, 2048> message = {};
    const int result =
        llg_validate_grammar(&init, type, source.c_str(), message.data(), message.size());
    if (result == 0) return "";
    return message[0] == '\0' ? "it cannot be compiled" : message.data();
  }

  static std::size_t tokenize(const void* self, const std::uint8_t* bytes, std::size_t size,
                              std::uint32_t* out, std::size_t room) {
    const auto& vocabulary = static_cast<const Native*>(self)->vocabulary;
    const std::vector<std::int32_t> tokens =
        vocabulary.tokenize({reinterpret_cast<const char*>(bytes), size});
    for (std::size_t i = 0; i < std::min(room, tokens.size()); ++i) {
      out[i] = static_cast<std::uint32_t>(tokens[i]);
    }
    return tokens.size();
  }
};

GrammarCompiler::GrammarCompiler(std::unique_ptr<Native> native, bool open_objects)
    : native_(std::move(native)),
      open_objects_(open_objects),
      compiled_(kMaxKept),
      prepared_(kMaxPrepared) {}

GrammarCompiler::~GrammarCompiler() = default;

Result<std::unique_ptr<GrammarCompiler>> GrammarCompiler::create(Vocabulary vocabulary,
                                                                 bool open_objects) {
  auto native = std::make_unique<Native>();
  native->vocabulary = std::move(vocabulary);
  std::vector<std::uint32_t> lengths;
  std::string bytes;
  for (const Vocabulary::Token& token : native->vocabulary.tokens) {
    if (token.special) bytes += kSpecialMark;
    bytes += token.bytes;
    lengths.push_back(static_cast<std::uint32_t>(token.bytes.size() + (token.special ? 1 : 0)));
  }
  std::vector<std::uint32_t> ends(native->vocabulary.ends.begin(), native->vocabulary.ends.end());
  if (ends.empty()) return fail(ErrorCode::InvalidModel, "the model has no token that ends a text");

  LlgTokenizerInitV2 init = {};
  init.struct_size = sizeof(init);
  init.vocab_size = static_cast<std::uint32_t>(lengths.size());
  init.tok_eos = ends.front();
  init.tok_eos_extra = ends.data() + 1;
  init.tok_eos_extra_count = static_cast<std::uint32_t>(ends.size() - 1);
  init.token_lens = lengths.data();
  init.token_bytes = reinterpret_cast<const std::uint8_t*>(bytes.data());
  init.tokenize_assumes_string = true;
  init.tokenize_fn = &Native::tokenize;
  init.tokenize_user_data = native.get();
  std::array<char, 512> reason = {};
  native->tokenizer = llg_new_tokenizer_v2(&init, reason.data(), reason.size());
  if (native->tokenizer == nullptr) {
    return fail(
        ErrorCode::InvalidModel,
        std::string("the model's vocabulary cannot be used for grammars: ") + reason.data());
  }
  return std::unique_ptr<GrammarCompiler>(new GrammarCompiler(std::move(native), open_objects));
}

Result<GrammarMatcher> GrammarCompiler::compile(const Grammar& grammar) {
  if (grammar.kind == GrammarKind::JsonSchema) {
    const auto prepared = prepare(grammar.source, false);
    if (!prepared) return fail(prepared.error());
    return compile_source(type_name(grammar.kind), prepared->text);
  }
  if (grammar.source.find('\0') != std::string::npos) {
    return fail(ErrorCode::InvalidRequest, "the grammar has a zero byte in it");
  }
  if (grammar.kind == GrammarKind::Gbnf) {
    const auto lark = lark_of_gbnf(grammar.source);
    if (!lark) return fail(lark.error());
    return compile_source(type_name(grammar.kind), *lark);
  }
  return compile_source(type_name(grammar.kind), grammar.source);
}

Result<PreparedSchema> GrammarCompiler::prepare(const std::string& schema, bool relaxed) {
  const std::string key = (relaxed ? "relaxed:" : "strict:") + schema;
  {
    const MutexLock lock(mutex_);
    if (const auto* const known = prepared_.find(key)) return *known;
  }
  auto prepared = prepare_schema(schema, {relaxed, open_objects_}, [this](const std::string& text) {
    return native_->validate(type_name(GrammarKind::JsonSchema), text);
  });
  if (key.size() > kLargestPrepared) return prepared;
  const MutexLock lock(mutex_);
  return prepared_.add(key, std::move(prepared));
}

Result<GrammarMatcher> GrammarCompiler::compile_list(const std::string& list) {
  return compile_source("llguidance", list);
}

Result<GrammarMatcher> GrammarCompiler::compile_source(const char* type,
                                                       const std::string& source) {
  const auto refuse = [](const std::string& why) { return fail(ErrorCode::InvalidRequest, why); };
  std::string key = type + (":" + source);
  const MutexLock lock(mutex_);
  if (const auto* const known = compiled_.find(key)) return known->clone();
  // Warnings tell of what would not be enforced.
  if (const std::string reason = native_->validate(type, source); !reason.empty()) {
    return refuse(shorten(reason));
  }
  const LlgConstraintInit init = native_->options();
  GrammarMatcher matcher(llg_new_matcher(&init, type, source.c_str()));
  if (matcher.failed()) return refuse(shorten(matcher.error().message));
  return compiled_.add(std::move(key), std::move(matcher)).clone();
}

}  // namespace pcai::grammar
