"""anyOf, oneOf, allOf, not, if/then/else."""

S, I, N, B, NULL = {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {"type": "null"}


def obj(properties, required=None, **more):
    return {"type": "object", "properties": properties, "required": list(properties) if required is None else required, **more}


def closed(properties, required=None):
    return obj(properties, required, additionalProperties=False)


def kind(name, **properties):
    return closed({"kind": {"const": name}, **properties})


def cases():
    any_of = lambda *options: {"anyOf": list(options)}
    one_of = lambda *options: {"oneOf": list(options)}
    all_of = lambda *options: {"allOf": list(options)}
    yield "anyOf/types", any_of(S, I), ["x", 5], [None, 1.5, []]
    yield "anyOf/optional", any_of(S, NULL), ["x", None], [1]
    yield "anyOf/one", any_of(I), [1], ["x"]
    yield "anyOf/empty-schema", any_of(S, {}), ["x", 1, None], []
    yield "anyOf/overlapping-numbers", any_of({"type": "integer", "maximum": 3}, {"type": "integer", "minimum": 10}), [3, 10, -5], [4, 9]
    yield "anyOf/objects", any_of(closed({"a": I}), closed({"b": S})), [{"a": 1}, {"b": "x"}], [{}, {"a": "x"}, {"a": 1, "b": "x"}]
    yield "anyOf/objects-same-start", any_of(closed({"a": I, "b": I}), closed({"a": I, "c": S})), [{"a": 1, "b": 2}, {"a": 1, "c": "x"}], [{"a": 1}, {"a": 1, "b": "x"}]
    yield "anyOf/with-siblings", {"type": "object", "properties": {"a": I, "b": I}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"a": 1}, {"b": 1}, {"a": 1, "b": 2}], [{}, {"a": "x"}]
    yield "anyOf/nested", any_of(any_of(S, B), any_of(NULL, I)), ["x", True, None, 1], [1.5, []]
    yield "anyOf/array-or-item", any_of(S, {"type": "array", "items": S}), ["x", ["x", "y"]], [1, [1]]
    yield "anyOf/in-items", {"type": "array", "items": any_of(I, closed({"v": I}))}, [[1, {"v": 2}]], [["x"], [{}]]
    yield "anyOf/one-impossible", any_of({"type": "string", "minLength": 3, "maxLength": 1}, I), [1], ["x"]
    yield "anyOf/all-impossible", any_of(False, {"type": "integer", "minimum": 2, "maximum": 1}), [], [1, "x"]
    yield "anyOf/strings", any_of({"type": "string", "maxLength": 1}, {"type": "string", "pattern": "^long"}), ["x", "longer"], ["xy"]
    yield "anyOf/const-each", any_of({"const": "a"}, {"const": "b"}, {"const": 3}), ["a", "b", 3], ["c", 4]
    yield "anyOf/empty-list", any_of(), [], []
    yield "oneOf/types", one_of(S, I, NULL), ["x", 1, None], [1.5, True]
    yield "oneOf/consts", one_of({"const": "a"}, {"const": "b"}), ["a", "b"], ["c"]
    yield "oneOf/consts-with-title", one_of({"const": "a", "title": "A"}, {"const": "b", "title": "B"}), ["a", "b"], ["c"]
    yield "oneOf/tagged", one_of(kind("circle", r=N), kind("square", a=N), kind("point")), [{"kind": "circle", "r": 1.5}, {"kind": "square", "a": 2}, {"kind": "point"}], [{"kind": "circle", "a": 2}, {"kind": "line"}, {"r": 1}]
    yield "oneOf/tagged-open", one_of(obj({"kind": {"const": "a"}}), obj({"kind": {"const": "b"}}, [])), [{"kind": "a", "x": 1}, {"kind": "b"}], [{"kind": "c"}]
    yield "oneOf/tagged-by-enum", one_of(closed({"t": {"enum": ["a", "b"]}, "n": I}), closed({"t": {"enum": ["c"]}, "s": S})), [{"t": "a", "n": 1}, {"t": "c", "s": "x"}], [{"t": "c", "n": 1}]
    yield "oneOf/tagged-by-boolean", one_of(closed({"ok": {"const": True}, "value": I}), closed({"ok": {"const": False}, "error": S})), [{"ok": True, "value": 1}, {"ok": False, "error": "x"}], [{"ok": False, "value": 1}]
    yield "oneOf/overlapping", one_of({"type": "integer", "multipleOf": 2}, {"type": "integer", "multipleOf": 3}), [2, 3], [6, 1]
    yield "oneOf/integer-and-number", one_of(I, N), [1.5], [1]
    yield "oneOf/untagged-objects", one_of(closed({"a": I}), closed({"b": I})), [{"a": 1}, {"b": 1}], [{}]
    yield "oneOf/one", one_of(I), [1], ["x"]
    yield "oneOf/with-any", one_of({}, I), ["x"], [1]
    yield "oneOf/array-or-object", one_of({"type": "array", "items": I}, {"type": "object"}), [[1], {}], [["x"], 1]
    yield "oneOf/same-twice", one_of(S, S), [], ["x", 1]
    yield "allOf/bounds", all_of(I, {"minimum": 3}, {"maximum": 5}), [3, 5], [2, 6, 3.5]
    yield "allOf/lengths", {"type": "string", "allOf": [{"minLength": 2}, {"maxLength": 3}]}, ["ab", "abc"], ["a", "abcd"]
    yield "allOf/objects", all_of(obj({"a": I}), obj({"b": S})), [{"a": 1, "b": "x"}], [{"a": 1}, {"b": "x"}]
    yield "allOf/same-property", all_of(obj({"a": {"type": "integer", "minimum": 2}}), obj({"a": {"maximum": 4}})), [{"a": 2}, {"a": 4}], [{"a": 1}, {"a": 5}]
    yield "allOf/closed-and-open", all_of(closed({"a": I}), {"properties": {"b": S}}), [{"a": 1}], [{"a": 1, "b": "x"}]
    yield "allOf/with-anyOf", all_of({"type": "object"}, any_of({"required": ["a"]}, {"required": ["b"]}), {"properties": {"a": I, "b": I}}), [{"a": 1}, {"b": 2}, {"a": 1, "b": 2}], [{}, {"a": "x"}]
    yield "allOf/contradiction", all_of(S, I), [], ["x", 1]
    yield "allOf/empty-schema", all_of({}, I), [1], ["x"]
    yield "allOf/false", all_of(I, False), [], [1]
    yield "allOf/enums", all_of({"enum": ["a", "b", "c"]}, {"enum": ["b", "c", "d"]}), ["b", "c"], ["a", "d"]
    yield "allOf/arrays", all_of({"type": "array", "items": I}, {"items": {"minimum": 0}, "maxItems": 2}), [[0, 5]], [[-1], [1, 2, 3]]
    yield "allOf/tuples", all_of({"type": "array", "prefixItems": [I, I]}, {"items": {"maximum": 9}, "minItems": 1}), [[1, 9]], [[10], []]
    yield "allOf/maps", all_of({"type": "object", "additionalProperties": I}, {"additionalProperties": {"minimum": 0}}), [{"x": 1}], [{"x": -1}, {"x": "y"}]
    yield "allOf/nested", all_of(all_of(I, {"minimum": 0}), all_of({"maximum": 9})), [0, 9], [-1, 10]
    yield "allOf/patterns-and-properties", all_of({"type": "object", "patternProperties": {"^n": {"minimum": 0}}}, {"properties": {"n1": I}, "additionalProperties": False}), [{"n1": 3}, {}], [{"n1": -1}, {"n2": 3}]
    yield "not/type", {"not": S}, [1], ["x"]
    yield "not/in-property", obj({"a": {"not": {"const": 0}}}), [{"a": 1}], [{"a": 0}]
    yield "not/required", {"type": "object", "not": {"required": ["a"]}}, [{"b": 1}], [{"a": 1}]
    yield "if/then-else", {"type": "object", "if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"required": ["c"]}}, [{"c": 1}], [{"a": 1}, {}]
    yield "if/then", {"if": {"type": "string"}, "then": {"maxLength": 2}}, ["ab", 5], ["abc"]
    yield "true", True, [1, "x", None, [{}]], []
    yield "empty", {}, [1, "x", None, {"a": [True]}], []
    yield "false-property-only", {"type": "object", "additionalProperties": False, "properties": {"a": False}}, [{}], [{"a": 1}]
