"""format, with the checks of RFC 3339, 5321, 1123, 4291, 4122 and 3986."""

FORMATS = [
    ("date", ["2024-02-29", "1999-12-31", "2000-02-29"], ["2023-02-29", "1900-02-29", "2024-13-01", "2024-1-1", "24-01-01", "2024-04-31", "0000-01-01", "2024-00-10"]),
    ("time", ["12:00:00Z", "23:59:59.999+01:30", "00:00:00-23:59"], ["12:00:00", "24:00:00Z", "12:60:00Z", "12:00Z", "12:00:00+24:00"]),
    ("date-time", ["2024-02-29T12:00:00Z", "1985-04-12T23:20:50.52Z", "1996-12-19T16:39:57-08:00"], ["2023-02-29T12:00:00Z", "2024-01-01 12:00:00Z", "2024-01-01T25:00:00Z", "2024-01-01T12:00:00", "2024-01-01"]),
    ("duration", ["P1Y2M3D", "PT36H", "P1DT12H", "P2W", "PT1M30S"], ["P", "1D", "P1S", "PT", "P1YT"]),
    ("email", ["a@b.example", "first.last+tag@example.co.uk"], ["a", "a.b.c", ""]),
    ("hostname", ["example.org", "a", "xn--bcher-kva.example", "1and1.example"], ["-a.example", "a_b.example", "a..b", "a" * 64 + ".example"]),
    ("ipv4", ["127.0.0.1", "255.255.255.255", "0.0.0.0"], ["256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4"]),
    ("ipv6", ["::1", "::", "2001:db8::8a2e:370:7334", "1:2:3:4:5:6:7:8", "fe80::1"], [":::", "1:2:3", "12345::", "1::2::3", "g::1"]),
    ("uuid", ["123e4567-e89b-12d3-a456-426614174000", "00000000-0000-0000-0000-000000000000"], ["123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456-42661417400", "123e4567-e89b-12d3-a456-42661417400g"]),
    ("uri", ["https://example.org/a?b=c#d", "mailto:a@b.example", "urn:isbn:0451450523", "http://[::1]:8080/"], ["/relative", "not a uri", "http://exa mple.org", "//example.org"]),
]
UNKNOWN = ["uri-reference", "uri-template", "iri", "json-pointer", "regex", "idn-email"]


def cases():
    for name, valid, invalid in FORMATS:
        schema = {"type": "string", "format": name}
        yield f"format/{name}", schema, valid, invalid
        yield f"format/{name}-in-object", {"type": "object", "properties": {"value": schema}, "required": ["value"], "additionalProperties": False}, [{"value": valid[0]}], [{"value": invalid[0]}, {}]
        yield f"format/{name}-or-null", {"type": ["string", "null"], "format": name}, [valid[-1], None], [invalid[1], 1]
    for name in UNKNOWN:
        yield f"format/{name}", {"type": "string", "format": name}, [], [1]
    yield "format/no-type", {"format": "date"}, ["2024-01-01", 5, None], ["2024-01-32"]
    yield "format/date-with-pattern", {"type": "string", "format": "date", "pattern": "^2024-"}, ["2024-05-06"], ["2023-05-06", "2024-05-32"]
    yield "format/email-with-length", {"type": "string", "format": "email", "maxLength": 12}, ["a@b.example"], ["abc@def.example", "a"]
    yield "format/date-list", {"type": "array", "items": {"type": "string", "format": "date"}, "minItems": 2, "maxItems": 2}, [["2024-01-01", "2024-12-31"]], [["2024-01-01"], ["2024-01-01", "x"]]
    yield "format/date-or-date-time", {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}, ["2024-01-01", "2024-01-01T00:00:00Z"], ["2024-01", "2024-01-01T00:00"]
    yield "format/date-enum", {"type": "string", "format": "date", "enum": ["2024-01-01", "soon"]}, ["2024-01-01"], ["soon", "2024-01-02"]
    yield "format/integer-width", {"type": "integer", "format": "int32", "minimum": -2147483648, "maximum": 2147483647}, [2147483647, -2147483648, 0], [2147483648, -2147483649, 1.5]
