#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "core/grammar.h"
#include "core/mutex.h"
#include "core/result.h"
#include "grammar/grammar_matcher.h"
#include "grammar/vocabulary.h"

struct LlgTokenizer;

namespace pcai::grammar {

/// Turns grammars into matchers for one vocabulary. Keeps the latest ones that it compiled. Any
/// thread may call compile(). It must outlive its matchers.
class GrammarCompiler {
 public:
  static Result<std::unique_ptr<GrammarCompiler>> create(Vocabulary vocabulary);
  ~GrammarCompiler();

  /// Returns a matcher at the grammar's beginning. Fails with InvalidRequest if the source does not
  /// parse, has a keyword that cannot be enforced, matches nothing, or costs too much to compile.
  /// For a JSON schema the message names the place.
  Result<GrammarMatcher> compile(const Grammar& grammar);

  /// The same for several grammars that refer to each other by name, as llguidance's JSON:
  /// {"grammars":[{"name":…,"lark_grammar":…},{"name":…,"json_schema":…}]}. The first one is the
  /// beginning.
  Result<GrammarMatcher> compile_list(const std::string& list);

 private:
  struct Compiled {
    std::string key;
    GrammarMatcher matcher;  // at the beginning; only cloned
  };
  struct Native;

  explicit GrammarCompiler(std::unique_ptr<Native> native);

  Result<GrammarMatcher> compile_source(const char* type, const std::string& source);

  std::unique_ptr<Native> native_;
  Mutex mutex_;
  std::list<Compiled> recent_ GUARDED_BY(mutex_);  // most recently used first
  std::unordered_map<std::string_view, std::list<Compiled>::iterator> by_key_ GUARDED_BY(mutex_);
};

}  // namespace pcai::grammar
