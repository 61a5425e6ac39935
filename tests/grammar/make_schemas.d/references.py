"""$ref, $defs, definitions, recursion."""

S, I, N = {"type": "string"}, {"type": "integer"}, {"type": "number"}


def closed(properties, required=None):
    return {"type": "object", "properties": properties, "required": list(properties) if required is None else required, "additionalProperties": False}


def ref(name, where="$defs"):
    return {"$ref": f"#/{where}/{name}"}


def cases():
    point = closed({"x": N, "y": N})
    yield "ref/simple", {"$ref": "#/$defs/A", "$defs": {"A": I}}, [1], ["x"]
    yield "ref/definitions", {"$ref": "#/definitions/A", "definitions": {"A": S}}, ["x"], [1]
    yield "ref/draft-7", {"$schema": "http://json-schema.org/draft-07/schema#", **closed({"p": ref("P", "definitions")}), "definitions": {"P": point}}, [{"p": {"x": 1, "y": 2}}], [{"p": {"x": 1}}]
    yield "ref/in-properties", {**closed({"from": ref("P"), "to": ref("P")}), "$defs": {"P": point}}, [{"from": {"x": 0, "y": 0}, "to": {"x": 1.5, "y": 2}}], [{"from": {"x": 0, "y": 0}}]
    yield "ref/in-items", {"type": "array", "items": ref("P"), "$defs": {"P": point}}, [[], [{"x": 1, "y": 1}]], [[{"x": 1}]]
    yield "ref/chain", {"$ref": "#/$defs/A", "$defs": {"A": ref("B"), "B": ref("C"), "C": {"type": "boolean"}}}, [True], [1]
    yield "ref/with-sibling", {"$ref": "#/$defs/A", "minimum": 5, "$defs": {"A": I}}, [5], [4, 5.5]
    yield "ref/with-description", closed({"a": {"$ref": "#/$defs/A", "description": "an A"}}) | {"$defs": {"A": {"enum": ["u", "v"]}}}, [{"a": "u"}], [{"a": "w"}]
    yield "ref/to-property", closed({"a": {"type": "integer", "minimum": 0}, "b": {"$ref": "#/properties/a"}}), [{"a": 1, "b": 2}], [{"a": 1, "b": -2}]
    yield "ref/to-item", {"type": "array", "prefixItems": [I, {"$ref": "#/prefixItems/0"}], "items": False}, [[1, 2]], [[1, "x"]]
    yield "ref/to-components", {"$ref": "#/components/schemas/Pet", "components": {"schemas": {"Pet": closed({"name": S})}}}, [{"name": "Rex"}], [{"name": 1}]
    yield "ref/format-in-components", {"$ref": "#/components/Day", "components": {"Day": {"type": "string", "format": "date"}}}, ["2024-02-29"], ["2023-02-29"]
    yield "ref/unused-definition", {"type": "integer", "$defs": {"U": {"not": {}}}}, [1], ["x"]
    yield "ref/in-anyOf", {"anyOf": [ref("A"), ref("B")], "$defs": {"A": closed({"a": I}), "B": closed({"b": S})}}, [{"a": 1}, {"b": "x"}], [{"a": "x"}]
    yield "ref/in-oneOf", {"oneOf": [ref("Cat"), ref("Dog")], "$defs": {"Cat": closed({"kind": {"const": "cat"}, "lives": I}), "Dog": closed({"kind": {"const": "dog"}, "good": {"const": True}})}}, [{"kind": "cat", "lives": 9}, {"kind": "dog", "good": True}], [{"kind": "cat", "good": True}, {"kind": "cow"}]
    yield "ref/in-oneOf-chain", {"type": "array", "items": {"oneOf": [ref("A"), ref("B")]}, "$defs": {"A": ref("C"), "B": I, "C": S}}, [["x", 1]], [[None]]
    yield "ref/in-allOf", {"allOf": [ref("Base"), {"type": "object", "properties": {"extra": S}, "required": ["extra"]}], "$defs": {"Base": {"type": "object", "properties": {"id": I}, "required": ["id"]}}}, [{"id": 1, "extra": "x"}], [{"id": 1}, {"extra": "x"}]
    yield "ref/recursive-list", {"$ref": "#/$defs/L", "$defs": {"L": {"anyOf": [{"type": "null"}, closed({"head": I, "tail": ref("L")})]}}}, [None, {"head": 1, "tail": None}, {"head": 1, "tail": {"head": 2, "tail": None}}], [{"head": 1}, {"head": "x", "tail": None}]
    yield "ref/recursive-tree", {"$ref": "#/$defs/T", "$defs": {"T": closed({"value": I, "children": {"type": "array", "items": ref("T")}})}}, [{"value": 1, "children": []}, {"value": 1, "children": [{"value": 2, "children": []}]}], [{"value": 1}, {"value": 1, "children": [1]}]
    yield "ref/recursive-root", {"type": "object", "properties": {"name": S, "next": {"$ref": "#"}}, "required": ["name"], "additionalProperties": False}, [{"name": "a"}, {"name": "a", "next": {"name": "b"}}], [{"next": {}}, {"name": "a", "next": {}}]
    yield "ref/recursive-json", {"$ref": "#/$defs/V", "$defs": {"V": {"anyOf": [S, N, {"type": "array", "items": ref("V")}, {"type": "object", "additionalProperties": ref("V")}]}}}, ["x", [1, ["y"]], {"a": {"b": [2]}}], [None, [None], {"a": True}]
    yield "ref/recursive-pair", {"$ref": "#/$defs/A", "$defs": {"A": closed({"b": ref("B")}, []), "B": closed({"a": ref("A")}, [])}}, [{}, {"b": {}}, {"b": {"a": {"b": {}}}}], [{"a": {}}, {"b": {"b": {}}}]
    yield "ref/recursive-expression", {"$ref": "#/$defs/E", "$defs": {"E": {"anyOf": [N, closed({"op": {"enum": ["+", "-"]}, "left": ref("E"), "right": ref("E")})]}}}, [1, {"op": "+", "left": 1, "right": {"op": "-", "left": 2, "right": 3}}], [{"op": "*", "left": 1, "right": 1}]
    yield "ref/recursive-oneOf", {"$ref": "#/$defs/E", "$defs": {"E": {"oneOf": [ref("Num"), ref("Add")]}, "Num": closed({"t": {"const": "num"}, "v": N}), "Add": closed({"t": {"const": "add"}, "l": ref("E"), "r": ref("E")})}}, [{"t": "num", "v": 1}, {"t": "add", "l": {"t": "num", "v": 1}, "r": {"t": "num", "v": 2}}], [{"t": "num"}, {"t": "add", "l": 1, "r": 2}]
    yield "ref/only-itself", {"$ref": "#/$defs/A", "$defs": {"A": ref("A")}}, [], []
    yield "ref/infinite", {"$ref": "#/$defs/A", "$defs": {"A": closed({"a": ref("A")})}}, [], [{}, {"a": 1}]
    yield "ref/nowhere", {"type": "integer", "$defs": {}, "properties": {"a": {"$ref": "#/$defs/missing"}}}, [], ["x"]
    yield "ref/remote", {"type": "integer", "properties": {"a": {"$ref": "https://example.org/schema.json"}}}, [], ["x"]
    yield "ref/anchor", {"$ref": "#a", "$defs": {"A": {"$anchor": "a", "type": "integer"}}}, [1], ["x"]
    yield "ref/escaped-name", {"$ref": "#/$defs/a~1b", "$defs": {"a/b": I}}, [1], ["x"]
    yield "ref/below-id", {"type": "object", "properties": {"a": {"$id": "urn:x:y", "$ref": "#/$defs/A", "$defs": {"A": I}}}, "$defs": {"A": S}}, [{"a": 1}], [{"a": "x"}]
    yield "ref/dynamic", {"$dynamicRef": "#/$defs/A", "$defs": {"A": I}}, [1], ["x"]
    yield "ref/deep-definitions", {"$ref": "#/$defs/group/deep", "$defs": {"group": {"deep": {"type": "string", "maxLength": 2}}}}, ["ab"], ["abc"]
    yield "ref/shared-by-many", {**closed({f"f{i}": ref("Money") for i in range(8)}), "$defs": {"Money": closed({"amount": {"type": "integer", "minimum": 0}, "currency": {"enum": ["EUR", "USD"]}})}}, [{f"f{i}": {"amount": i, "currency": "EUR"} for i in range(8)}], [{"f0": {"amount": 1, "currency": "EUR"}}]
