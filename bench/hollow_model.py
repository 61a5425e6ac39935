#!/usr/bin/env python3
"""Writes a llama model of 1.1 billion weights that are all zero: for speeds that no small model shows.

  bench/hollow_model.py Q4_K hollow.gguf && build/release/bin/kernels hollow.gguf --threads 2

The file is a hole and takes no disk.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "app"))
import gguf_file  # noqa: E402


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in gguf_file.TYPES:
        sys.exit(f"hollow_model.py {'|'.join(gguf_file.TYPES)} FILE")
    model = gguf_file.llama(layers=20, width=2048, feed_forward=5632, heads=32, vocabulary=32000,
                            context=4096, type=sys.argv[1])
    model.real("attention.layer_norm_rms_epsilon", 1e-5)
    model.write_hollow(sys.argv[2])


if __name__ == "__main__":
    main()
