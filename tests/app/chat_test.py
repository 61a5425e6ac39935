"""The chat of `pcai run`, at a pseudo-terminal, with the fake backend."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import stat
import struct
import termios
import time
import unittest

import program

def set_width(fd, width):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))


PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"
PASTES_END = "\x1b[?2004l"  # what comes before an answer
CTRL_C, CTRL_D = "\x03", "\x04"


class Terminal:
    """`pcai run` on a terminal of its own, so many columns wide, or another command there."""

    def __init__(self, *arguments, env=None, width=80, command=("run", "--backend", "fake"),
                 pcai=None):
        self.is_own = pcai is None
        self.pcai = pcai or program.Program()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                set_width(0, width)
                os.chdir(self.pcai.path)
                os.execve(program.PROGRAM, [program.PROGRAM, *command, *arguments],
                          {**program.environment(self.pcai.folder.name, env),
                           "TERM": (env or {}).get("TERM", "xterm")})
            finally:
                os._exit(127)
        self.text = ""
        self.status = None

    def resize(self, width):
        set_width(self.fd, width)

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
        if self.is_own:
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
            terminal.wait_for("no longer fits")
            terminal.wait_for(r"question\? ")
            terminal.type("c\n")
            terminal.wait_for("/clear starts a new conversation")
            terminal.prompt()
            terminal.type("/clear\n")
            terminal.wait_for("forgotten")
            terminal.prompt()
            terminal.type(question)
            terminal.wait_for("You said: word")

    def fill_context(self, terminal):
        """Asks until the conversation is longer than a context of 40 words."""
        terminal.prompt()
        for number in ("one", "two", "three"):
            terminal.type(" ".join([number] * 10) + "\n")
            if number != "three":
                terminal.wait_for("You said: " + number)
                terminal.prompt()
        terminal.wait_for(r"question\? ")

    def test_the_oldest_turns_can_be_dropped_at_the_end_of_the_context(self):
        with Terminal("--context", "40") as terminal:
            self.fill_context(terminal)
            terminal.type("what?\n")
            terminal.wait_for(r"question\? ")
            terminal.type("d\n")
            terminal.wait_for("dropped the oldest 1 turn")
            terminal.wait_for("You said: three")
            terminal.prompt()
            terminal.type("/save rest.json\n")
            terminal.wait_for("saved")
            saved = json.loads((terminal.pcai.path / "rest.json").read_text())["messages"]
            self.assertNotIn("one", json.dumps(saved))
            self.assertEqual(saved[-2]["content"], " ".join(["three"] * 10))

    def test_the_oldest_turns_can_be_summarised(self):
        with Terminal("--context", "150") as terminal:
            terminal.prompt()
            for number in ("one", "two", "three", "four", "five"):
                terminal.type(" ".join([number] * 20) + "\n")
                if terminal.wait_for(r"You said: " + number + r"|question\? ")[0] == "question? ":
                    break
                terminal.prompt()
            terminal.type("s\n")
            terminal.wait_for("You said: Summarise the conversation")
            terminal.wait_for("You said: " + number)
            terminal.prompt()
            terminal.type("/save rest.json\n")
            terminal.wait_for("saved")
            saved = json.loads((terminal.pcai.path / "rest.json").read_text())["messages"]
            self.assertIn("You said: Summarise", saved[0]["content"])
            self.assertEqual(saved[-2]["content"], " ".join([number] * 20))

    def test_ctrl_c_at_that_question_cancels_it(self):
        with Terminal("--context", "40") as terminal:
            self.fill_context(terminal)
            terminal.type(CTRL_C)
            terminal.wait_for("cancelled")
            terminal.prompt()

    def test_parameters_are_set_and_shown(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type("/set max_tokens 2\n")
            terminal.wait_for("max_tokens is 2")
            terminal.prompt()
            terminal.type("fake: tokens=9\n")
            terminal.wait_for("cut at the token limit")
            terminal.prompt()
            for wrong, words in (("/set max_tokens many", "not a whole number"),
                                 ("/set temperatur 1", "did you mean 'temperature'"),
                                 ("/set top_p", "needs a value")):
                terminal.type(wrong + "\n")
                terminal.wait_for(words)
                terminal.prompt()
            terminal.type("/set\n")
            terminal.wait_for("max_tokens 2")

    def test_speeds_are_shown_when_they_are_wanted(self):
        with Terminal("--verbose") as terminal:
            terminal.prompt()
            terminal.type("hello\n")
            terminal.wait_for(r"prompt \d+ tokens.*answer \d+ tokens")
            terminal.prompt()
            terminal.type("/set verbose off\n")
            terminal.wait_for("not shown")

    def test_three_quotes_begin_and_end_a_message_of_many_lines(self):
        with Terminal() as terminal:
            terminal.prompt()
            terminal.type('"""first\n')
            terminal.wait_for(r"\. ")
            terminal.type('second"""\n')
            terminal.wait_for(r"You said: first\s+second")

    def test_a_conversation_is_saved_and_loaded(self):
        with Terminal("--system", "Be short.") as terminal:
            terminal.prompt()
            terminal.type("hello\n")
            terminal.wait_for("You said: hello")
            terminal.prompt()
            terminal.type("/save talk.json\n")
            terminal.wait_for("saved to talk.json")
            terminal.prompt()
            file = terminal.pcai.path / "talk.json"
            self.assertEqual([message["role"] for message in json.loads(file.read_text())["messages"]],
                             ["system", "user", "assistant"])
            terminal.pcai.write("other.txt", "precious")
            for command, words in (("/clear", "forgotten"), ("/load talk.json", "after 1 turns"),
                                   ("/load none.json", "does not exist"),
                                   ("/load other.txt", "not a chat"),
                                   ("/save other.txt", "is not a chat")):
                terminal.type(command + "\n")
                terminal.wait_for(words)
                terminal.prompt()
            self.assertEqual((terminal.pcai.path / "other.txt").read_text(), "precious")

    def test_another_model_goes_on(self):
        with Terminal("--model", "first") as terminal:
            terminal.wait_for("first")
            terminal.prompt()
            terminal.type("/model second\n")
            terminal.wait_for("the model is now second")
            terminal.prompt()
            terminal.type("/model load_fail.fake\n")
            terminal.wait_for("fails as its name says")
            terminal.prompt()
            terminal.type("hello\n")
            terminal.wait_for("You said: hello")
            terminal.prompt()
            terminal.type("/bye\n")
            self.assertEqual(terminal.wait(), 0)

    def test_what_was_typed_is_there_in_the_next_chat(self):
        pcai = program.Program()
        self.addCleanup(pcai.close)
        with Terminal(pcai=pcai) as terminal:
            terminal.prompt()
            terminal.type("remember me\n")
            terminal.wait_for("You said: remember me")
            terminal.prompt()
            terminal.type(CTRL_D)
            terminal.wait()
        file = pcai.path / "pcai/history"
        if not file.exists():
            self.skipTest("this build has no libedit")
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        with Terminal(pcai=pcai) as terminal:
            terminal.prompt()
            terminal.type("\x1b[A\n")
            terminal.wait_for("You said: remember me")
        before = file.read_bytes()
        with Terminal("--no-history", pcai=pcai) as terminal:
            terminal.prompt()
            terminal.type("forget me\n")
            terminal.wait_for("You said: forget me")
        self.assertEqual(file.read_bytes(), before)

    def test_words_do_not_break_at_the_edge(self):
        words = " ".join(f"word{i:03}" for i in range(60))
        for width in (40, 80, 200):
            with self.subTest(width=width), Terminal(width=width) as terminal:
                terminal.prompt()
                lines = self.answer_lines(terminal, words)
                self.assertLessEqual(max(map(len, lines)), width)
                self.assertEqual(" ".join(lines), words)
                self.assertGreater(len(lines[0]), width - 9)
                terminal.resize(25)
                narrow = self.answer_lines(terminal, words)
                self.assertLessEqual(max(map(len, narrow)), 25)

    @staticmethod
    def answer_lines(terminal, words):
        terminal.type(f"fake: reply={words}\n")
        terminal.wait_for(re.escape(PASTES_END) + "(?=word000 )")
        answer = terminal.wait_for(r"(?s)^(.*?word059)\s")[1]
        terminal.prompt()
        return answer.replace("\r", "").split("\n")

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
