#!/usr/bin/env python3
"""Writes schemas/*.json: schemas with instances that are valid and instances that are not.

The schemas and most instances are written by hand in make_schemas.d; more invalid instances are
made here by changing valid ones, with a fixed seed. Every instance is judged by the Python package
jsonschema with its format checks:

  python3 -m venv venv && venv/bin/pip install 'jsonschema[format]'
  venv/bin/python make_schemas.py            writes the files
  venv/bin/python make_schemas.py --check    only says whether they would change
"""

import copy
import importlib
import json
import pathlib
import random
import re
import sys

from jsonschema import ValidationError, validators
from jsonschema.validators import Draft202012Validator

HERE = pathlib.Path(__file__).parent
GROUPS = ["objects", "arrays", "strings", "patterns", "formats", "numeric", "enums", "combined",
          "references", "payloads", "tools", "rewritten"]
MOST_CHANGED = 6  # instances a schema
MOST_TRIES = 60


def ecma_pattern(validator, pattern, instance, schema):
    """As jsonschema's own, but \\d and \\w are ASCII's, as in ECMA-262."""
    if validator.is_type(instance, "string") and not re.search(f"(?a:{pattern})", instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def judge(schema):
    kind = validators.validator_for(schema, default=Draft202012Validator)
    kind = validators.extend(kind, {"pattern": ecma_pattern})
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def is_valid(schema, instance):
    return judge(schema).is_valid(instance)


def places(instance, path=()):
    yield path
    if isinstance(instance, dict):
        for name in instance:
            yield from places(instance[name], path + (name,))
    elif isinstance(instance, list):
        for index, _ in enumerate(instance):
            yield from places(instance[index], path + (index,))


def other(value, draw):
    """A value like the given one, or of another type."""
    choices = [None, True, 0, -1, "", "x", [], {}]
    if isinstance(value, bool):
        choices += [not value]
    elif isinstance(value, (int, float)):
        choices += [value + 1, value - 1, -value, value * 1000 + 1, value + 0.5]
    elif isinstance(value, str):
        choices += [value + "!", value[:-1], value * 20, value.upper(), " " + value, "é" + value]
    elif isinstance(value, list):
        choices += [value + value, value[:-1], value[::-1], value + [None], value + [{}]]
    elif isinstance(value, dict):
        choices += [{**value, "extra": 1}, {**value, "": None}]
        if value:
            gone = draw.choice(list(value))
            choices += [{k: v for k, v in value.items() if k != gone}] * 3
    return copy.deepcopy(draw.choice(choices))


def changed(instance, draw):
    instance = copy.deepcopy(instance)
    path = draw.choice(list(places(instance)))
    if not path:
        return other(instance, draw)
    place = instance
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = other(place[path[-1]], draw)
    return instance


def complete(name, schema, valid, invalid):
    for instance in valid:
        assert is_valid(schema, instance), f"{name}: should be valid: {instance!r}"
    for instance in invalid:
        assert not is_valid(schema, instance), f"{name}: should be invalid: {instance!r}"
    draw = random.Random(name)
    seen = {json.dumps(instance) for instance in invalid}
    added = []
    for _ in range(MOST_TRIES if valid else 0):
        if len(added) == MOST_CHANGED:
            break
        candidate = changed(draw.choice(valid), draw)
        text = json.dumps(candidate)
        if len(text) < 600 and text not in seen and not is_valid(schema, candidate):
            seen.add(text)
            added.append(candidate)
    return {"name": name, "schema": schema, "valid": valid, "invalid": invalid + added}


def render(group):
    sys.path.insert(0, str(HERE / "make_schemas.d"))
    cases = [complete(*case) for case in importlib.import_module(group).cases()]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    return len(cases), f"[\n{lines}\n]\n"


def main():
    sys.dont_write_bytecode = True
    check = "--check" in sys.argv[1:]
    total, names = 0, set()
    for group in GROUPS:
        count, text = render(group)
        total += count
        names.update(case["name"] for case in json.loads(text))
        file = HERE / "schemas" / f"{group}.json"
        if check and file.read_text() != text:
            sys.exit(f"{file.name} is not what make_schemas.py writes")
        if not check:
            file.write_text(text)
    assert len(names) == total, "a name comes twice"
    print(f"{total} schemas")


if __name__ == "__main__":
    main()
