#!/usr/bin/env python3
"""A client drops a prompt of 1,500 tokens while it is read. When does the next one get its answer?

  bench/dropped_prefill.py [--peer 'llama-server -m MODEL --port {port} -c 8192 -np 4']
"""

import argparse
import statistics
import time

from chat_client import Stream, long_text, user
from served import add_server_arguments, served, servers


def one_round(port, kind, after_s):
    dropped = Stream(port, user(long_text(1500, kind)), 100)
    time.sleep(after_s)
    dropped.drop()
    return Stream(port, user(f"Say hello {kind}."), 4).wait().first_token_ms


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_server_arguments(parser)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--after-ms", type=float, default=150, help="when the client drops")
    arguments = parser.parse_args()
    for name, command, ready in servers(arguments):
        with served(command, ready) as (port, _):
            Stream(port, user("Hello"), 4).wait()
            alone = Stream(port, user("Say hello."), 4).wait().first_token_ms
            times = [one_round(port, i, arguments.after_ms / 1000) for i in range(arguments.rounds)]
        print(f"{name:8} first token of the next request: median {statistics.median(times):.0f} ms, "
              f"min {min(times):.0f}, max {max(times):.0f} (with nothing before it: {alone:.0f})")


if __name__ == "__main__":
    main()
