#!/usr/bin/env python3
"""How long `pcai models` takes over stores with many entries, warm.

  bench/stores.py build/release/bin/pcai [--entries 10000] [--model FILE]

Two trees out of one model file: an Ollama store whose manifests all name one blob, and a folder of
hard links. Prints the best and the median of five runs each.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests/stores"))
from store_trees import Trees  # noqa: E402

RUNS = 5


def seconds(program, home, *flags):
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    start = time.perf_counter()
    listed = subprocess.run([program, "models", *flags], capture_output=True, env=environment,
                            check=True).stdout
    return time.perf_counter() - start, listed.count(b"\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--model", default=str(
        Path.home() / ".local/share/pcai/models/SmolLM2-135M-Instruct.Q4_1.gguf"))
    given = parser.parse_args()
    model = Path(given.model)
    for what in ("ollama", "folder"):
        with tempfile.TemporaryDirectory(dir=model.parent) as home:
            trees = Trees(home, model)
            if what == "ollama":
                trees.ollama([f"family{i % 100}:{i}b" for i in range(given.entries)])
            else:
                for i in range(given.entries):
                    trees.link(".local/share/pcai/models", f"publisher{i % 100}", f"m{i}.gguf")
            for flags in (["--quiet"], ["--json"]):
                runs = [seconds(given.program, home, *flags) for _ in range(RUNS)]
                times = [run[0] * 1000 for run in runs]
                print(f"{what:8} {given.entries} entries  models {flags[0]:8}"
                      f" best {min(times):7.0f} ms  median {statistics.median(times):7.0f} ms"
                      f"  ({runs[0][1]} lines)")


if __name__ == "__main__":
    main()
