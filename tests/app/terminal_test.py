"""What a terminal shows while a real model loads and answers: 40, 80 and 200 columns, without
colours, while it is resized, and with Ctrl+C at each stage."""
import json
import re
import unittest

import chat_test
import first_steps
import program

WIDTHS = (40, 80, 200)
BAR = re.compile(r"\[[#.]+\]|preparing")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class TerminalTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not first_steps.model_file().exists():
            raise unittest.SkipTest("the default model is not here; see tools/get_default_model")
        cls.pcai = program.Program()
        cls.addClassCleanup(cls.pcai.close)
        backends = json.loads(cls.pcai("version", "--json").stdout)["backends"]
        if not next(entry["usable"] for entry in backends if entry["name"] == "llamacpp"):
            raise unittest.SkipTest("this build has no llama.cpp")
        cls.model = str(first_steps.model_file())

    def terminal(self, *command, width=80, **env):
        return chat_test.Terminal(command=(*command, "--model", self.model), pcai=self.pcai,
                                  env=env, width=width)

    def shown(self, *command, **options):
        with self.terminal(*command, **options) as terminal:
            raw = first_steps.read_to_end(terminal)
            self.assertEqual(terminal.wait(), 0, raw)
        return raw

    def test_a_load_bar_is_gone_when_the_answer_comes_and_no_line_runs_into_it(self):
        for width in WIDTHS:
            raw = self.shown("run", "--log-level", "info", "--temperature", "0", "--max-tokens", "60",
                             "Tell me about the sea.", width=width)
            self.assertRegex(raw, BAR, width)
            for line in first_steps.seen(raw).split("\n"):
                self.assertNotRegex(line, BAR, width)
            for drawn in re.split(r"[\r\n]", first_steps.ESCAPES.sub("", raw)):
                if BAR.search(drawn):
                    self.assertLess(len(drawn), width)
                    self.assertNotIn("[info]", drawn)

    def test_words_of_an_answer_do_not_break_at_the_edge(self):
        whole = self.pcai("run", "--temperature", "0", "--max-tokens", "60", "Tell me about the sea.",
                          "--model", self.model).stdout.decode().split()
        for width in WIDTHS:
            raw = self.shown("run", "--temperature", "0", "--max-tokens", "60",
                             "Tell me about the sea.", width=width)
            lines = [line for line in first_steps.seen(raw).split("\n")
                     if not line.startswith("pcai: ")]
            self.assertEqual(" ".join(lines).split(), whole, width)
            self.assertLessEqual(max(map(len, lines)), width)

    def test_without_colours_there_is_none(self):
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            for command in (("run", "--max-tokens", "4", "Hi"),):
                self.assertNotRegex(self.shown(*command, **env), COLOUR, env)

    def test_a_terminal_that_becomes_narrower_wraps_there(self):
        with self.terminal("run", "--temperature", "0", width=200) as terminal:
            terminal.prompt()
            terminal.resize(40)
            terminal.type("Tell me about the sea in three sentences.\n")
            terminal.wait_for(re.escape(chat_test.PASTES_END))
            raw = first_steps.wait_for(terminal, r"\r?\n(\x1b\[[^\n]*)?> ")
            lines = first_steps.seen(raw).split("\n")
            self.assertGreater(len(lines), 2)
            self.assertLessEqual(max(map(len, lines)), 40)
            terminal.type("/bye\n")
            self.assertEqual(terminal.wait(), 0)

    def test_ctrl_c_ends_a_load_an_answer_and_a_chat_at_its_prompt(self):
        with self.terminal("run", "Hi") as terminal:
            terminal.wait_for(r"\[[#.]+\]|preparing")
            terminal.type(chat_test.CTRL_C)
            self.assertEqual(terminal.wait(), 130)
        with self.terminal("run", "--max-tokens", "4000", "Tell me a long story.") as terminal:
            terminal.wait_for(r"preparing[^\r]*\r\x1b\[K\s*\w+")
            terminal.type(chat_test.CTRL_C)
            self.assertEqual(terminal.wait(), 130)
        with self.terminal("run") as terminal:
            terminal.prompt()
            terminal.type("Tell me a long story.\n")
            terminal.wait_for(re.escape(chat_test.PASTES_END))
            terminal.wait_for(r"\w")
            terminal.type(chat_test.CTRL_C)  # the answer ends, the chat goes on
            terminal.prompt()
            terminal.type(chat_test.CTRL_C)
            terminal.wait_for("again")
            terminal.type(chat_test.CTRL_C)
            self.assertIn(terminal.wait(), (0, 130))


if __name__ == "__main__":
    unittest.main()
