"""Which model a command uses: the one named, the only one, the one used last, or a choice."""
import unittest

import chat_test
import gguf_file
import program


class ModelChoiceTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def add(self, *names):
        for name in names:
            self.pcai.write(f"pcai/models/{name}.gguf", gguf_file.llama().bytes())

    def planned(self, *arguments):
        ran = self.pcai("plan", *arguments)
        return ran.stdout.decode().split(":")[0] if ran.stdout else ran.stderr.decode()

    def terminal(self, *command):
        return chat_test.Terminal(command=command, pcai=self.pcai)

    def test_without_a_name_the_only_model_is_meant(self):
        self.add("alpha-chat")
        self.assertEqual(self.planned(), "alpha-chat")

    def test_several_are_listed_where_nobody_can_be_asked(self):
        self.add("alpha-chat", "beta-chat")
        for command in (["plan"], ["show"], ["run", "hi"], ["serve", "--port", "0"]):
            ran = self.pcai(*command)
            self.assertEqual(ran.returncode, 2, command)
            self.assertIn("alpha-chat, beta-chat", ran.stderr.decode())

    def test_the_one_used_last_is_meant_and_told(self):
        self.add("alpha-chat", "beta-chat")
        listed = self.pcai("models", "--json").stdout.decode()
        self.assertIn("beta-chat", listed)
        self.pcai.write("pcai/last_model", str(self.pcai.path / "pcai/models/beta-chat.gguf") + "\n")
        self.assertEqual(self.planned(), "beta-chat")
        self.assertIn("beta-chat, the one used last", self.pcai("run", "hi").stderr.decode())

    def test_a_first_word_that_names_a_model_is_the_model(self):
        self.add("alpha-chat", "beta-chat")
        # The files have no weights: the load fails and says of which model.
        for words in (["alpha"], ["alpha-chat", "hi"], ["alph", "hi"], ["ALPHA", "hi"]):
            ran = self.pcai("run", *words, stdin=b"text")
            self.assertIn("alpha-chat", ran.stderr.decode(), words)
            self.assertNotIn("beta-chat", ran.stderr.decode(), words)
        for words in (["alph"], ["alphabet"], ["alpha is a letter"]):
            self.assertIn("several models", self.pcai("run", *words).stderr.decode(), words)

    def test_rm_takes_whole_names_only(self):
        self.add("alpha-chat")
        for name in ("al", "alpha", "ALPHA-CHAT"):
            ran = self.pcai("rm", "--yes", name)
            self.assertEqual(ran.returncode, 2, name)
            self.assertTrue((self.pcai.path / "pcai/models/alpha-chat.gguf").exists())
        self.assertEqual(self.pcai("rm", "--yes", "alpha-chat").returncode, 0)

    def test_no_error_names_a_script_that_is_not_installed(self):
        for command in (["run", "hi"], ["serve", "--port", "0"], ["models"], ["doctor"],
                        ["show", "nothing"], ["plan", "nothing"]):
            ran = self.pcai(*command)
            self.assertNotIn(b"tools/", ran.stdout + ran.stderr, command)

    def test_on_a_terminal_the_user_chooses(self):
        self.add("alpha-chat", "beta-chat")
        with self.terminal("run") as terminal:
            terminal.wait_for("1 +alpha-chat")
            terminal.wait_for(r"\[1-2\] ")
            terminal.type("7\n")
            terminal.wait_for(r"\[1-2\] ")
            terminal.type("2\n")
            terminal.wait_for("beta-chat")

    def test_ctrl_c_leaves_the_choice_with_130(self):
        self.add("alpha-chat", "beta-chat")
        with self.terminal("run") as terminal:
            terminal.wait_for(r"\[1-2\] ")
            terminal.type(chat_test.CTRL_C)
            self.assertEqual(terminal.wait(), 130)

    def test_the_default_model_is_offered_where_there_is_none(self):
        with self.terminal("run") as terminal:
            terminal.wait_for(r"98\.4 MB, Apache-2\.0\) from https://huggingface\.co/")
            terminal.wait_for(r"\[Y/n\] ")
            terminal.type("n\n")
            terminal.wait_for("pcai pull hf:OWNER/REPOSITORY")
            self.assertEqual(terminal.wait(), 2)

    def test_pcai_alone_shows_what_is_here(self):
        with self.terminal() as terminal:
            terminal.wait_for("There is no model on this machine yet")
            terminal.wait_for("Next: .*pcai run")
            self.assertEqual(terminal.wait(), 0)
        self.add("alpha-chat")
        with self.terminal() as terminal:
            terminal.wait_for("alpha-chat")
            terminal.wait_for("No server runs|A server runs")
            terminal.wait_for("chat with alpha-chat")
            self.assertEqual(terminal.wait(), 0)
        ran = self.pcai()
        self.assertEqual((ran.returncode, ran.stdout), (2, b""))

    def test_a_folder_of_models_that_is_not_there_is_told(self):
        ran = self.pcai("models", "--models-dir", "/nope")
        self.assertIn("--models-dir='/nope' is not a folder", ran.stderr.decode())


if __name__ == "__main__":
    unittest.main()
