"""properties, required, additionalProperties, patternProperties, minProperties, maxProperties."""

S, I, N, B = {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}


def obj(properties, required=(), **more):
    return {"type": "object", "properties": properties, "required": list(required), **more}


def closed(properties, required=(), **more):
    return obj(properties, required, additionalProperties=False, **more)


def cases():
    ab = {"a": I, "b": S}
    yield "object/any", {"type": "object"}, [{}, {"x": 1}, {"x": {"y": [None]}}], [1, [], "{}"]
    yield "object/no-type", {"properties": {"a": I}}, [{}, {"a": 1}, 5, [1], "x"], [{"a": "1"}]
    yield "object/open", obj(ab), [{}, {"a": 1}, {"a": 1, "b": "x", "c": None}], [{"a": "1"}]
    yield "object/open-required", obj(ab, "ab"), [{"a": 1, "b": ""}], [{}, {"a": 1}, {"b": "x"}]
    yield "object/closed", closed(ab), [{}, {"b": "x"}, {"a": 1, "b": "x"}], [{"c": 1}, {"a": 1.5}]
    yield "object/closed-required", closed(ab, "ab"), [{"a": -3, "b": "q"}], [{"a": 1, "b": "q", "c": 0}]
    yield "object/closed-first", closed(ab, "a"), [{"a": 1}, {"a": 1, "b": ""}], [{"b": ""}]
    yield "object/closed-last", closed(ab, "b"), [{"b": "z"}, {"a": 1, "b": ""}], [{"a": 1}]
    yield "object/closed-empty", closed({}), [{}], [{"a": 1}]
    yield "object/closed-any-value", closed({"a": {}}), [{"a": None}, {"a": {"b": [1, "x"]}}], [{"b": 1}]
    yield "object/five-optional", closed({k: I for k in "abcde"}), [{}, {"c": 1}, {"a": 1, "e": 2}, {"b": 1, "d": 1}], [{"f": 1}]
    yield "object/middle-required", closed({k: I for k in "abcde"}, "c"), [{"c": 1}, {"a": 1, "c": 2, "e": 3}], [{"a": 1}, {}]
    yield "object/required-unlisted", obj({"a": I}, ["a", "z"]), [{"a": 1, "z": "free"}], [{"a": 1}]
    yield "object/only-required", {"type": "object", "required": ["id"]}, [{"id": None}, {"id": 1, "x": 2}], [{}, {"ID": 1}]
    yield "object/map-of-integers", {"type": "object", "additionalProperties": I}, [{}, {"x": 1, "y": 2}], [{"x": "1"}, {"x": 1.5}]
    yield "object/map-of-maps", {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": B}}, [{"a": {}}, {"a": {"b": True}}], [{"a": 1}, {"a": {"b": 0}}]
    yield "object/map-of-lists", {"type": "object", "additionalProperties": {"type": "array", "items": S}}, [{"a": ["x"]}], [{"a": [1]}]
    yield "object/typed-rest", obj({"a": S}, additionalProperties=I), [{"a": "x", "b": 1}, {"q": 3}], [{"a": 1}, {"b": "x"}]
    yield "object/nested-closed", closed({"in": closed({"x": I}, "x")}, ["in"]), [{"in": {"x": 1}}], [{"in": {}}, {"in": {"x": 1, "y": 1}}]
    yield "object/three-deep", closed({"a": closed({"b": closed({"c": S}, "c")}, "b")}, "a"), [{"a": {"b": {"c": "!"}}}], [{"a": {"b": {}}}, {"a": {"b": {"c": 3}}}]
    yield "object/many-properties", closed({f"field_{i:02}": [S, I, B, N][i % 4] for i in range(30)}, [f"field_{i:02}" for i in range(0, 30, 3)]), [{f"field_{i:02}": ["x", 1, True, 0.5][i % 4] for i in range(30)}, {f"field_{i:02}": ["x", 1, True, 0.5][i % 4] for i in range(0, 30, 3)}], [{}]
    yield "object/quoted-names", closed({'a"b': I, "c\\d": I, "e/f": I, "g h": I}), [{'a"b': 1, "c\\d": 2, "e/f": 3, "g h": 4}], [{"ab": 1}]
    yield "object/unicode-names", closed({"naïve": I, "日本": S, "😀": B}), [{"naïve": 1, "日本": "x", "😀": True}], [{"naive": 1}]
    yield "object/tab-in-name", closed({"a\tb": I}), [{"a\tb": 1}], [{"atb": 1}]
    yield "object/empty-name", closed({"": I}, [""]), [{"": 1}], [{"": "x"}, {}]
    yield "object/name-prefixes", closed({"a": I, "ab": I, "abc": I}), [{"a": 1, "abc": 3}, {"ab": 2}], [{"abcd": 1}]
    yield "object/open-name-prefixes", obj({"ab": I}, additionalProperties=S), [{"ab": 1, "abc": "x"}, {"a": "x"}], [{"ab": "x"}, {"abc": 1}]
    yield "object/false-property", obj({"never": False, "a": I}), [{"a": 1}, {"b": 1}], [{"never": 1}, {"never": None}]
    yield "object/true-property", closed({"any": True}), [{"any": {"x": []}}], [{"other": 1}]
    yield "object/keyword-names", closed({"type": S, "properties": I, "$ref": S, "enum": B, "required": I}, ["type"]), [{"type": "x", "properties": 1, "$ref": "y", "enum": True, "required": 1}], [{"properties": 1}]
    yield "object/default-and-examples", closed({"a": {**I, "default": "not checked", "examples": [{}]}}), [{"a": 1}], [{"a": "not checked"}]
    yield "object/annotations", {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.org/s", "title": "T", "description": "D", "$comment": "C", "deprecated": True, "type": "object", "properties": {"a": {"type": "integer", "readOnly": True, "writeOnly": False}}, "required": ["a"]}, [{"a": 1}], [{}]
    yield "object/unknown-keywords", {"type": "object", "x-order": [1], "properties": {"a": {"type": "integer", "x-unit": "m"}}}, [{"a": 1}], [{"a": "m"}]
    pattern = {"type": "object", "patternProperties": {"^n_": N, "^s_": S}, "additionalProperties": False}
    yield "object/patterns", pattern, [{}, {"n_a": 1, "s_a": "x"}, {"n_": 0.5}], [{"n_a": "x"}, {"x": 1}, {"s_": 1}]
    yield "object/patterns-open", {"type": "object", "patternProperties": {"^n_": N}}, [{"n_a": 1, "x": "y"}], [{"n_a": "x"}]
    yield "object/patterns-and-rest", {"type": "object", "patternProperties": {"^n_": N}, "additionalProperties": S}, [{"n_1": 2, "m_1": "x"}], [{"m_1": 1}, {"n_1": "x"}]
    yield "object/patterns-and-properties", obj({"n_x": I}, patternProperties={"^n_": {"minimum": 5}}), [{"n_x": 7}, {"n_y": 9.5, "o": 1}], [{"n_x": 7.5}, {"n_x": 3}, {"n_y": 1}]
    yield "object/patterns-digits", {"type": "object", "patternProperties": {"^[0-9]+$": B}, "additionalProperties": False}, [{"1": True, "42": False}], [{"a": True}, {"1": 1}, {"": True}]
    yield "object/patterns-suffix", {"type": "object", "patternProperties": {"_id$": I}, "additionalProperties": False}, [{"user_id": 5}, {"_id": 1}], [{"user_ids": 5}, {"id": 1}]
    yield "object/patterns-overlap", {"type": "object", "patternProperties": {"^a": I, "b$": S}}, [{"ax": 1, "xb": "s"}], [{"ax": "s"}, {"ab": 1}]
    yield "object/patterns-and-required", {"type": "object", "patternProperties": {"^x": I}, "required": ["x1"]}, [{"x1": 1}], [{}, {"x1": "a"}]
    yield "object/min-1-of-optional", closed(ab, minProperties=1), [{"a": 1}, {"b": "x"}, {"a": 1, "b": ""}], [{}]
    yield "object/max-1-of-optional", closed(ab, maxProperties=1), [{}, {"a": 1}, {"b": "x"}], [{"a": 1, "b": ""}]
    yield "object/exactly-1-of-optional", closed({k: I for k in "abc"}, minProperties=1, maxProperties=1), [{"a": 1}, {"c": 1}], [{}, {"a": 1, "b": 1}]
    yield "object/one-more-than-required", closed({k: I for k in "abc"}, "a", minProperties=2), [{"a": 1, "b": 1}, {"a": 1, "b": 1, "c": 1}], [{"a": 1}]
    yield "object/min-2-of-optional", closed({k: I for k in "abc"}, minProperties=2), [{"a": 1, "c": 1}], [{"a": 1}, {}]
    yield "object/max-2-of-optional", closed({k: I for k in "abc"}, maxProperties=2), [{"a": 1, "c": 1}], [{"a": 1, "b": 1, "c": 1}]
    yield "object/map-not-empty", {"type": "object", "additionalProperties": I, "minProperties": 1}, [{"x": 1}], [{}]
    yield "object/map-of-at-most-2", {"type": "object", "additionalProperties": I, "maxProperties": 2}, [{}, {"x": 1, "y": 1}], [{"x": 1, "y": 1, "z": 1}]
    yield "object/map-of-at-least-2", {"type": "object", "additionalProperties": I, "minProperties": 2}, [{"x": 1, "y": 1}], [{"x": 1}]
    yield "object/max-0", {"type": "object", "maxProperties": 0}, [{}], [{"a": 1}]
    yield "object/min-above-max", closed({"a": I}, minProperties=3, maxProperties=2), [], [{}, {"a": 1}]
    yield "object/required-but-false", obj({"a": False}, "a"), [], [{}, {"a": 1}]
    yield "object/required-but-closed", closed({}, ["a"]), [], [{}, {"a": 1}]
    yield "object/property-names", {"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}}, [{"abc": 1}], [{"A": 1}]
    yield "object/dependent-required", {"type": "object", "dependentRequired": {"a": ["b"]}}, [{"a": 1, "b": 1}], [{"a": 1}]
    yield "object/dependent-schemas", {"type": "object", "dependentSchemas": {"a": {"required": ["b"]}}}, [{"b": 1}], [{"a": 1}]
    yield "object/dependencies-draft-7", {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "dependencies": {"a": ["b"]}}, [{"b": 1}], [{"a": 1}]
    yield "object/unevaluated", {"type": "object", "properties": {"a": I}, "unevaluatedProperties": False}, [{"a": 1}], [{"b": 1}]
