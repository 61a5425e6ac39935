#!/usr/bin/env python3
"""Prints the rows of the table in docs/models.md: report.py [BACKEND=]MODEL …

Each model is served alone and asked the questions that have right answers, one after the other.
"""
import os
import re
import sys
from pathlib import Path

from client import Client
from questions import CHECKED


def size(path):
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.iterdir())


def row(backend, path):
    client = Client("--backend", backend, "--model", str(path))
    try:
        seconds, memory = re.search(r"loaded seconds=(\S+) memory_mb=(\d+)", client.log()).groups()
        answers = [client.chat(question, max_tokens=24) for question, _ in CHECKED]
    finally:
        client.stop()
    right = sum(expected in answer["choices"][0]["message"]["content"]
                for answer, (_, expected) in zip(answers, CHECKED))
    tokens = sum(answer["usage"]["completion_tokens"] for answer in answers)
    timings = [answer["timings"] for answer in answers]
    first = sum(timing["first_token_ms"] for timing in timings) / len(timings)
    total = sum(timing["first_token_ms"] + timing["decode_ms"] for timing in timings) / 1000
    return (f"| {path.name} | {backend} | {size(path) / 1e6:.0f} | {seconds} | {memory} "
            f"| {right} of {len(CHECKED)} | {first:.0f} | {total:.1f} ({tokens} tokens) |")


def main():
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    print("| model | backend | MB | load, s | memory, MB | right | first token, ms | 8 answers, s |")
    print("|---|---|---|---|---|---|---|---|")
    for given in sys.argv[1:]:
        backend, _, path = given.rpartition("=")
        print(row(backend or "llamacpp", Path(path)), flush=True)


if __name__ == "__main__":
    main()
