"""Keywords that are said in other words before they are enforced."""


def obj(properties, **more):
    return {"type": "object", "properties": properties, **more}


A = {"type": "integer"}
S = {"type": "string"}


def conditions():
    yield ("if/required-then-required", {"type": "object", "properties": {"a": S, "b": S}, "if": {"required": ["a"]},
           "then": {"required": ["b"]}}, [{}, {"b": "x"}, {"a": "x", "b": "y"}], [{"a": "x"}, []])
    yield ("if/const-then-else", obj({"k": {"enum": ["x", "y", "z"]}, "a": A, "b": A}, required=["k"], **{
           "if": {"properties": {"k": {"const": "x"}}}, "then": {"required": ["a"]}, "else": {"required": ["b"]}}),
           [{"k": "x", "a": 1}, {"k": "y", "b": 1}, {"k": "z", "a": 1, "b": 2}],
           [{"k": "x", "b": 1}, {"k": "y", "a": 1}, {"k": "z"}])
    yield ("if/free-text", obj({"k": S, "a": A}, required=["k"], **{
           "if": {"properties": {"k": {"const": "yes"}}, "required": ["k"]}, "then": {"required": ["a"]}}),
           [{"k": "yes", "a": 1}, {"k": "no"}, {"k": "ye"}, {"k": "yess"}, {"k": ""}], [{"k": "yes"}])
    yield ("if/minimum", {"type": "number", "if": {"minimum": 10}, "then": {"multipleOf": 10}},
           [3, 9.5, 10, 20, -1], [11, 15.5])
    yield ("if/pattern", {"type": "string", "if": {"pattern": "^a"}, "then": {"minLength": 3}, "else": {"maxLength": 2}},
           ["abc", "b", "", "bc"], ["a", "bcd", "ab"])
    yield ("if/else-alone", {"if": {"type": "string"}, "else": {"type": "integer"}}, ["a", 1], [1.5, None, []])
    yield ("if/twice", obj({"a": A, "b": A, "c": A}, allOf=[
           {"if": {"required": ["a"]}, "then": {"required": ["b"]}},
           {"if": {"required": ["b"]}, "then": {"required": ["c"]}}]),
           [{}, {"c": 1}, {"b": 1, "c": 1}, {"a": 1, "b": 1, "c": 1}], [{"a": 1}, {"a": 1, "b": 1}, {"b": 1}])
    yield ("if/by-reference", {"$defs": {"x": {"properties": {"k": {"const": 1}}, "required": ["k"]}},
           **obj({"k": A, "a": A}), "if": {"$ref": "#/$defs/x"}, "then": {"required": ["a"]}},
           [{}, {"k": 2}, {"k": 1, "a": 1}], [{"k": 1}])
    yield ("if/const-number", {"if": {"const": 5}, "then": False}, [4, 6, "5", 5.5], [5])
    yield ("if/enum-mixed", {"type": ["string", "boolean", "null"], "if": {"enum": ["a", True, None]}, "then": False},
           ["b", False, ""], ["a", True, None])


def dependents():
    yield ("dependent/required", obj({"a": A, "b": A, "c": A}, dependentRequired={"a": ["b", "c"]}),
           [{}, {"b": 1}, {"a": 1, "b": 1, "c": 1}], [{"a": 1}, {"a": 1, "b": 1}])
    yield ("dependent/required-two", obj({"a": A, "b": A, "c": A}, dependentRequired={"a": ["b"], "c": ["a"]}),
           [{}, {"a": 1, "b": 1}, {"a": 1, "b": 1, "c": 1}], [{"a": 1}, {"c": 1}, {"a": 1, "c": 1}])
    yield ("dependent/unlisted", {"type": "object", "dependentRequired": {"a": ["b"]}},
           [{}, {"a": 1, "b": 1}], [{"a": 1}])
    yield ("dependent/schemas", obj({"card": S, "amount": {"type": "integer"}},
           dependentSchemas={"card": {"properties": {"amount": {"minimum": 10}}, "required": ["amount"]}}),
           [{}, {"amount": 1}, {"card": "x", "amount": 10}], [{"card": "x"}, {"card": "x", "amount": 9}])
    yield ("dependent/draft-7", {"$schema": "http://json-schema.org/draft-07/schema#", **obj({"a": A, "b": A, "c": A}),
           "dependencies": {"a": ["b"], "b": {"required": ["c"]}}},
           [{}, {"c": 1}, {"b": 1, "c": 1}, {"a": 1, "b": 1, "c": 1}], [{"a": 1}, {"b": 1}])
    yield ("dependent/no-object", {"dependentRequired": {"a": ["b"]}}, [1, "a", {}], [{"a": 1}])


