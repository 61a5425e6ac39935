"""enum and const."""


def cases():
    def enum(*values, **more):
        return {"enum": list(values), **more}

    yield "enum/strings", enum("red", "green", "blue"), ["red", "blue"], ["re", "redd", "", None, "Red"]
    yield "enum/one", enum("only"), ["only"], ["", "onl", "onlyy"]
    yield "enum/prefixes", enum("a", "ab", "abc"), ["a", "ab", "abc"], ["abcd", "b"]
    yield "enum/with-empty", enum("", "x"), ["", "x"], [" ", "xx"]
    yield "enum/integers", enum(1, 2, 30), [1, 30], [3, "1", 1.5]
    yield "enum/floats", enum(0.1, 2.5, -3), [0.1, 2.5, -3], [0.2, 2.51, 3]
    yield "enum/mixed", enum(1, "1", True, None), [1, "1", True, None], [False, 0, "true", ""]
    yield "enum/objects", enum({"a": 1}, {"b": [2, 3]}), [{"a": 1}, {"b": [2, 3]}], [{}, {"a": 2}, {"b": [2]}]
    yield "enum/arrays", enum([], [1], ["x", "y"]), [[], [1], ["x", "y"]], [[2], ["x"], ["y", "x"]]
    yield "enum/with-type", {"type": "string", **enum("a", "b", 3)}, ["a", "b"], [3, "c"]
    yield "enum/with-nullable-type", {"type": ["string", "null"], **enum("a", None)}, ["a", None], ["b"]
    yield "enum/with-length", {"type": "string", "maxLength": 2, **enum("a", "ab", "abc")}, ["a", "ab"], ["abc"]
    yield "enum/with-pattern", {"type": "string", "pattern": "^a", **enum("ab", "ba")}, ["ab"], ["ba"]
    yield "enum/with-minimum", {"minimum": 2, **enum(1, 2, 3)}, [2, 3], [1]
    yield "enum/quotes-and-escapes", enum('say "hi"', "back\\slash", "line\nbreak", "tab\t"), ['say "hi"', "back\\slash", "line\nbreak", "tab\t"], ["say hi", "line break"]
    yield "enum/unicode", enum("é", "日本", "😀"), ["é", "日本", "😀"], ["e", "日"]
    yield "enum/control-character", enum("a\u0001b", "c"), ["a\u0001b", "c"], ["ab"]
    yield "enum/regex-signs", enum("a.b", "[x]", "(y)*", "^$"), ["a.b", "[x]", "(y)*", "^$"], ["axb", "x", ""]
    yield "enum/empty", enum(), [], [1, "x"]
    yield "enum/twice", enum("a", "a"), ["a"], ["b"]
    yield "enum/none-fits", {"type": "integer", **enum("a", "b")}, [], ["a", 1]
    yield "enum/200-words", enum(*[f"word-{i}" for i in range(200)]), ["word-0", "word-199"], ["word-200", "word-"]
    yield "enum/country-codes", enum("DE", "FR", "IT", "ES", "PL", "NL", "BE", "SE"), ["DE", "SE"], ["US", "D"]
    yield "enum/of-object-keys", {"type": "object", "properties": {"k": enum("x", "y"), "n": enum(1, 2)}, "required": ["k", "n"], "additionalProperties": False}, [{"k": "x", "n": 2}], [{"k": "z", "n": 1}, {"k": "x", "n": 3}]
    for name, value, wrong in [("string", "fixed", "fixe"), ("integer", 42, 43), ("negative", -7, 7), ("float", 0.5, 0.25), ("true", True, False), ("null", None, 0), ("empty-string", "", " "), ("array", [1, [2]], [1, 2]), ("object", {"a": {"b": None}, "c": []}, {"a": {}}), ("zero", 0, 1), ("empty-object", {}, {"a": 1}), ("empty-array", [], [1])]:
        yield f"const/{name}", {"const": value}, [value], [wrong]
    yield "const/in-object", {"type": "object", "properties": {"type": {"const": "event"}, "version": {"const": 2}}, "required": ["type", "version"], "additionalProperties": False}, [{"type": "event", "version": 2}], [{"type": "events", "version": 2}, {"type": "event", "version": 1}]
    yield "const/with-type", {"type": "string", "const": "x"}, ["x"], ["y"]
    yield "const/wrong-type", {"type": "integer", "const": "x"}, [], ["x", 1]
    yield "const/beyond-doubles", {"const": 9007199254740993}, [9007199254740993], [9007199254740992]
