#!/usr/bin/env python3
"""A host ends with its own exit code, and so do its children, whatever the library is doing.

  check_host_end.py PROGRAM        (host_end.c; with the default model too, if it is on this machine)
"""
import os
import subprocess
import sys
import time
from pathlib import Path

WAYS = {"return": 3, "exit": 8, "exit_on_a_thread": 8, "exit_in_a_callback": 3,
        "exit_while_loading": 5, "exit_with_a_generation": 5, "quick_exit": 2, "fork": 3,
        "fork_with_a_generation": 2, "fork_after_shutdown": 2}
CODE = 5
LIMIT = 120  # seconds; an end that waits for ever takes longer


def default_model():
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    folder = os.environ.get("PCAI_MODELS_DIR") or Path(data, "pcai/models")
    return Path(folder, "SmolLM2-135M-Instruct.Q4_1.gguf")


def main():
    program = sys.argv[1]
    backends = [("fake", "m.fake")]
    if default_model().exists():
        backends.append(("llamacpp", str(default_model())))
    wrong = 0
    for backend, model in backends:
        for way, times in WAYS.items():
            for _ in range(times):
                begun = time.monotonic()
                try:
                    ran = subprocess.run([program, way, backend, model], capture_output=True,
                                         text=True, timeout=LIMIT)
                    code, said = ran.returncode, ran.stderr.strip()
                except subprocess.TimeoutExpired:
                    code, said = "none", f"it had not ended after {LIMIT} s"
                if code != CODE:
                    wrong += 1
                    print(f"{backend}, {way}: exit code {code} after "
                          f"{time.monotonic() - begun:.1f} s {said}")
    print(f"{wrong} wrong ends")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