def names():
    yield ("names/strings", {"type": "object", "propertyNames": {"type": "string"}, "additionalProperties": A},
           [{"x": 1}], [{"x": "y"}])
    yield ("names/enum", {"type": "object", "propertyNames": {"enum": ["a", "b"]}, "additionalProperties": A},
           [{}, {"b": 1}, {"a": 1, "b": 2}], [{"c": 1}, {"a": "x"}])
    yield ("names/const", {"type": "object", "propertyNames": {"const": "a"}}, [{}, {"a": [1]}], [{"b": 1}])
    yield ("names/pattern", {"type": "object", "propertyNames": {"pattern": "^x-[a-z]+$"}, "additionalProperties": S},
           [{"x-a": "b"}, {}], [{"a": "b"}, {"x-a": 1}, {"x-": "a"}])
    yield ("names/pattern-and-listed", obj({"xa": A, "b": A}, propertyNames={"pattern": "^x"}),
           [{"xa": 1}, {}], [{"b": 1}, {"xa": "y"}])
    yield ("names/length", {"type": "object", "propertyNames": {"minLength": 2, "maxLength": 3}},
           [{"ab": 1}, {"abc": 1}], [{"a": 1}, {"abcd": 1}])
    yield ("names/none", {"type": "object", "propertyNames": False}, [{}], [{"a": 1}])
    yield ("names/referred", {"$defs": {"n": {"enum": ["a"]}}, "type": "object", "propertyNames": {"$ref": "#/$defs/n"}},
           [{"a": 1}], [{"b": 1}])
    yield ("names/any-of-const", {"type": "object", "propertyNames": {"anyOf": [{"const": "a"}, {"const": "b"}]}},
           [{"b": 1}], [{"c": 1}])
    yield ("names/enum-required", {"type": "object", "propertyNames": {"enum": ["a", "b"]}, "required": ["a", "b"],
           "additionalProperties": {"type": "boolean"}}, [{"a": True, "b": False}], [{"a": True}, {"a": True, "b": 1}])


def arrays():
    items = {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True}
    yield ("unique/enum", items, [[], ["b"], ["c", "a"], ["c", "b", "a"]], [["a", "a"], ["a", "b", "a"], ["d"]])
    yield ("unique/bounded", {**items, "minItems": 1, "maxItems": 2}, [["b"], ["c", "a"]], [[], ["a", "b", "c"], ["b", "b"]])
    yield ("unique/boolean", {"type": "array", "items": {"type": "boolean"}, "uniqueItems": True},
           [[], [True], [False, True]], [[True, True], [True, False, True]])
    yield ("unique/by-reference", {"$defs": {"c": {"enum": [1, 2]}}, "type": "array", "items": {"$ref": "#/$defs/c"},
           "uniqueItems": True}, [[2, 1], [1]], [[1, 1], [3]])
    yield ("unique/many-in-order", {"type": "array", "items": {"enum": list("abcdefgh")}, "uniqueItems": True},
           [["a", "c", "h"], [], ["h"]], [["a", "a"], ["h", "h"]])
    yield ("unique/one", {"type": "array", "maxItems": 1, "uniqueItems": True}, [[], ["x"], [[1]]], [[1, 2]])
    yield ("unique/any-of", {"type": "array", "items": {"anyOf": [{"const": 1}, {"type": "null"}]}, "uniqueItems": True},
           [[None, 1]], [[1, 1], [None, None]])
    yield ("contains/string", {"type": "array", "contains": {"type": "string"}}, [["a"], [1, "a", None]], [[], [1, 2]])
    yield ("contains/any-type", {"contains": {"const": 1}}, [[1], [2, 1], "x", {}], [[], [2]])
    yield ("contains/two", {"type": "array", "items": A, "contains": {"minimum": 10}, "minContains": 2},
           [[10, 11], [1, 10, 2, 12]], [[10], [1, 2, 3], []])
    yield ("contains/at-most-one", {"type": "array", "items": {"enum": ["a", "b"]}, "contains": {"const": "a"},
           "maxContains": 1}, [["a"], ["b", "a", "b"]], [["a", "a"], ["b"], []])
    yield ("contains/none-or-one", {"type": "array", "items": {"type": "boolean"}, "contains": {"const": True},
           "minContains": 0, "maxContains": 1}, [[], [False, False], [False, True]], [[True, True]])
    yield ("contains/bounded", {"type": "array", "maxItems": 3, "contains": {"type": "null"}},
           [[None], [1, 2, None]], [[1, 2, 3], [1, 2, 3, None], []])
    yield ("contains/tuple", {"type": "array", "prefixItems": [S, A], "items": A, "contains": {"const": 7}},
           [["a", 7], ["a", 1, 7]], [["a", 1], [7]])
    yield ("contains/zero", {"type": "array", "contains": {"type": "null"}, "minContains": 0}, [[], [1], [None]], [1])


