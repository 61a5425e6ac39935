#!/usr/bin/env python3
"""Ours and another server with the same model, by turns (A B, B A, …): the one that rests is stopped.

  bench/pair.py --peer 'llama-server -m MODEL --port {port} -c 8192 -np 8 -t 2' [--threads 2]
  bench/pair.py --null                       # ours against itself: what differs is noise

Prompts are random token ids, so nothing is cached. For each workload: the medians of both and the
median of the rounds' ratios with the least and the greatest, > 1 where ours is better.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import signal
import statistics
import threading
import time

from served import add_server_arguments, our_command, served


class Answer:
    """One streamed completion of token ids, read on a thread of its own."""

    def __init__(self, port, prompt, max_tokens):
        body = {"prompt": prompt, "max_tokens": max_tokens, "temperature": 0, "stream": True,
                "ignore_eos": True, "stream_options": {"include_usage": True}}
        self.events = []
        self.tokens = 0
        self.sent = time.perf_counter()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        self._connection.request("POST", "/v1/completions", json.dumps(body),
                                 {"Content-Type": "application/json"})
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self):
        response = self._connection.getresponse()
        if response.status != 200:
            raise RuntimeError(response.read().decode())
        for line in response:
            if not line.startswith(b"data: {"):
                continue
            chunk = json.loads(line[6:])
            if chunk.get("choices"):
                self.events.append(time.perf_counter())
            if chunk.get("usage"):
                self.tokens = chunk["usage"]["completion_tokens"]

    def wait(self):
        self._thread.join()
        self._connection.close()
        return self

    def wait_for_events(self, count):
        while len(self.events) < count and self._thread.is_alive():
            time.sleep(0.001)


def token_ids(count):
    return [random.randrange(1000, 20000) for _ in range(count)]


def prefill(port, count):
    answer = Answer(port, token_ids(count), 1).wait()
    return {f"prompt of {count}, tok/s": count / (answer.events[0] - answer.sent)}


def decode(port, streams, tokens):
    answers = [Answer(port, token_ids(4), tokens) for _ in range(streams)]
    for answer in answers:
        answer.wait()
    took = max(answer.events[-1] for answer in answers) - answers[0].sent
    return {f"{streams} streams, tok/s": sum(answer.tokens for answer in answers) / took}


def interference(port):
    """Two streams decode while a prompt of 1,500 tokens arrives."""
    streams = [Answer(port, token_ids(16), 300) for _ in range(2)]
    for stream in streams:
        stream.wait_for_events(8)
    arriving = Answer(port, token_ids(1500), 4).wait()
    begin, end = arriving.sent, arriving.events[0]
    gaps = []
    for stream in streams:
        stream.wait()
        pairs = zip(stream.events, stream.events[1:])
        gaps += [b - a for a, b in pairs if b >= begin and a <= end]
    return {"largest gap, ms": max(gaps) * 1000, "arriving prompt, ms": (end - begin) * 1000}


WORKLOADS = {
    "prefill 512": lambda port: prefill(port, 512),
    "prefill 2048": lambda port: prefill(port, 2048),
    "decode 1": lambda port: decode(port, 1, 128),
    "decode 4": lambda port: decode(port, 4, 96),
    "decode 8": lambda port: decode(port, 8, 96),
    "interference": interference,
}


@contextlib.contextmanager
def running(process):
    os.killpg(process.pid, signal.SIGCONT)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGSTOP)


def compare(work, sides, rounds):
    samples = {}
    for index in range(rounds + 1):
        for side in (0, 1) if index % 2 == 0 else (1, 0):
            port, process = sides[side]
            with running(process):
                measured = work(port)
            if index == 0:
                continue  # the first round warms both up
            for key, value in measured.items():
                samples.setdefault(key, ([], []))[side].append(value)
    for key, (ours, theirs) in samples.items():
        better = [b / a if key.endswith("ms") else a / b for a, b in zip(ours, theirs)]
        print(f"{key:24} {statistics.median(ours):9.1f} {statistics.median(theirs):9.1f} "
              f"{statistics.median(better):7.2f} ({min(better):.2f}..{max(better):.2f})",
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_server_arguments(parser)
    parser.add_argument("--null", action="store_true", help="ours against itself")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="workloads with this in their names")
    parser.add_argument("--peer-pcai", help="another build of ours as the peer")
    arguments = parser.parse_args()
    ours = our_command(arguments)
    peer, ready = (arguments.peer or "").split(), arguments.peer_ready
    if arguments.null or arguments.peer_pcai:
        peer, ready = [arguments.peer_pcai or ours[0]] + ours[1:], "/ready"
    if not peer:
        parser.error("give --peer, --peer-pcai or --null")
    print(f"{'workload':24} {'ours':>9} {'theirs':>9} {'ratio':>7} (range)", flush=True)
    with contextlib.ExitStack() as stack:
        sides = [stack.enter_context(served(ours, "/ready", group=True)),
                 stack.enter_context(served(peer, ready, group=True))]
        for _, process in sides:
            os.killpg(process.pid, signal.SIGSTOP)
            stack.callback(os.killpg, process.pid, signal.SIGCONT)
        for name, work in WORKLOADS.items():
            if arguments.only in name:
                compare(work, sides, arguments.rounds)


if __name__ == "__main__":
    main()
