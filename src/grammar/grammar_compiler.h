#pragma once

#include <memory>
#include <string>

#include "core/grammar.h"
#include "core/mutex.h"
#include "core/result.h"
#include "grammar/grammar_matcher.h"
#include "grammar/recent.h"
#include "grammar/schema/json_schema.h"
#include "grammar/vocabulary.h"

struct LlgTokenizer;

namespace pcai::grammar {

/// Turns grammars into matchers for one vocabulary. Keeps the latest ones that it compiled. Any
/// thread may call compile(). It must outlive its matchers.
class GrammarCompiler {
 public:
  /// `open_objects`: as in SchemaOptions.
  static Result<std::unique_ptr<GrammarCompiler>> create(Vocabulary vocabulary,
                                                         bool open_objects = false);
  ~GrammarCompiler();

  /// Returns a matcher at the grammar's beginning. Fails with InvalidRequest if the source does not
  /// parse, has a keyword that cannot be enforced, matches nothing, or costs too much to compile.
  /// For a JSON schema the error's field is the place below its root.
  Result<GrammarMatcher> compile(const Grammar& grammar);

  /// A JSON schema as it is part of a list for compile_list(). Where it is relaxed, what cannot be
  /// enforced is left out; else it fails as compile() does.
  Result<PreparedSchema> prepare(const std::string& schema, bool relaxed);

  /// The same for several grammars that refer to each other by name, as llguidance's JSON:
  /// {"grammars":[{"name":…,"lark_grammar":…},{"name":…,"json_schema":…}]}. The first one is the
  /// beginning.
  Result<GrammarMatcher> compile_list(const std::string& list);

 private:
  struct Native;

  GrammarCompiler(std::unique_ptr<Native> native, bool open_objects);

  Result<GrammarMatcher> compile_source(const char* type, const std::string& source);

  std::unique_ptr<Native> native_;
  const bool open_objects_;
  Mutex mutex_;
  Recent<GrammarMatcher> compiled_ GUARDED_BY(mutex_);  // at the beginning; only cloned
  Recent<Result<PreparedSchema>> prepared_ GUARDED_BY(mutex_);
};

}  // namespace pcai::grammar
