"""pattern: regular expressions as ECMA-262 has them."""


def text(pattern, **more):
    return {"type": "string", "pattern": pattern, **more}


PATTERNS = [
    ("prefix", "^abc", ["abc", "abcd"], ["ab", "xabc"]),
    ("suffix", "abc$", ["abc", "xabc"], ["abcd", ""]),
    ("inside", "abc", ["xabcx", "abc"], ["ab", "acb"]),
    ("whole", "^abc$", ["abc"], ["abcd", "xabc", ""]),
    ("empty", "^$", [""], ["a"]),
    ("nothing-asked", "", ["", "x"], [1]),
    ("digits", r"^\d{3}$", ["123", "000"], ["12", "1234", "12a"]),
    ("digits-inside", r"\d", ["a1b"], ["ab"]),
    ("word", r"^\w+$", ["a_1"], ["", "a b", "a-b"]),
    ("no-digits", r"^\D*$", ["abc", ""], ["a1"]),
    ("no-word", r"^\W+$", ["- !"], ["a", ""]),
    ("blank", r"^\S+\s\S+$", ["a b", "a\tb"], ["ab", "a  "]),
    ("class", "^[abc]+$", ["cab"], ["d", ""]),
    ("class-ranges", "^[a-zA-Z0-9_-]{2,8}$", ["a-B_9", "zz"], ["z", "123456789", "a b"]),
    ("class-negated", "^[^0-9]+$", ["abc", "é"], ["a1", ""]),
    ("class-with-bracket", r"^[\[\]]+$", ["[]"], ["a", ""]),
    ("class-with-open-bracket", "^[[(]$", ["[", "("], ["]", ")"]),
    ("class-with-dash-last", "^[a-c-]+$", ["a-c"], ["d"]),
    ("class-with-shorthand", r"^[\d.,]+$", ["1,000.50"], ["1a", ""]),
    ("class-with-blanks", r"^[\s]+$", [" \t"], ["a", ""]),
    ("class-without-blanks", r"^[^\s]+$", ["ab"], ["a b", ""]),
    ("dot", "^a.c$", ["abc", "a c", "a😀c"], ["ac", "abbc", "a\nc"]),
    ("dot-star", "^<.*>$", ["<>", "<a b>"], ["<", "a>"]),
    ("or", "^(cat|dog)$", ["cat", "dog"], ["cow", "catdog", ""]),
    ("or-with-anchors", "^a|b$", ["ax", "xb", "a"], ["xax", "ba"]),
    ("optional", "^colou?r$", ["color", "colour"], ["colouur"]),
    ("lazy", "^a+?b*?c{1,2}?$", ["aabc", "acc"], ["bc", "accc"]),
    ("groups", "^(?:ab)+(c|d)?$", ["ab", "ababc"], ["a", "abab c"]),
    ("named-group", "^(?<year>[0-9]{4})$", None, None),
    ("nested-groups", "^((a|b)(c|d)){2}$", ["acbd"], ["ac", "acacac"]),
    ("repeat-exact", "^x{5}$", ["xxxxx"], ["xxxx", "xxxxxx"]),
    ("repeat-least", "^x{2,}$", ["xx", "xxxxxx"], ["x"]),
    ("escaped-signs", r"^\$\d+\.\d{2}$", ["$9.99"], ["9.99", "$9,99"]),
    ("slash", "^/[a-z]+/[a-z]+$", ["/a/b"], ["a/b", "/a/"]),
    ("escaped-slash", r"^\/a$", ["/a"], ["a"]),
    ("quote", '^"[^"]*"$', ['"a"', '""'], ["a", '"a']),
    ("backslash", r"^\\[a-z]$", ["\\n"], ["n", "\n"]),
    ("newline", r"^a\nb$", ["a\nb"], ["anb", "ab"]),
    ("hex-escape", r"^\x41\u0042$", ["AB"], ["ab"]),
    ("unicode-letters", "^[äöüß]+$", ["äß"], ["a", ""]),
    ("unicode-class", r"^\p{L}+$", None, None),
    ("ip-port", r"^(\d{1,3}\.){3}\d{1,3}:\d{1,5}$", ["10.0.0.1:80"], ["10.0.0:80", "10.0.0.1"]),
    ("hex-colour", "^#([0-9a-f]{3}|[0-9a-f]{6})$", ["#fff", "#12ab9f"], ["fff", "#ffff", "#FFF"]),
    ("semver", r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$", ["1.0.20"], ["1.0", "01.0.0"]),
    ("slug", "^[a-z0-9]+(?:-[a-z0-9]+)*$", ["a-b-c3"], ["-a", "a--b", "A"]),
    ("phone", r"^\+[1-9]\d{6,14}$", ["+4930123456"], ["030123456", "+0123456"]),
    ("iban", "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$", ["DE89370400440532013000"], ["DE8937", "de89370400440532013000"]),
    ("sha256", "^[0-9a-f]{64}$", ["0123456789abcdef" * 4], ["0123456789abcdef" * 3]),
    ("base64", "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$", ["", "YWJj", "YQ=="], ["YQ", "YQ="]),
    ("time-of-day", "^([01][0-9]|2[0-3]):[0-5][0-9]$", ["23:59"], ["24:00", "9:30"]),
    ("look-ahead", "^(?=.*[0-9])[a-z0-9]+$", ["a1"], ["ab"]),
    ("look-ahead-negative", "^(?!admin)[a-z]+$", ["user"], ["admin"]),
    ("look-behind", "(?<=a)b", ["ab"], ["cb"]),
    ("word-boundary", r"\bcat\b", ["a cat!"], ["cats"]),
    ("back-reference", r"^(a|b)\1$", ["aa"], ["ab"]),
    ("anchor-inside", "a^b", [], ["ab", "a^b"]),
    ("class-and", "^[a-z&&[^b]]$", None, None),
    ("damaged", "(a", None, None),
]


def cases():
    for name, pattern, valid, invalid in PATTERNS:
        if valid is None:  # Python's re does not read it
            yield f"pattern/{name}", {"type": ["string"], "pattern": pattern}, [], [1]
        else:
            yield f"pattern/{name}", text(pattern), valid, invalid
    yield "pattern/with-length", text("^[a-z]+$", minLength=2, maxLength=4), ["ab", "abcd"], ["a", "abcde", "AB"]
    yield "pattern/with-length-inside", text("b", maxLength=3), ["abc", "b"], ["abcd", "ac"]
    yield "pattern/impossible-length", text("^a{5}$", maxLength=3), [], ["aaa", "aaaaa"]
    yield "pattern/two-at-once", {"type": "string", "allOf": [{"pattern": "^a"}, {"pattern": "z$"}]}, ["az", "a-z"], ["a", "z"]
    yield "pattern/no-type", {"pattern": "^a"}, ["ab", 5, None], ["b"]
    yield "pattern/in-list", {"type": "array", "items": text("^[A-Z]{2}$"), "minItems": 1}, [["DE", "FR"]], [["de"], []]
