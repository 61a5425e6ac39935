#!/usr/bin/env python3
"""What libpcai_inference exports is what we say it does, everywhere that we say it.

  check_exports.py LIBRARY [NM]

Compares the library's exported symbols with exported_symbols.txt, and that list with the header, the
tests and the documentation.
"""
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEADER = ROOT / "include/pcai/pcai.h"


def exported(library, nm):
    listing = subprocess.run([nm, "-D", "--defined-only", library], capture_output=True, text=True,
                             check=True).stdout
    return {line.split()[-1] for line in listing.splitlines()}


def compare(what, names, expected):
    """Complaints about names that one side lacks."""
    missing = [f"{what} lacks {name}" for name in sorted(expected - names)]
    return missing + [f"{what} has {name}, which is not in exported_symbols.txt"
                      for name in sorted(names - expected)]


def lacks(paths, expected, pattern):
    text = "".join(path.read_text() for path in paths)
    where = " and ".join(path.name for path in paths)
    return [f"{where} does not mention {name}" for name in sorted(expected)
            if not re.search(pattern % name, text)]


def without_since(header):
    """Functions whose comment, the lines above them, does not say since when they are there."""
    for comment, name in re.findall(r"((?:^///.*\n)*)^PCAI_API [^;]*?\b(pcai_\w+)\(", header, re.M):
        if "Since: " not in comment:
            yield f"pcai.h does not say since when there is {name}"


def main():
    library, nm = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "nm"
    expected = set((HERE / "exported_symbols.txt").read_text().split())
    header = HEADER.read_text()
    declared = set(re.findall(r"^PCAI_API [^;]*?\b(pcai_\w+)\(", header, re.M))
    complaints = compare(Path(library).name, exported(library, nm), expected)
    complaints += compare("pcai.h", declared, expected)
    complaints += without_since(header)
    complaints += lacks([HERE / "c_api_test.c", HERE / "c_seven_test.c"], expected, r"\b%s\(")
    complaints += lacks([ROOT / "docs/c-api.md"], expected, r"\b%s\b")
    print("\n".join(complaints) or f"{len(expected)} functions, as promised")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
