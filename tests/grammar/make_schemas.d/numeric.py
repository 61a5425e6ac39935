"""integer, number, their bounds and multipleOf."""


def cases():
    yield "integer/any", {"type": "integer"}, [0, -1, 42, 123456789012345678901234567890], ["1", 1.5, None, True]
    yield "integer/with-zero-fraction", {"type": "integer"}, [1.0], [1.5]
    yield "number/any", {"type": "number"}, [0, -1.5, 3.25, 1e100, 1e-7], ["1", None, False]
    yield "number/no-type-bounds", {"minimum": 3}, [3, "x", None, []], [2, 2.9]
    bounds = [(0, 9), (1, 7), (0, 100), (1, 12), (0, 255), (1, 65535), (13, 170), (-9, 9), (-273, 1000), (-128, 127), (1000, 9999), (7, 7), (-5, -1), (0, 1), (99, 101), (1900, 2100), (-2147483648, 2147483647)]
    for low, high in bounds:
        valid = sorted({low, high, (low + high) // 2})
        yield f"integer/{low}-to-{high}", {"type": "integer", "minimum": low, "maximum": high}, valid, [low - 1, high + 1, low + 0.5, -1000 * abs(high) - 1]
    for low in [0, 1, 18, -5, 1000]:
        yield f"integer/from-{low}", {"type": "integer", "minimum": low}, [low, low + 1, low + 100000], [low - 1, low - 10000]
    for high in [0, -1, 99, -250]:
        yield f"integer/up-to-{high}", {"type": "integer", "maximum": high}, [high, high - 1, high - 100000], [high + 1, high + 10000]
    yield "integer/above-0", {"type": "integer", "exclusiveMinimum": 0}, [1, 10], [0, -1]
    yield "integer/below-10", {"type": "integer", "exclusiveMaximum": 10}, [9, -100], [10, 11]
    yield "integer/between", {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 5}, [2, 4], [1, 5]
    yield "integer/fractional-bounds", {"type": "integer", "minimum": 0.5, "maximum": 3.5}, [1, 3], [0, 4]
    yield "integer/nothing-between", {"type": "integer", "exclusiveMinimum": 1, "exclusiveMaximum": 2}, [], [1, 2]
    yield "integer/both-minimums", {"type": "integer", "minimum": 5, "exclusiveMinimum": 3}, [5, 6], [4, 3]
    yield "integer/draft-4-exclusive", {"$schema": "http://json-schema.org/draft-04/schema#", "type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1, 0]
    floats = [(0, 1), (-1, 1), (0.5, 0.72), (-10.2, 45.9), (1.33, 10), (-90, 90), (-180, 180), (0.001, 0.002), (-17.23, -1.33), (0, 0.5)]
    for low, high in floats:
        middle = round((low + high) / 2, 4)
        yield f"number/{low}-to-{high}", {"type": "number", "minimum": low, "maximum": high}, [low, high, middle], [low - 0.0001, high + 0.0001, high + 1, low - 100]
        yield f"number/between-{low}-and-{high}", {"type": "number", "exclusiveMinimum": low, "exclusiveMaximum": high}, [middle], [low, high, high + 0.5]
    yield "number/from-0", {"type": "number", "minimum": 0}, [0, 0.5, 12345.678], [-0.001, -1]
    yield "number/above-0", {"type": "number", "exclusiveMinimum": 0}, [0.001, 7], [0, -1]
    yield "number/up-to-2.5", {"type": "number", "maximum": 2.5}, [2.5, -100.25], [2.51, 3]
    yield "number/exponent-in-range", {"type": "number", "minimum": 0, "maximum": 1}, [1e-7], [1.0000001]
    yield "number/min-above-max", {"type": "number", "minimum": 2, "maximum": 1}, [], [1, 2, 1.5]
    yield "number/one-value", {"type": "number", "minimum": 2.5, "maximum": 2.5}, [2.5], [2.4, 2.6]
    for step, valid, invalid in [(2, [0, 4, -6], [3, 1]), (5, [0, 15, -5], [3, 12]), (10, [10, 100], [15, 1]), (7, [49, 0], [48]), (15, [45], [40, 50]), (100, [1200], [150, 10])]:
        yield f"integer/multiple-of-{step}", {"type": "integer", "multipleOf": step}, valid, invalid
    yield "integer/quarter-hours", {"type": "integer", "minimum": 0, "maximum": 120, "multipleOf": 15}, [0, 45, 120], [10, 135, -15]
    yield "number/halves", {"type": "number", "multipleOf": 0.5}, [0.5, 2, -1.5], [0.3, 1.25]
    yield "number/quarters", {"type": "number", "multipleOf": 0.25}, [0.25, 10.75], [0.2, 1.3]
    yield "number/cents", {"type": "number", "multipleOf": 0.01, "minimum": 0}, [0.5, 3, 12], [0.005, -1]
    yield "integer/multiple-of-nothing-there", {"type": "integer", "minimum": 11, "maximum": 19, "multipleOf": 10}, [], [11, 20]
    yield "integer/multiples-at-once", {"type": "integer", "allOf": [{"multipleOf": 4}, {"multipleOf": 6}]}, [12, 24, 0], [4, 6, 18]
    yield "integer/multiples-overflow", {"type": "integer", "allOf": [{"multipleOf": 65536}, {"multipleOf": 65537}]}, [0], [65536]
    yield "number/multiple-of-0.07", {"type": "number", "multipleOf": 0.07}, [0], [0.05]
    yield "integer/beyond-doubles", {"type": "integer", "minimum": 9007199254740993}, [9007199254740993], [9007199254740992]
    yield "integer/beyond-doubles-exclusive", {"type": "integer", "exclusiveMinimum": 9007199254740992}, [9007199254740993], [9007199254740992]
    yield "integer/safe-range", {"type": "integer", "minimum": -9007199254740991, "maximum": 9007199254740991}, [9007199254740991, -9007199254740991], [9007199254740992]
    yield "integer/64-bit", {"type": "integer", "minimum": -9223372036854775808, "maximum": 9223372036854775807}, [0], [9223372036854775808]
    yield "integer/63-bit", {"type": "integer", "minimum": 0, "maximum": 9223372036854775807}, [0, 9223372036854775807], [9223372036854775808, -1]
    yield "integer/or-null", {"type": ["integer", "null"], "minimum": 1}, [1, None], [0, "x"]
    yield "number/and-integer", {"type": ["number", "integer"]}, [1, 1.5], ["x"]
    yield "boolean", {"type": "boolean"}, [True, False], [0, 1, "true", None]
    yield "null", {"type": "null"}, [None], [0, False, "", "null"]
    yield "several-types", {"type": ["boolean", "null", "integer"]}, [True, None, 5], ["x", 1.5, []]
    yield "unknown-type", {"type": "string", "items": {"type": "any"}}, [], [1]
