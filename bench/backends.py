#!/usr/bin/env python3
"""Both backends on the same GGUF file, one after the other: time to the first token, time a token,
memory.

  bench/backends.py [--program build/release/bin/pcai] [--model FILE] [--threads N] [--busy N]
"""

import argparse
import contextlib
import statistics
import subprocess
import sys
from pathlib import Path

from chat_client import Stream, long_text, user
from served import served

ROOT = Path(__file__).resolve().parent.parent
MODEL = Path.home() / ".local/share/pcai/models/SmolLM2-135M-Instruct.Q4_1.gguf"
PROMPTS = {"short": lambda index: f"Write story number {index}.",
           "long": lambda index: long_text(500, index)}
ANSWER_TOKENS = 64


def peak_memory_mb(process_id):
    status = Path(f"/proc/{process_id}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024


@contextlib.contextmanager
def busy_processes(count):
    """Others that want the processors, too."""
    spin = [sys.executable, "-c", "while True: pass"]
    processes = [subprocess.Popen(spin) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def measure(port, prompt, rounds):
    """Medians of the time to the first token and of the time a token, in ms."""
    first, each = [], []
    for index in range(rounds):
        stream = Stream(port, user(prompt(index)), ANSWER_TOKENS, ignore_eos=True).wait()
        if stream.error:
            raise RuntimeError(stream.error)
        first.append(stream.first_token_ms)
        tokens = stream.usage["completion_tokens"]
        each.append((stream.arrivals[-1] - stream.arrivals[0]) * 1000 / (tokens - 1))
    return statistics.median(first), statistics.median(each), stream.usage["prompt_tokens"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=ROOT / "build/release/bin/pcai")
    parser.add_argument("--model", default=MODEL)
    parser.add_argument("--threads", default="0", help="of each backend; 0 = its own choice")
    parser.add_argument("--busy", type=int, default=0, help="other processes that always compute")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{'backend':10} {'prompt':6} {'tokens':>6} {'TTFT ms':>8} {'TPOT ms':>8} {'peak MB':>8}")
    with busy_processes(arguments.busy):
        for backend in ("llamacpp", "mistralrs"):
            command = [str(arguments.program), "serve", "--backend", backend, "--port", "{port}",
                       "--model", str(arguments.model), "--threads", arguments.threads,
                       "--isolation", "none", "--context", "4096"]
            with served(command, "/ready") as (port, process):
                Stream(port, user("Hello"), 4).wait()
                for name, prompt in PROMPTS.items():
                    first, each, tokens = measure(port, prompt, arguments.rounds)
                    print(f"{backend:10} {name:6} {tokens:6} {first:8.0f} {each:8.1f} "
                          f"{peak_memory_mb(process.pid):8.0f}", flush=True)


if __name__ == "__main__":
    main()
