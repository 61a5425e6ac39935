"""The schemas of pydantic's own types: (name, type, valid values as Python or JSON, invalid JSON)."""

import datetime
import decimal
import enum
import ipaddress
import pathlib
import uuid
from typing import (Annotated, Any, Generic, Literal, NamedTuple, Optional, TypeVar,
                    Union)

import pydantic
from typing_extensions import TypedDict
from pydantic import BaseModel, ConfigDict, Field, RootModel


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Point(NamedTuple):
    x: int
    y: int = 0


class Movie(TypedDict):
    title: str
    year: int


class Address(BaseModel):
    """Where somebody lives."""
    street: str = Field(description="with the number", examples=["Main Street 1"])
    zip: str = Field(pattern=r"^\d{5}$")
    country: Literal["de", "at", "ch"] = "de"


class Person(BaseModel):
    name: str = Field(min_length=1, max_length=40)
    age: Optional[int] = Field(None, ge=0, le=150)
    address: Address
    former: list[Address] = []


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int
    b: bool = False


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int


class Node(BaseModel):
    value: int
    children: list["Node"] = []


class Link(BaseModel):
    value: str
    next: Optional["Link"] = None


class Expression(BaseModel):
    left: Union["Expression", int]
    operator: Literal["+", "-", "*"]
    right: Union["Expression", int]


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    good: bool


class Fish(BaseModel):
    kind: Literal["fish", "shark"]


class Owner(BaseModel):
    pet: Annotated[Union[Cat, Dog, Fish], Field(discriminator="kind")]
    others: list[Annotated[Union[Cat, Dog], Field(discriminator="kind")]] = []


class ById(BaseModel):
    id: int


class ByName(BaseModel):
    name: str


class Both(BaseModel):
    target: Union[ById, ByName]


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int


class Aliased(BaseModel):
    first_name: str = Field(alias="firstName")
    last_name: str = Field(alias="last-name")


class Old(BaseModel):
    new: int
    old: Annotated[Optional[str], Field(deprecated=True)] = None


class Documented(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"a": 1}], "x-order": 3})
    a: int = Field(json_schema_extra={"x-widget": "slider"})


