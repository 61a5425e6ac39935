#!/usr/bin/env python3
"""Runs every program of examples/ against the fake backend and looks at what it answers.

  check_examples.py FOLDER LIBRARY CHAT_C CHAT_CPP [MCS MONO]
"""
import os
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
QUESTION = "grüß 世界 😀"
ANSWER = f"You said: {QUESTION}"


def main():
    folder, library, chat_c, chat_cpp = map(Path, sys.argv[1:5])
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PCAI_INFERENCE_LIBRARY": str(library), "LC_ALL": "C.UTF-8",
                   "LD_LIBRARY_PATH": str(library.parent)}
    failed = []

    def run(name, *command, text=None):
        result = subprocess.run(command, capture_output=True, encoding="utf-8", input=text,
                                env=environment, cwd=folder)
        print(f"{name}: {result.stdout.strip()}")
        if result.returncode or ANSWER not in result.stdout:
            failed.append(name)
            print(f"exit status {result.returncode}: {result.stderr}")

    arguments = ["example.fake", QUESTION, "fake"]
    run("chat.c", chat_c, *arguments)
    run("chat.cpp", chat_cpp, "example.fake", "fake", text=f"{QUESTION}\n{QUESTION}\n\n")
    run("chat.py", sys.executable, EXAMPLES / "chat.py", *arguments)
    if len(sys.argv) > 6:
        mcs, mono = sys.argv[5:7]
        program = folder / "Chat.exe"
        subprocess.run([mcs, "-langversion:5", "-warnaserror", f"-out:{program}",
                        EXAMPLES / "Chat.cs"], check=True)
        run("Chat.cs", mono, program, *arguments)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
