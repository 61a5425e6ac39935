#!/usr/bin/env python3
"""W7: two streams decode while a prompt of 1,500 tokens arrives. How long do they stand still?

  bench/interference.py [--peer 'llama-server -m MODEL --port {port} -c 8192 -np 4']
"""

import argparse
import statistics

from chat_client import Stream, long_text, user
from served import add_server_arguments, served, servers


def one_round(port, kind):
    streams = [
        Stream(port, user(f"Write a very long story number {kind * 10 + i}."), 400, ignore_eos=True)
        for i in range(2)
    ]
    for stream in streams:
        stream.wait_for_text()
    arriving = Stream(port, user(long_text(1500, kind)), 8, ignore_eos=True)
    arriving.wait()
    if arriving.error:
        raise RuntimeError(arriving.error)
    begin, end = arriving.sent, arriving.arrivals[0]
    for stream in streams:
        stream.wait()
    gaps = [gap for stream in streams for gap in stream.gaps_ms(begin, end)]
    return max(gaps), statistics.median(gaps), arriving.first_token_ms, arriving.usage


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_server_arguments(parser)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print(f"{'server':8} {'round':>5} {'largest gap ms':>15} {'median gap ms':>14} "
          f"{'prompt TTFT ms':>15} {'prompt tokens':>14}")
    for name, command, ready in servers(arguments):
        largest = []
        with served(command, ready) as (port, _):
            Stream(port, user("Hello"), 4).wait()
            for index in range(arguments.rounds):
                gap, median, ttft, usage = one_round(port, index)
                largest.append(gap)
                print(f"{name:8} {index + 1:5} {gap:15.1f} {median:14.1f} {ttft:15.0f} "
                      f"{usage['prompt_tokens']:14}")
        print(f"{name:8} largest gap: median of rounds {statistics.median(largest):.1f} ms, "
              f"min {min(largest):.1f}, max {max(largest):.1f}")


if __name__ == "__main__":
    main()
