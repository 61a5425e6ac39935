#!/usr/bin/env python3
"""Compiles every code block of docs/c-api.md that names its language.

  check_docs.py FOLDER CC CXX [MCS]
"""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DOCUMENT = ROOT / "docs/c-api.md"
WARNINGS = ["-Wall", "-Wextra", "-Wshadow", "-Werror", "-fsyntax-only", f"-I{ROOT / 'include'}"]


def commands(folder, cc, cxx, mcs):
    """Language -> (ending, command before the file's name); None = the language is left out."""
    return {
        "c": (".c", [cc, "-std=c11", "-pedantic-errors", *WARNINGS]),
        "cpp": (".cpp", [cxx, "-std=c++17", "-pedantic-errors", *WARNINGS]),
        "python": (".py", [sys.executable, "-m", "py_compile"]),
        "csharp": (".cs", [mcs, "-langversion:5", "-target:library", f"-out:{folder}/block.dll"])
        if mcs else None,
    }


def main():
    folder, cc, cxx = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    known = commands(folder, cc, cxx, sys.argv[4] if len(sys.argv) > 4 else None)
    folder.mkdir(parents=True, exist_ok=True)
    compiled = failed = 0
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", DOCUMENT.read_text(), re.M | re.S)
    for number, (language, code) in enumerate(blocks):
        if not known.get(language):
            continue
        ending, command = known[language]
        file = folder / f"block_{number}{ending}"
        file.write_text(code)
        result = subprocess.run([*command, file], capture_output=True, text=True)
        compiled += 1
        if result.returncode:
            failed += 1
            print(f"block {number} ({language}):\n{code}\n{result.stderr}{result.stdout}")
    print(f"{compiled} blocks, {failed} failed")
    return 1 if failed or not compiled else 0


if __name__ == "__main__":
    sys.exit(main())
