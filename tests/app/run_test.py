"""`pcai run` with the fake backend: prompts, answers, exit codes."""
import json
import os
import signal
import subprocess
import unittest

import program


def checks_of(checks, subject):
    return [check for check in checks if check["subject"] == subject]


class RunTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def run_fake(self, *arguments, **options):
        return self.pcai("run", "--backend", "fake", *arguments, **options)

    def test_the_answer_is_all_that_is_on_stdout(self):
        ran = self.run_fake("hello")
        self.assertEqual((ran.returncode, ran.stdout, ran.stderr), (0, b"You said: hello\n", b""))

    def test_a_prompt_may_come_through_a_pipe(self):
        for arguments in ([], ["-"]):
            ran = self.run_fake(*arguments, stdin="grüße".encode())
            self.assertEqual((ran.returncode, ran.stdout.decode()), (0, "You said: grüße\n"))

    def test_stdin_is_added_to_the_prompt(self):
        ran = self.run_fake("Say it again:", stdin="grüße\n".encode())
        self.assertEqual(ran.stdout.decode().split(), ["You", "said:", "Say", "it", "again:", "grüße"])
        ran = self.run_fake("hello", stdin=b" \n")
        self.assertEqual(ran.stdout, b"You said: hello\n")

    def test_a_stdin_that_stays_open_is_told(self):
        with subprocess.Popen(
                [program.PROGRAM, "run", "--backend", "fake", "hello"], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.pcai.path,
                env=program.environment(self.pcai.folder.name)) as process:
            self.assertIn(b"waiting for what stdin adds", process.stderr.readline())
            answer, _ = process.communicate(b"more", timeout=program.LIMIT)
        self.assertEqual(answer.split(), b"You said: hello more".split())

    def test_a_file_that_is_no_image_is_refused_by_name(self):
        text = self.pcai.write("note.txt", "hello")
        for arguments, words in ((["--image", text], "note.txt' is not an image"),
                                 (["--audio", text], "note.txt' is not audio"),
                                 (["--image", "none.png"], "none.png' is not a file")):
            ran = self.run_fake(*arguments, "What is this?")
            self.assertEqual(ran.returncode, 2)
            self.assertIn(words, ran.stderr.decode())

    def test_a_server_answers_instead(self):
        with program.Serve("--backend", "fake", "--model", "one-model", "--model", "two-model") as serve:
            url = serve.wait_ready()
            for arguments, answer in ((["hello"], b"You said: hello\n"),
                                      (["two", "hello"], b"You said: hello\n")):
                ran = self.pcai("run", "--server", url, *arguments)
                self.assertEqual((ran.returncode, ran.stdout), (0, answer), ran.stderr)
            shown = json.loads(self.pcai("run", "--server", url + "/v1/", "--json", "--model", "two",
                                         "--max-tokens", "2", "fake: tokens=9").stdout)
            self.assertEqual((shown["model"], shown["finish_reason"]), ("two-model", "length"))
            self.assertEqual(shown["usage"]["completion_tokens"], 2)
            for arguments, code, words in (
                    (["--context", "64", "x"], 2, "--context has no effect with --server"),
                    (["--model", "none", "x"], 2, "known: one-model, two-model"),
                    (["fake: fail_after=0"], 1, "failed as the script says")):
                ran = self.pcai("run", "--server", url, *arguments)
                self.assertEqual(ran.returncode, code, ran.stderr)
                self.assertIn(words, ran.stderr.decode())
            port = url.rsplit(":", 1)[1]
            ran = self.pcai("run", "--server", "auto", "hello", env={"PCAI_PORT": port})
            self.assertEqual(ran.stdout, b"You said: hello\n")
            checked = json.loads(self.pcai("doctor", "--port", port, "--json").stdout)["checks"]
            (found,) = [check for check in checks_of(checked, "port")]
            self.assertEqual(found["state"], "fine")
            self.assertIn("a pcai server answers", found["finding"])
        self.assertEqual(self.pcai("run", "--server", url, "x").returncode, 1)
        self.assertEqual(self.pcai("run", "--server", "ftp://x", "x").returncode, 2)

    def test_json_is_the_whole_result(self):
        ran = self.run_fake("--json", "--max-tokens", "2", "fake: tokens=9")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        result = json.loads(ran.stdout)
        self.assertEqual(result["finish_reason"], "length")
        self.assertEqual(result["usage"]["completion_tokens"], 2)
        self.assertEqual(result["model"], "fake")

    def test_an_answer_that_was_cut_is_told(self):
        ran = self.run_fake("--max-tokens", "2", "fake: tokens=9")
        self.assertEqual(ran.returncode, 0)
        self.assertIn(b"--max-tokens", ran.stderr)

    def test_the_flags_reach_the_model(self):
        ran = self.run_fake("--stop", "three", "fake: reply=one two three four")
        self.assertEqual(ran.stdout.strip(), b"one two")

    def test_the_same_seed_gives_the_same_answer(self):
        answers = {self.run_fake("--seed", seed, "fake: tokens=30").stdout
                   for seed in ("1", "1", "2")}
        self.assertEqual(len(answers), 2)

    def test_the_mistakes_of_the_caller_give_2(self):
        folder = str(self.pcai.path)
        for arguments, words in (
                (["--temperature", "hot", "x"], "--temperature='hot'"),
                (["--temperature", "-1", "x"], "temperature"),
                (["--max-tokens", "0", "x"], "--max-tokens"),
                (["--backend", "nope", "x"], "--backend is given 2 times"),
                (["--isolation", "nope", "x"], "--isolation='nope'"),
                (["--prot", "x"], "--prot"),
                (["--model", "a", "--model", "b", "x"], "one --model"),
                (["--context", "-1", "x"], "--context='-1'"),
                (["x", "y"], "'y'"),
                ([""], "empty"),
                (["--config", folder + "/none.toml", "x"], "none.toml"),
                (["fake: nonsense=1"], "nonsense")):
            with self.subTest(arguments=arguments):
                ran = self.run_fake(*arguments)
                self.assertEqual(ran.returncode, 2, ran.stderr)
                self.assertEqual(ran.stdout, b"")
                self.assertRegex(ran.stderr.decode(), "^pcai: ")
                self.assertIn(words, ran.stderr.decode())

    def test_text_that_is_not_utf8_is_refused(self):
        ran = self.run_fake(stdin=b"\xff\xfe")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"UTF-8", ran.stderr)

    def test_a_failure_while_running_gives_1_and_keeps_what_was_there(self):
        ran = self.run_fake("fake: reply=one two three fail_after=9\nfake: fail_after=2")
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.assertTrue(ran.stdout.startswith(b"one two"), ran.stdout)

    def test_a_missing_model_gives_2_and_one_line(self):
        ran = self.pcai("run", "--model", "/nowhere/model.gguf", "x")
        self.assertEqual(ran.returncode, 2)
        self.assertEqual(ran.stderr.count(b"\n"), 1)
        self.assertIn(b"/nowhere/model.gguf", ran.stderr)

    def test_without_a_default_model_the_way_out_is_told(self):
        ran = self.pcai("run", "x")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"pcai pull smollm2", ran.stderr)
        self.assertNotIn(b"tools/", ran.stderr)

    def test_a_damaged_model_gives_2_and_one_line(self):
        file = self.pcai.write("bad.gguf", b"GGUF" + bytes(100))
        ran = self.pcai("run", "--model", file, "x")
        self.assertEqual(ran.returncode, 2)
        self.assertEqual(ran.stderr.count(b"\n"), 1)
        self.assertIn(b"bad.gguf", ran.stderr)

    def test_a_load_that_fails_gives_2(self):
        ran = self.run_fake("--model", "load_fail.fake", "x")
        self.assertEqual(ran.returncode, 2, ran.stderr)
        self.assertEqual(ran.stderr.count(b"\n"), 1)

    def test_settings_come_from_file_environment_and_flags(self):
        self.pcai.write("pcai/pcai.toml", 'backend = "fake"\nmodel = "from-file"\n')
        self.assertEqual(json.loads(self.pcai("run", "--json", "x").stdout)["model"], "from-file")
        env = {"PCAI_MODEL": "from-environment"}
        self.assertEqual(json.loads(self.pcai("run", "--json", "x", env=env).stdout)["model"],
                         "from-environment")
        ran = self.pcai("run", "--json", "--model", "from-flag", "x", env=env)
        self.assertEqual(json.loads(ran.stdout)["model"], "from-flag")

    def test_a_model_may_have_a_process_of_its_own(self):
        ran = self.run_fake("--isolation", "process", "hello")
        self.assertEqual((ran.returncode, ran.stdout), (0, b"You said: hello\n"), ran.stderr)

    def test_a_process_that_dies_is_a_failure_that_is_told(self):
        ran = self.run_fake("--isolation", "process", "fake: crash")
        self.assertEqual(ran.returncode, 1, ran.stderr)
        self.assertIn(b"pcai: ", ran.stderr)

    def test_ctrl_c_ends_the_answer_with_130(self):
        with subprocess.Popen(
                [program.PROGRAM, "run", "--backend", "fake", "fake: tokens=1000000 delay_ms=2"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                cwd=self.pcai.path, env=program.environment(self.pcai.folder.name)) as process:
            self.assertTrue(process.stdout.read(10))
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=program.LIMIT)
            self.assertEqual(process.returncode, 130)

    def test_ctrl_c_ends_a_load_with_130(self):
        self.assertEqual(self.interrupt_load(signal.SIGINT), 130)
        self.assertEqual(self.interrupt_load(signal.SIGTERM), 143)

    def test_a_second_ctrl_c_ends_it_at_once(self):
        # The fake looks up from this load only every 30 seconds.
        self.assertEqual(self.interrupt_load(signal.SIGINT, times=2, load="load_ms=600000"), 130)

    def interrupt_load(self, number, times=1, load="load_ms=20000"):
        with subprocess.Popen(
                [program.PROGRAM, "run", "--backend", "fake", "--model", load + ".fake", "x"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                cwd=self.pcai.path, env=program.environment(self.pcai.folder.name)) as process:
            while not self.is_set(process.pid, "SigCgt", number):
                if self.is_over(process.pid):
                    self.fail(process.stderr.read())
            for _ in range(times):
                os.kill(process.pid, number)  # send_signal would reap it when it has ended
                while self.is_set(process.pid, "ShdPnd", number):
                    pass
            process.communicate(timeout=program.LIMIT)
            return process.returncode

    @staticmethod
    def is_over(pid):
        """Whether nobody has reaped it yet, but it has ended."""
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"

    @staticmethod
    def is_set(pid, mask, number):
        """Whether the process's signal mask of that name has the signal."""
        with open(f"/proc/{pid}/status") as status:
            line = next(line for line in status if line.startswith(mask + ":"))
        return int(line.split()[1], 16) >> (number - 1) & 1

    def test_a_reader_that_leaves_ends_it(self):
        with subprocess.Popen(
                [program.PROGRAM, "run", "--backend", "fake", "fake: tokens=1000000 delay_ms=1"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                cwd=self.pcai.path, env=program.environment(self.pcai.folder.name)) as process:
            process.stdout.read(1)
            process.stdout.close()
            process.wait(program.LIMIT)
            self.assertNotEqual(process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