def cases():
    aware = "2024-02-29T12:30:00Z"
    yield "int", int, [0, -5], ["1", 1.5]
    yield "float", float, [0.5, 3], ["x"]
    yield "str", str, ["", "größer"], [1]
    yield "bool", bool, [True], [1]
    yield "bytes", bytes, ["abc"], [1]
    yield "none", None, [None], [0]
    yield "any", Any, [1, {"a": [None]}], []
    yield "decimal", decimal.Decimal, ["1.50", "-0.5", 2, "+7"], ["", "abc", "1.2.3", "-", True]
    yield ("decimal-digits", Annotated[decimal.Decimal, Field(max_digits=6, decimal_places=2)],
           ["12.34", "1234", "0.5"], ["12.345", "12345.6", "x"])
    yield "decimal-places", Annotated[decimal.Decimal, Field(decimal_places=2)], ["1.25"], ["1.255"]
    yield "decimal-max-digits", Annotated[decimal.Decimal, Field(max_digits=3)], ["1.5"], ["x"]
    yield "decimal-bounded", Annotated[decimal.Decimal, Field(gt=0, le=10)], ["2.5", 5], [11, 0]
    yield "datetime", datetime.datetime, [aware], ["2023-02-29T00:00:00Z", "yesterday"]
    yield "date", datetime.date, ["2024-02-29"], ["2023-02-29"]
    yield "time", datetime.time, ["12:30:00Z"], ["25:00:00Z"]
    yield "timedelta", datetime.timedelta, ["P1DT2H", "PT30M"], ["1 day"]
    yield "aware", pydantic.AwareDatetime, [aware], [1]
    yield "naive", pydantic.NaiveDatetime, [], []
    yield "past-date", pydantic.PastDate, ["2020-01-01"], ["x"]
    yield "future-datetime", pydantic.FutureDatetime, ["2099-01-01T00:00:00Z"], ["x"]
    yield "uuid", uuid.UUID, ["12345678-1234-5678-1234-567812345678"], ["12345678"]
    yield "uuid4", pydantic.UUID4, ["16fd2706-8baf-433b-82eb-8c7fada847da"], [3]
    yield "path", pathlib.Path, ["/tmp/a b"], [1]
    yield "file-path", pydantic.FilePath, [], [1]
    yield "directory-path", pydantic.DirectoryPath, [], [1]
    yield "new-path", pydantic.NewPath, [], [1]
    yield "ipv4", ipaddress.IPv4Address, ["192.168.0.1"], ["192.168.0.256"]
    yield "ipv6", ipaddress.IPv6Address, ["::1", "2001:db8::ff00:42:8329"], ["g::1"]
    yield "ipv4-network", ipaddress.IPv4Network, ["10.0.0.0/8"], [1]
    yield "ip-any", pydantic.IPvAnyAddress, ["10.0.0.1"], [1]
    yield "url", pydantic.AnyUrl, ["https://example.org/a?b=c"], [1]
    yield "http-url", pydantic.HttpUrl, ["https://example.org/"], [1]
    yield "postgres-dsn", pydantic.PostgresDsn, ["postgres://u:p@h:5432/d"], [1]
    yield "name-email", dict[str, str], [{"a": "b"}], [{"a": 1}]
    yield "secret", pydantic.SecretStr, ["x"], [1]
    yield "secret-bytes", pydantic.SecretBytes, ["x"], [1]
    yield "base64", pydantic.Base64Bytes, ["aGk="], [1]
    yield "base64url", pydantic.Base64UrlStr, ["aGk="], [1]
    yield "json-value", pydantic.JsonValue, [[1, {"a": None}], "x"], []
    yield "json", pydantic.Json[list[int]], ["[1]"], [1]
    yield "byte-size", pydantic.ByteSize, [1024], [-1]
    yield "positive", pydantic.PositiveInt, [1], [0]
    yield "non-negative-float", pydantic.NonNegativeFloat, [0, 0.5], [-0.5]
    yield "finite", pydantic.FiniteFloat, [1.5], ["x"]
    yield "strict-int", pydantic.StrictInt, [1], [1.5]
    yield "conint", pydantic.conint(gt=0, lt=10, multiple_of=3), [3, 9], [0, 10, 4]
    yield "confloat", pydantic.confloat(ge=0, le=1), [0.25], [1.5]
    yield "constr", pydantic.constr(min_length=2, max_length=4, pattern="^[a-z]+$"), ["abc"], ["a", "ABC"]
    yield "conlist", pydantic.conlist(int, min_length=1, max_length=3), [[1, 2]], [[], [1, 2, 3, 4]]
    yield "list", list[str], [["a"]], [[1]]
    yield "bare-list", list, [[1, "a"]], [{}]
    yield "bare-dict", dict, [{"a": 1}, {}], [[]]
    yield "set", set[str], [["a", "b"]], [["a", 1]]
    yield "set-of-enum", set[Colour], [["red", "blue"], []], [["red", "red"], ["pink"]]
    yield "frozenset-of-literal", frozenset[Literal[1, 2]], [[1], [1, 2]], [[1, 1]]
    yield "set-of-bool", set[bool], [[True], [False, True]], [[True, True]]
    yield "tuple", tuple[int, str], [[1, "a"]], [[1], [1, "a", 2]]
    yield "open-tuple", tuple[int, ...], [[1, 2, 3], []], [["a"]]
    yield "empty-tuple", tuple[()], [[]], [[1]]
    yield "named-tuple", Point, [[1, 2]], [["a"]]
    yield "dict-of-int", dict[str, int], [{"a": 1}, {}], [{"a": "b"}]
    yield "dict-by-int", dict[int, str], [{"1": "a"}], [{"a": 1}]
    yield "dict-by-enum", dict[Colour, float], [{"red": 0.5}], [{"pink": 1}, {"red": "x"}]
    yield "dict-by-literal", dict[Literal["a", "b"], int], [{"b": 1}], [{"c": 1}]
    yield ("dict-by-pattern", dict[Annotated[str, Field(pattern="^[a-z]+$")], int],
           [{"abc": 1}], [{"abc": "x"}])
    yield ("dict-by-length", dict[Annotated[str, Field(min_length=2, max_length=3)], int],
           [{"ab": 1}], [{"a": 1}, {"abcd": 1}])
    yield "dict-by-uuid", dict[uuid.UUID, int], [], [{"a": "x"}]
    yield "dict-by-date", dict[datetime.date, int], [], [{"a": "x"}]
    yield "literal", Literal["a", 1, None, True], ["a", 1, None, True], ["b", 2]
    yield "enum", Colour, ["red"], ["pink"]
    yield "int-enum", Level, [1], [3]
    yield "optional", Optional[int], [None, 1], ["x"]
    yield "union", Union[int, str, None], [1, "a", None], [True]
    yield "typed-dict", Movie, [{"title": "a", "year": 1}], [{"title": "a"}]
    yield "callable-free", RootModel[list[int]], [[1]], [["a"]]
    yield "root-dict", RootModel[dict[str, Address]], [{"a": {"street": "s", "zip": "12345"}}], [{"a": 1}]
    yield ("nested", Person,
           [{"name": "a", "age": None, "address": {"street": "s", "zip": "12345", "country": "at"},
             "former": [{"street": "s", "zip": "54321"}]},
            {"name": "a", "address": {"street": "s", "zip": "12345"}}],
           [{"name": "", "address": {"street": "s", "zip": "12345"}}, {"name": "a"},
            {"name": "a", "address": {"street": "s", "zip": "x"}}])
    yield "forbid", Strict, [{"a": 1}, {"a": 1, "b": True}], [{"a": 1, "c": 1}]
    yield "allow", Open, [{"a": 1, "b": [1]}], [{"b": 1}]
    yield "recursive", Node, [{"value": 1, "children": [{"value": 2}, {"value": 3, "children": []}]}], [{"children": []}]
    yield "linked", Link, [{"value": "a", "next": {"value": "b", "next": None}}], [{"next": None}]
    yield ("expression", Expression,
           [{"left": 1, "operator": "+", "right": {"left": 2, "operator": "*", "right": 3}}],
           [{"left": 1, "operator": "/", "right": 2}])
    yield "recursive-list", list[Node], [[{"value": 1}]], [[1]]
    yield ("discriminated", Owner,
           [{"pet": {"kind": "cat", "lives": 7}}, {"pet": {"kind": "dog", "good": True}, "others": []},
            {"pet": {"kind": "shark"}}],
           [{"pet": {"kind": "cow"}}, {"pet": {"kind": "dog"}}])
    yield ("discriminated-root", RootModel[Annotated[Union[Cat, Dog], Field(discriminator="kind")]],
           [{"kind": "dog", "good": False}], [{"kind": "dog"}])
    yield "by-members", Both, [{"target": {"id": 1}}, {"target": {"name": "a"}}], [{"target": {}}]
    yield "generic", Page[Movie], [{"items": [{"title": "a", "year": 1}], "total": 1}], [{"items": []}]
    yield "aliased", Aliased, [{"firstName": "a", "last-name": "b"}], [{"first_name": "a"}]
    yield "deprecated", Old, [{"new": 1}, {"new": 1, "old": "a"}], [{"old": "a"}]
    yield "documented", Documented, [{"a": 1}], [{"a": "x"}]
    yield "fail-fast", Annotated[list[int], pydantic.FailFast()], [[1]], [["a"]]
    yield "complex", complex, [], []
    yield "pattern", Annotated[str, Field(pattern=r"^(?:a|b)+\.\w{2,}$")], ["ab.xy"], ["c.xy"]
    yield "timezone-name", Annotated[str, Field(json_schema_extra={"format": "timezone"})], ["Europe/Berlin"], [1]
