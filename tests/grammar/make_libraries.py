#!/usr/bin/env python3
"""Writes libraries/*.json: the schemas that pydantic and zod make of their own types, with values.

Every value is judged by the Python package jsonschema, as in make_schemas.py:

  python3 -m venv venv && venv/bin/pip install 'jsonschema[format]' 'pydantic==2.13.4'
  npm install --prefix DIR zod@4
  venv/bin/python make_libraries.py DIR            writes the files
  venv/bin/python make_libraries.py DIR --check    only says whether they would change
"""

import json
import pathlib
import subprocess
import sys

import pydantic
from make_schemas import is_valid

HERE = pathlib.Path(__file__).parent


def judged(name, schema, valid, invalid):
    for value in valid:
        assert is_valid(schema, value), f"{name}: should be valid: {value!r}"
    # A schema may be wider than its type.
    invalid = [value for value in invalid if not is_valid(schema, value)]
    return {"name": name, "schema": schema, "valid": valid, "invalid": invalid}


def of_pydantic():
    sys.path.insert(0, str(HERE / "make_libraries.d"))
    import pydantic_types
    for name, kind, valid, invalid in pydantic_types.cases():
        adapter = pydantic.TypeAdapter(kind)
        for value in valid:
            adapter.validate_json(json.dumps(value))
        for mode in ("validation", "serialization"):
            schema = adapter.json_schema(mode=mode)
            fits = [v for v in valid if mode == "validation" or is_valid(schema, v)]
            yield judged(f"pydantic/{name}/{mode}", schema, fits, invalid)


def of_zod(folder):
    script = HERE / "make_libraries.d" / "zod_types.mjs"
    made = subprocess.run(["node", str(script), folder], check=True, capture_output=True, text=True)
    for name, schema, valid, invalid in json.loads(made.stdout):
        yield judged(f"zod/{name}", schema, valid, invalid)


def main():
    sys.dont_write_bytecode = True
    check = "--check" in sys.argv
    folder = [a for a in sys.argv[1:] if a != "--check"][0]
    for library, cases in (("pydantic", of_pydantic()), ("zod", of_zod(folder))):
        lines = [json.dumps(case, ensure_ascii=False) for case in cases]
        text = "[\n" + ",\n".join(lines) + "\n]\n"
        file = HERE / "libraries" / f"{library}.json"
        if check and file.read_text() != text:
            sys.exit(f"{file.name} is not what make_libraries.py writes")
        if not check:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        print(f"{library}: {len(lines)} schemas")


if __name__ == "__main__":
    main()
