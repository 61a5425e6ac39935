"""The chat of `pcai run`, at a pseudo-terminal, with the fake backend."""
import os
import pty
import re
import select
import signal
import time
import unittest

import program

PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """`pcai run` on a terminal of its own."""

    def __init__(self, *arguments, env=None):
        self.pcai = program.Program()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                os.chdir(self.pcai.path)
                os.execve(program.PROGRAM,
                          [program.PROGRAM, "run", "--backend", "fake", *arguments],
                          {**program.environment(self.pcai.folder.name, env), "TERM": "xterm"})
            finally:
                os._exit(127)
        self.text = ""
        self.status = None

    def type(self, text):
        os.write(self.fd, text.encode())

    def wait_for(self, pattern):
        """Reads until the pattern comes; what was before it is gone."""
        deadline = time.monotonic() + program.LIMIT
        while not (found := re.search(pattern, self.text)):
            if not select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"'{pattern}' does not come; there is {self.text!r}")
            try:
                piece = os.read(self.fd, 65536)
            except OSError:  # Linux's word for the end of a pseudo-terminal
                piece = b""
            if not piece:
                raise AssertionError(f"it ended without '{pattern}'; there is {self.text!r}")
            self.text += piece.decode(errors="replace")
        self.text = self.text[found.end():]
        return found

    def prompt(self):
        self.wait_for("> ")

    def wait(self):
        """Its exit status."""
        while True:
            try:
                if not os.read(self.fd, 65536):
                    break
            except OSError:
                break
        self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)
        self.pcai.close()


class ChatTest(unittest.TestCase):
    def test_it_answers_and_ctrl_d_leaves(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type("hello\n")
            terminal.wait_for("You said: hello")
            terminal.prompt()
            terminal.type(CTRL_D)
            self.assertEqual(terminal.wait(), 0)

    def test_exit_leaves(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type("/exit\n")
            self.assertEqual(terminal.wait(), 0)

    def test_help_tells_the_commands_and_a_wrong_one_is_told(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type("/help\n")
            terminal.wait_for("/clear")
            terminal.prompt()
            terminal.type("/hlep\n")
            terminal.wait_for("did you mean '/help'")
            terminal.prompt()

    def test_the_conversation_grows_until_it_is_cleared(self):
        # The fake backend counts words, so the context is full sooner with the earlier messages.
        with Terminal("--context", "40") as terminal:
            terminal.prompt()
            question = " ".join(["word"] * 10) + "\n"
            terminal.type(question)
            terminal.wait_for("You said: word")
            terminal.prompt()
            terminal.type(question)
            terminal.prompt()
            terminal.type(question)
            terminal.wait_for("/clear starts a new conversation")
            terminal.prompt()
            terminal.type("/clear\n")
            terminal.wait_for("forgotten")
            terminal.prompt()
            terminal.type(question)
            terminal.wait_for("You said: word")

    def test_ctrl_c_stops_the_answer_and_not_the_program(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type("fake: tokens=1000000 delay_ms=2\n")
            terminal.wait_for(r"\w+ \w+ \w+ \w+ \w+ \w+")
            terminal.type(CTRL_C)
            terminal.wait_for("stopped")
            terminal.prompt()
            terminal.type("hello\n")
            terminal.wait_for("You said: hello")

    def test_ctrl_c_twice_at_the_prompt_leaves_with_130(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type("half a line" + CTRL_C)
            terminal.wait_for(r"Ctrl\+C again")
            terminal.prompt()
            terminal.type(CTRL_C)
            self.assertEqual(terminal.wait(), 130)

    def test_a_word_between_two_ctrl_c_keeps_it_running(self):
        with Terminal() as terminal:
            terminal.prompt()
            for _ in range(3):
                terminal.type(CTRL_C)
                terminal.wait_for(r"Ctrl\+C again")
                terminal.prompt()
                terminal.type("hello\n")
                terminal.wait_for("You said: hello")
                terminal.prompt()

    def test_a_paste_of_several_lines_is_one_message(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type(PASTE_BEGINS + "one\rtwo grüße\rthree" + PASTE_ENDS)
            terminal.type("\n")
            terminal.wait_for("You said: one\\s+two grüße\\s+three")
            terminal.prompt()
            terminal.type(CTRL_D)
            self.assertEqual(terminal.wait(), 0)

    def test_what_the_model_writes_cannot_drive_the_terminal(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type(PASTE_BEGINS + "fake: reply=a\x1b[2Jb" + PASTE_ENDS + "\n")
            terminal.wait_for(r"a\\x1b\[2Jb")

    def test_a_failed_answer_leaves_the_chat_going(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type("fake: fail_after=0\n")
            terminal.wait_for("failed as the script says")
            terminal.prompt()
            terminal.type("hello\n")
            terminal.wait_for("You said: hello")

    def test_no_color_is_respected(self):
        with Terminal(env={"NO_COLOR": "1"}) as terminal:
            terminal.prompt()
            terminal.type("/nonsense\n")
            terminal.wait_for("pcai: unknown command")


if __name__ == "__main__":
    unittest.main()
