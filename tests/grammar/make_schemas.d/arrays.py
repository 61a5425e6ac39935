"""items, prefixItems, minItems, maxItems, and the ones that cannot be enforced."""

S, I, N, B = {"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}
DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def arr(items, **more):
    return {"type": "array", "items": items, **more}


def tup(*items, **more):
    return {"type": "array", "prefixItems": list(items), **more}


def cases():
    yield "array/any", {"type": "array"}, [[], [1, "x", None], [[[]], {"a": []}]], [{}, "[]"]
    yield "array/integers", arr(I), [[], [1], [1, -2, 3]], [["1"], [1.5], [None]]
    yield "array/strings", arr(S), [[""], ["a", "b"]], [[1], ["a", None]]
    yield "array/no-type", {"items": I}, [[1], 5, "x", {}], [["x"]]
    yield "array/booleans", arr(B), [[True, False]], [[0]]
    yield "array/nulls", arr({"type": "null"}), [[None, None]], [[False]]
    yield "array/of-arrays", arr(arr(N)), [[], [[1, 2.5], []]], [[1], [["x"]]]
    yield "array/matrix-3x3", arr(arr(I, minItems=3, maxItems=3), minItems=3, maxItems=3), [[[1, 2, 3], [4, 5, 6], [7, 8, 9]]], [[[1, 2, 3]], [[1, 2], [3, 4], [5, 6]]]
    yield "array/of-objects", arr({"type": "object", "properties": {"x": N, "y": N}, "required": ["x", "y"], "additionalProperties": False}), [[{"x": 1, "y": 2.5}]], [[{"x": 1}], [{}]]
    yield "array/mixed-types", arr({"type": ["string", "integer", "null"]}), [["a", 1, None]], [[1.5], [True]]
    for least, most in [(1, None), (3, None), (0, 0), (0, 1), (0, 3), (2, 2), (2, 4), (10, 12)]:
        more = {"minItems": least} if least else {}
        if most is not None:
            more["maxItems"] = most
        name = f"array/{least}-to-{'any' if most is None else most}"
        valid = [[7] * least] + ([[7] * most] if most else [[7] * (least + 2)] if most is None else [])
        invalid = ([[7] * (least - 1)] if least else []) + ([[7] * (most + 1)] if most is not None else [])
        yield name, arr(I, **more), valid, invalid or [[None]]
    yield "array/any-2-to-3", {"type": "array", "minItems": 2, "maxItems": 3}, [[1, "x"], [None, {}, []]], [[1], [1, 2, 3, 4]]
    yield "array/at-most-1000", arr(I, maxItems=1000), [[1] * 20], [["x"]]
    yield "array/exactly-50", arr(B, minItems=50, maxItems=50), [[True] * 50], [[True] * 49, [True] * 51]
    yield "array/min-above-max", arr(I, minItems=3, maxItems=2), [], [[1], [1, 2, 3]]
    yield "array/items-false", arr(False), [[]], [[1]]
    yield "array/items-true", arr(True), [[1, "x"]], [{}]
    yield "array/items-false-but-min", arr(False, minItems=1), [], [[], [1]]
    yield "array/tuple", tup(I, S), [[], [1], [1, "x"], [1, "x", None, 5]], [["x"], [1, 2]]
    yield "array/tuple-closed", tup(I, S, items=False), [[], [1], [1, "x"]], [[1, "x", 3], ["x"]]
    yield "array/tuple-exact", tup(I, S, B, items=False, minItems=3), [[1, "x", True]], [[1, "x"], [1, "x", True, 0]]
    yield "array/tuple-typed-rest", tup(S, items=I), [["x"], ["x", 1, 2]], [["x", "y"], [1]]
    yield "array/tuple-bounded-rest", tup(S, items=I, minItems=2, maxItems=3), [["x", 1], ["x", 1, 2]], [["x"], ["x", 1, 2, 3]]
    yield "array/tuple-cut-by-max", tup(I, S, B, maxItems=2), [[1], [1, "x"]], [[1, "x", True]]
    yield "array/tuple-min-in-rest", tup(I, minItems=3), [[1, "a", None]], [[1, 2]]
    yield "array/tuple-false", tup(I, False), [[1], []], [[1, 2]]
    yield "array/tuple-of-tuples", tup(tup(I, I, items=False, minItems=2), S, items=False), [[[1, 2], "x"]], [[[1], "x"]]
    yield "array/tuple-draft-7", {"$schema": DRAFT_7, "type": "array", "items": [I, S], "additionalItems": False}, [[1, "x"], [1]], [[1, "x", 2], ["x"]]
    yield "array/tuple-draft-7-rest", {"$schema": DRAFT_7, "type": "array", "items": [I], "additionalItems": S}, [[1, "x", "y"]], [[1, 2]]
    yield "array/tuple-draft-7-open", {"$schema": DRAFT_7, "type": "array", "items": [I]}, [[1, None]], [["x"]]
    yield "array/additional-ignored-draft-7", {"$schema": DRAFT_7, "type": "array", "items": I, "additionalItems": False}, [[1, 2, 3]], [["x"]]
    yield "array/tuple-2019", {"$schema": "https://json-schema.org/draft/2019-09/schema", "type": "array", "items": [S, I], "additionalItems": False, "minItems": 2}, [["x", 1]], [["x"], ["x", 1, 2]]
    yield "array/prefix-and-additional", {"type": "array", "prefixItems": [I], "additionalItems": False}, [[1]], [["x"]]
    yield "array/unique", arr(I, uniqueItems=True), [[1, 2]], [[1, 1]]
    yield "array/unique-false", arr(I, uniqueItems=False), [[1, 1]], [["x"]]
    yield "array/contains", {"type": "array", "contains": I}, [["x", 1]], [["x"]]
    yield "array/min-contains", {"type": "array", "contains": I, "minContains": 2}, [[1, 2]], [[1]]
    yield "array/unevaluated", {"type": "array", "prefixItems": [I], "unevaluatedItems": False}, [[1]], [[1, 2]]
    yield "array/in-object", {"type": "object", "properties": {"tags": arr(S, minItems=1, maxItems=3)}, "required": ["tags"], "additionalProperties": False}, [{"tags": ["a"]}, {"tags": ["a", "b", "c"]}], [{"tags": []}, {}]
    yield "array/of-enums", arr({"enum": ["r", "g", "b"]}, minItems=1), [["r"], ["g", "b", "r"]], [["x"], []]
    yield "array/of-maps", arr({"type": "object", "additionalProperties": arr(I)}), [[{"a": [1]}, {}]], [[{"a": 1}]]
