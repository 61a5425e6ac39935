#!/usr/bin/env python3
"""Makes docs/first-steps.md from a real first session: a new user's folder, the default model, a
terminal of 100 columns. The hub is one on this machine that has the model's file.

  PCAI_PROGRAM=build/release/bin/pcai tests/app/first_steps.py > docs/first-steps.md
"""
import re
import subprocess
import sys

import chat_test
import program
import real_model_test
from hub_server import Hub, Repository

REPOSITORY, FILE = "QuantFactory__SmolLM2-135M-Instruct-GGUF", "SmolLM2-135M-Instruct.Q4_1.gguf"
WIDTH = 100
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x07")
QUESTION = "What is the capital of France? Answer with one word."


def model_file():
    return real_model_test.models_folder() / FILE


def seen(raw):
    """What stands on the terminal at the end: a line that is drawn over again counts once."""
    lines = []
    for line in ESCAPES.sub("", raw.replace("\x1b[K", "")).replace("\r\n", "\n").split("\n"):
        lines.append(line.rsplit("\r", 1)[-1].rstrip())
    return "\n".join(lines).strip("\n")


class Session:
    def __init__(self):
        self.pcai = program.Program()
        self.hub = Hub(**{REPOSITORY: Repository({FILE: model_file().read_bytes()})})
        self.env = {"HF_ENDPOINT": self.hub.url, "HF_TOKEN": "", "HF_HOME": str(self.pcai.path / ".cache/huggingface"),
                    "HF_HUB_OFFLINE": "", "no_proxy": "*", "NO_COLOR": "1"}

    def close(self):
        self.hub.close()
        self.pcai.close()

    def at_home(self, text):
        text = text.replace(str(self.pcai.path) + "/pcai/models", "~/.local/share/pcai/models")
        return text.replace(str(self.pcai.path), "~").replace(self.hub.url, "https://huggingface.co")

    def terminal(self, *command):
        return chat_test.Terminal(command=command, pcai=self.pcai, env=self.env, width=WIDTH)

    def run(self, *command):
        """What a terminal shows of a command that asks nothing."""
        with self.terminal(*command) as terminal:
            raw = read_to_end(terminal)
            assert terminal.wait() == 0, (command, raw)
        return self.at_home(seen(raw))

    def chat(self):
        raw = ""
        with self.terminal("run", "--temperature", "0", "--max-tokens", "40") as terminal:
            for typed in ("My name is Ada.", "/set temperature 0.5", "/bye"):
                raw += wait_for(terminal, "> ")
                terminal.type(typed + "\n")
            raw += read_to_end(terminal)
            assert terminal.wait() == 0, raw
        return self.at_home(seen(raw))

    def serve(self):
        """What the server shows, what curl gets, and what `pcai ps` says."""
        with self.terminal("serve", "--port", "0", "--log-level", "warning") as terminal:
            raw = wait_for(terminal, r"model \S+\r?\n")
            url = re.search(r"listening on (http://\S+)", raw)[1]
            body = '{"messages": [{"role": "user", "content": "%s"}], "temperature": 0}' % QUESTION
            answer = subprocess.run(
                ["curl", "-s", url + "/v1/chat/completions", "-H", "Content-Type: application/json",
                 "-d", body], capture_output=True, text=True, check=True).stdout
            listed = self.run("ps", "--port", url.rsplit(":", 1)[1])
            terminal.type(chat_test.CTRL_C)
            raw += read_to_end(terminal)
            assert terminal.wait() == 0, raw
        port = url.rsplit(":", 1)[1]
        text = self.at_home(seen(raw)).replace(f":{port}", ":8080")
        return text, answer.strip(), listed


def wait_for(terminal, pattern):
    """As Terminal.wait_for, and returns what came, the pattern included."""
    kept = []
    found = None

    def keep():
        nonlocal found
        before = terminal.text
        found = re.search(pattern, before)
        if found:
            kept.append(before[:found.end()])
            terminal.text = before[found.end():]

    keep()
    while not found:
        terminal.text += read_some(terminal)
        keep()
    return "".join(kept)


def read_some(terminal):
    piece = chat_test.os.read(terminal.fd, 65536)
    if not piece:
        raise AssertionError(f"it ended; there is {terminal.text!r}")
    return piece.decode(errors="replace")


def read_to_end(terminal):
    raw, terminal.text = terminal.text, ""
    try:
        while piece := chat_test.os.read(terminal.fd, 65536):
            raw += piece.decode(errors="replace")
    except OSError:  # the end of a pseudo-terminal
        pass
    return raw


def block(command, output):
    return f"```console\n$ {command}\n{output}\n```\n"


def transcript():
    session = Session()
    try:
        parts = [
            "# First steps\n",
            "A first session with pcai on a machine without models. `tests/app/first_steps.py` made "
            "this page from a real run on 2 cores; a test makes it again and compares.\n",
            "`pcai` alone shows what is here, and the next command.\n",
            block("pcai", session.run()),
            "`pcai pull` gets a model: by a short name that pcai knows, or from any repository of "
            "Hugging Face (`hf:OWNER/REPOSITORY`).\n",
            block("pcai pull smollm2", session.run("pull", "smollm2")),
            block("pcai models", session.run("models")),
            "`pcai run` answers a prompt. There is one model, so it needs no name.\n",
            block(f'pcai run --temperature 0 "{QUESTION}"',
                  session.run("run", "--temperature", "0", QUESTION)),
            "Without a prompt it is a chat. `/help` shows what else can be typed.\n",
            block("pcai run --temperature 0 --max-tokens 40", session.chat()),
            "`pcai serve` answers OpenAI's clients, and prints what to paste.\n",
        ]
        shown, answer, listed = session.serve()
        parts += [
            block("pcai serve --log-level warning", shown),
            "Meanwhile, in another terminal:\n",
            block("curl -s http://127.0.0.1:8080/v1/chat/completions "
                  "-H 'Content-Type: application/json' \\\n"
                  f"""    -d '{{"messages": [{{"role": "user", "content": "{QUESTION}"}}], """
                  """"temperature": 0}'""", answer),
            block("pcai ps", listed),
            "`pcai doctor` looks for what could go wrong, `pcai bench` measures the model, and "
            "`pcai rm` removes it.\n",
            block("pcai doctor", session.run("doctor", "--port", "0").replace(":0 is", ":8080 is")),
            block("pcai bench --prompt 256 --streams 4",
                  session.run("bench", "--prompt", "256", "--streams", "4")),
            block("pcai rm --yes SmolLM2-135M-Instruct.Q4_1",
                  session.run("rm", "--yes", "SmolLM2-135M-Instruct.Q4_1")),
        ]
    finally:
        session.close()
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(transcript())