def negations():
    yield ("negation/never", {"not": {}, "type": "string"}, [], ["a", 1])
    yield ("negation/optional-never", obj({"a": {"not": {}}, "b": A}), [{}, {"b": 1}], [{"a": 1}])
    yield ("negation/no-others", obj({"a": A}, additionalProperties={"not": {}}), [{"a": 1}, {}], [{"b": 1}])
    yield ("negation/null", {"not": {"type": "null"}}, [1, "a", [], {}, False], [None])
    yield ("negation/words", {"type": "string", "not": {"enum": ["admin", "root", ""]}},
           ["a", "adm", "administrator", "roo", "größe"], ["admin", "root", ""])
    yield ("negation/pattern", {"type": "string", "not": {"pattern": "^x|y$"}}, ["a", "", "yx"], ["xa", "ay"])
    yield ("negation/members", obj({"a": A, "b": A}, **{"not": {"required": ["a", "b"]}}),
           [{}, {"a": 1}, {"b": 1}], [{"a": 1, "b": 1}])
    yield ("negation/range", {"type": "integer", "not": {"minimum": 3, "maximum": 5}}, [2, 6, -1], [3, 4, 5])
    yield ("negation/items", {"type": "array", "items": A, "maxItems": 3, "not": {"items": {"maximum": 5}}},
           [[6], [1, 9]], [[], [1, 5]])
    yield ("negation/double", {"not": {"not": {"type": "string"}}}, ["a"], [1])
    yield ("one-of/overlapping-members", {"type": "object", "properties": {"a": A, "b": A},
           "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, [{"a": 1}, {"b": 1}], [{}, {"a": 1, "b": 1}])
    yield ("one-of/by-members", {"oneOf": [obj({"id": A}, required=["id"]), obj({"name": S}, required=["name"])]},
           [{"id": 1}, {"name": "a"}], [{}, {"id": 1, "name": "a"}])
    yield ("one-of/ranges", {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "integer", "maximum": 10}]},
           [-1, 11], [0, 5, 10])
    yield ("one-of/integer-or-number", {"type": "number", "oneOf": [{"minimum": 5}, {"maximum": 7}]}, [4, 8.5], [5, 6, 7])
    yield ("one-of/discriminated-references", {"$defs": {
           "C": obj({"k": {"const": "c"}, "n": A}, required=["k", "n"]), "D": obj({"k": {"const": "d"}}, required=["k"])},
           "oneOf": [{"$ref": "#/$defs/C"}, {"$ref": "#/$defs/D"}]}, [{"k": "c", "n": 1}, {"k": "d"}], [{"k": "c"}, {"k": "e"}])


def unevaluated():
    yield ("unevaluated/plain", obj({"a": A}, unevaluatedProperties=False), [{"a": 1}, {}], [{"b": 1}])
    yield ("unevaluated/all-of", {"type": "object", "allOf": [{"properties": {"a": A}}, {"properties": {"b": A}}],
           "unevaluatedProperties": False}, [{"a": 1, "b": 1}, {}], [{"c": 1}])
    yield ("unevaluated/reference", {"$defs": {"B": obj({"a": A})}, "$ref": "#/$defs/B", "properties": {"b": A},
           "unevaluatedProperties": False}, [{"b": 1}, {}], [{"c": 1}, {"a": "x"}])
    yield ("unevaluated/choice", obj({"k": S}, anyOf=[{"properties": {"a": A}, "required": ["a"]},
           {"properties": {"b": A}, "required": ["b"]}], unevaluatedProperties=False),
           [{"k": "x", "a": 1}, {"b": 1}], [{"k": "x"}, {"a": 1, "c": 1}])
    yield ("unevaluated/if", obj({"k": {"enum": ["x", "y"]}}, required=["k"], unevaluatedProperties=False, **{
           "if": {"properties": {"k": {"const": "x"}}}, "then": {"properties": {"a": A}}}),
           [{"k": "x", "a": 1}, {"k": "y"}], [{"k": "y", "a": 1}, {"k": "x", "b": 1}])
    yield ("unevaluated/schema", obj({"a": A}, unevaluatedProperties=S), [{"a": 1, "b": "x"}], [{"b": 1}])
    yield ("unevaluated/true", obj({"a": A}, unevaluatedProperties=True), [{"b": [1]}], [{"a": "x"}])


def patterns():
    yield ("look-ahead/email", {"type": "string", "pattern":
           r"^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$"},
           ["a@b.co", "a.b+c@d-e.org"], [".a@b.co", "a..b@c.de", "a@b"])
    yield ("look-ahead/decimal", {"type": "string", "pattern": r"^(?!^[-+.]*$)[+-]?0*\d*\.?\d*$"},
           ["1", "-0.5", "+.5", "1."], ["", "-", ".", "1.2.3", "a"])
    yield ("look-ahead/password", {"type": "string", "pattern": r"^(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{4,8}$"},
           ["Abc1", "1AAAA"], ["abc1", "Abcd", "A1"])
    yield ("look-ahead/duration", {"type": "string", "pattern":
           r"^P(?:(\d+W)|(?!.*W)(?=\d|T\d)(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)$"},
           ["P1W", "P1Y2M3DT4H5M6.5S", "PT5M"], ["P", "PT", "P1W2D", "1D"])
    yield ("look-ahead/in-names", {"type": "object", "propertyNames": {"pattern": "^(?!_)[a-z_]+$"}},
           [{"a_b": 1}], [{"_a": 1}])


def cases():
    for group in (conditions, dependents, names, arrays, negations, unevaluated, patterns):
        for name, schema, valid, invalid in group():
            yield f"rewritten/{name}", schema, valid, invalid
