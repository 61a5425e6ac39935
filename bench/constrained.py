#!/usr/bin/env python3
"""Constrained answers of a hot model: each is validated against its schema. Needs jsonschema.

  bench/constrained.py [--pcai build/release/bin/pcai] [--answers 1000] [--temperature 1.5]

The schemas are bounded, so that every answer ends by itself. Ends with 1 when one is not valid.
"""

import argparse
import collections
import concurrent.futures
import http.client
import json
import sys
import time

from jsonschema import Draft202012Validator
from served import add_server_arguments, our_command, served


def closed(**properties):
    return {"type": "object", "properties": properties, "required": list(properties),
            "additionalProperties": False}


def text(most, **more):
    return {"type": "string", "maxLength": most, **more}


def whole(low, high):
    return {"type": "integer", "minimum": low, "maximum": high}


def several(items, low, high):
    return {"type": "array", "items": items, "minItems": low, "maxItems": high}


def tagged(kind, **properties):
    return closed(kind={"const": kind}, **properties)


DATE = {"type": "string", "format": "date"}
# What is asked for, and its schema.
CASES = {
    "person": ("Invent a person.", closed(
        name=text(20, minLength=1), age=whole(0, 120), married={"type": "boolean"},
        hobbies=several(text(12), 0, 3))),
    "event": ("Invent an event.", closed(
        title=text(30), day=DATE, time={"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"},
        guests=several(closed(name=text(12), paid={"type": "boolean"}), 1, 2))),
    "sentiment": ("Is this review good? 'The soup was cold.'", closed(
        label={"enum": ["positive", "neutral", "negative"]},
        score={"type": "integer", "minimum": 0, "maximum": 100, "multipleOf": 5})),
    "address": ("Invent an address.", closed(
        street=text(25), zip={"type": "string", "pattern": "^[0-9]{5}$"},
        country={"enum": ["DE", "FR", "IT"]}, note={"anyOf": [text(15), {"type": "null"}]})),
    "shape": ("Describe a shape.", {"oneOf": [
        tagged("circle", radius=whole(1, 99)), tagged("square", side=whole(1, 99)),
        tagged("text", words=several(text(8, pattern="^[^\"]*$"), 1, 3))]}),
    "colours": ("Give a palette of colours.", closed(
        colours=several({"type": "string", "pattern": "^#[0-9a-f]{6}$"}, 1, 4))),
    "matrix": ("Write a matrix.", several(several(whole(-9, 9), 3, 3), 2, 3)),
    "ids": ("Give two ids and an address of a host.", closed(
        id={"type": "string", "format": "uuid"}, host={"type": "string", "format": "ipv4"})),
    "tree": ("Write a small tree.", {"$ref": "#/$defs/a", "$defs": {
        "a": closed(v=whole(0, 9), below=several({"$ref": "#/$defs/b"}, 0, 2)),
        "b": closed(v=whole(0, 9), below=several(whole(0, 9), 0, 2))}}),
    "optional": ("Give what you know of a book.", {
        "type": "object", "additionalProperties": False, "required": ["title"],
        "properties": {"title": text(25), "year": whole(1450, 2030), "pages": whole(1, 3000),
                       "genre": {"enum": ["novel", "poetry", "science"]}}}),
}


def ask(port, name, seed, temperature):
    """Text, its number of tokens, and why it ended."""
    prompt, schema = CASES[name]
    body = {
        "messages": [{"role": "user", "content": f"{prompt} Answer in JSON."}],
        "temperature": temperature,
        "seed": seed,
        "max_tokens": 600,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": name, "strict": True, "schema": schema},
        },
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("POST", "/v1/chat/completions", json.dumps(body),
                       {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    if "error" in answer:
        raise RuntimeError(f"{name}: {answer['error']}")
    choice = answer["choices"][0]
    return (choice["message"]["content"], answer["usage"]["completion_tokens"],
            choice["finish_reason"])


def fault(name, content, reason):
    """Why an answer is not valid; None = it is."""
    if reason != "stop":
        return f"ended by {reason}"
    try:
        instance = json.loads(content)
    except ValueError as error:
        return str(error)
    validator = Draft202012Validator(CASES[name][1],
                                     format_checker=Draft202012Validator.FORMAT_CHECKER)
    error = next(validator.iter_errors(instance), None)
    return error and error.message


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_server_arguments(parser)
    parser.add_argument("--answers", type=int, default=1000)
    parser.add_argument("--temperature", type=float, default=1.5)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--isolation", default="process", help="of the server")
    arguments = parser.parse_args()
    names = list(CASES)
    tokens, faults, different = 0, [], set()
    valid = collections.Counter()
    with served(our_command(arguments) + ["--isolation", arguments.isolation], "/ready") as (port, _):
        ask(port, names[0], 0, 0)
        begin = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(arguments.at_once) as pool:
            jobs = {pool.submit(ask, port, names[i % len(names)], i, arguments.temperature):
                    (names[i % len(names)], i) for i in range(arguments.answers)}
            for job in concurrent.futures.as_completed(jobs):
                name, seed = jobs[job]
                content, count, reason = job.result()
                tokens += count
                different.add(content)
                wrong = fault(name, content, reason)
                if wrong:
                    faults.append(f"{name}, seed {seed}: {wrong}: {content}")
                else:
                    valid[name] += 1
        seconds = time.perf_counter() - begin
    print("\n".join(faults))
    print(f"{sum(valid.values())} of {arguments.answers} valid, {len(different)} different, "
          f"{tokens} tokens in {seconds:.1f} s: {tokens / seconds:.0f} tokens/s")
    print(", ".join(f"{name} {valid[name]}" for name in names))
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
