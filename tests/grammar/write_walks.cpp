// Prints documents that grammars of the corpus' schemas allow, found by random walks: a JSON object
// on each line, with the name of the schema and the document's text.
//
//   schema_walks SEED DOCUMENTS_A_SCHEMA

#include <cstdlib>
#include <iostream>
#include <random>

#include "grammar/bytes.h"
#include "grammar/corpus.h"

namespace {

using namespace pcai::grammar;

constexpr std::size_t kLongest = 2000;  // bytes; a walk that gets there is given up
constexpr std::size_t kLong = 60;       // from then on it looks for an end

class Walker {
 public:
  explicit Walker(std::uint64_t seed) : random_(seed) {}

  /// "" if it finds no end.
  std::string walk(GrammarMatcher matcher) {
    std::string text;
    while (text.size() < kLongest) {
      if (matcher.complete()) return text;
      const auto mask = matcher.mask();
      const auto allowed = [mask](std::int32_t token) {
        const auto place = static_cast<std::size_t>(token);
        return place / 32 < mask.size() && ((mask[place / 32] >> (place % 32)) & 1) != 0;
      };
      const bool ends = text.size() > kLong;
      if (allowed(bytes::kEnd) && (ends || draw(3) == 0)) return text;
      std::vector<std::int32_t> tokens;
      for (std::int32_t token = 0; token < bytes::kEnd; ++token) {
        if (!allowed(token)) continue;
        const char c = static_cast<char>(token);
        // Rarely a byte that is no letter of ASCII, never blanks without an end.
        const bool usual = token >= 32 && token < 127;
        const bool closes = c == '"' || c == '}' || c == ']';
        const int weight = !usual ? 1 : c == ' ' || c == '\\' ? 2 : closes ? (ends ? 400 : 40) : 6;
        tokens.insert(tokens.end(), static_cast<std::size_t>(weight), token);
      }
      if (tokens.empty()) return "";
      const std::int32_t token = tokens[draw(tokens.size())];
      matcher.accept(token);
      text += static_cast<char>(token);
    }
    return "";
  }

 private:
  std::size_t draw(std::size_t count) { return static_cast<std::size_t>(random_() % count); }

  std::mt19937_64 random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "schema_walks SEED DOCUMENTS_A_SCHEMA\n";
    return 2;
  }
  Walker walker(std::strtoull(argv[1], nullptr, 10));
  const int documents = std::atoi(argv[2]);
  const auto compiler = bytes::compiler(true);
  for (const char* const folder : {PCAI_TEST_SCHEMAS, PCAI_TEST_LIBRARIES}) {
    for (const corpus::Case& item : corpus::load(folder)) {
      const auto matcher = compiler->compile({pcai::GrammarKind::JsonSchema, item.schema});
      if (!matcher) continue;  // a refusal accepts nothing
      for (int i = 0; i < documents; ++i) {
        const std::string text = walker.walk(matcher->clone());
        std::cout << nlohmann::ordered_json{{"name", item.name}, {"document", text}}.dump(
                         -1, ' ', true, nlohmann::ordered_json::error_handler_t::replace)
                  << "\n";
      }
    }
  }
  return 0;
}
