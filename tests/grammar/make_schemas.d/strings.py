"""minLength, maxLength and which characters a string may have."""


def text(**more):
    return {"type": "string", **more}


def cases():
    yield "string/any", text(), ["", "x", 'a "quoted" \\ word', "tab\tline\n", "é日😀", "/"], [1, None, ["x"]]
    yield "string/control-characters", text(), ["\u0001", "a\u0000b", "\u001f"], [0]
    yield "string/delete-character", text(), ["\u007f"], [0]
    yield "string/min-1", text(minLength=1), ["a", "é", "😀"], [""]
    yield "string/min-3", text(minLength=3), ["abc", "日本語", "a\tb"], ["ab", "😀😀"]
    yield "string/max-0", text(maxLength=0), [""], ["a"]
    yield "string/max-3", text(maxLength=3), ["", "abc", "😀😀😀", '"""', "\n\n\n"], ["abcd", "éééé"]
    yield "string/exactly-1", text(minLength=1, maxLength=1), ["a", "\\", "😀"], ["", "ab"]
    yield "string/exactly-2", text(minLength=2, maxLength=2), ["ab", "\n\\"], ["a", "abc"]
    yield "string/5-to-8", text(minLength=5, maxLength=8), ["12345", "12345678"], ["1234", "123456789"]
    yield "string/max-100", text(maxLength=100), ["x" * 100], ["x" * 101]
    yield "string/max-1000", text(maxLength=1000), ["x" * 300], [1]
    yield "string/20-to-40", text(minLength=20, maxLength=40), ["m" * 20, "m" * 40], ["m" * 19, "m" * 41]
    yield "string/min-above-max", text(minLength=3, maxLength=2), [], ["ab", "abc"]
    yield "string/no-type-length", {"maxLength": 2}, ["ab", 12345, [1, 2, 3], None], ["abc"]
    yield "string/or-null", {"type": ["string", "null"], "maxLength": 2}, ["ab", None], ["abc", 1]
    yield "string/or-number", {"type": ["string", "number"], "minLength": 1, "minimum": 0}, ["x", 0, 2.5], ["", -1]
    yield "string/content-type", text(contentMediaType="application/json", contentEncoding="base64"), ["e30="], [{}]
    yield "string/in-map", {"type": "object", "additionalProperties": text(maxLength=3)}, [{"a": "xyz"}], [{"a": "wxyz"}]
    yield "string/list-of-short", {"type": "array", "items": text(minLength=1, maxLength=5)}, [["a", "abcde"]], [[""], ["abcdef"]]
