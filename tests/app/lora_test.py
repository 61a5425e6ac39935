"""--lora and a request's `lora` with the default model and adapters of random weights."""
import concurrent.futures
import itertools
import json
import random
import struct
import unittest
import urllib.error
import urllib.request

import gguf_file
import program
from real_model_test import MODEL, models_folder

WIDTH = 576  # of the default model
RANK = 4
UNLIKELY = -2.5  # log-probability: what is below is too small to be exact
LEVEL = 0.5  # of log-probabilities: what rounding may do; up to 0.4 was seen


def adapter(path, width=WIDTH, architecture="llama", seed=7):
    """An adapter for the first layers' query weights, whose numbers a seed gives."""
    file = gguf_file.GgufFile(architecture)
    file.text("general.type", "adapter")
    file.text("adapter.type", "lora")
    file.keys.append(gguf_file.text("adapter.lora.alpha") + struct.pack("<If", 6, RANK))
    for layer in range(4):
        name = f"blk.{layer}.attn_q.weight"
        file.tensor(name + ".lora_a", width, RANK, type="F32")
        file.tensor(name + ".lora_b", RANK, width, type="F32")
    numbers = random.Random(seed)
    data = struct.pack(f"<{file.data_bytes // 4}f",
                       *(numbers.gauss(0, 0.5) for _ in range(file.data_bytes // 4)))
    path.write_bytes(file.header() + data)
    return str(path)


class WithModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not (models_folder() / (MODEL + ".gguf")).exists():
            raise unittest.SkipTest("the default model is not here; see tools/get_default_model")
        cls.pcai = program.Program()
        cls.addClassCleanup(cls.pcai.close)
        cls.env = {"PCAI_MODELS_DIR": str(models_folder())}
        backends = json.loads(cls.pcai("version", "--json").stdout)["backends"]
        if not next(backend["usable"] for backend in backends if backend["name"] == "llamacpp"):
            raise unittest.SkipTest("this build has no llama.cpp")


class LoraTest(WithModel):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.adapter = adapter(cls.pcai.path / "adapter.gguf")

    def run_with(self, *flags, question="Name three colours."):
        return self.pcai("run", "--temperature", "0", "--max-tokens", "12", *flags, question,
                         env=self.env)

    def answer(self, *flags, **asked):
        ran = self.run_with(*flags, **asked)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def test_an_adapter_changes_the_answer_as_far_as_its_scale_says(self):
        plain = self.answer()
        self.assertNotEqual(self.answer("--lora", self.adapter), plain)
        self.assertEqual(self.answer("--lora", self.adapter + ":0"), plain)

    def test_our_kernels_and_mainlines_agree_with_an_adapter(self):
        # An answer that the model is sure of: the last digits of the logits differ.
        sure = {"question": "What is the capital of France? Answer with one word."}
        flags = ("--lora", self.adapter + ":0.1")
        self.assertEqual(self.answer(*flags, **sure), self.answer(*flags, "--kernels", "off", **sure))

    def test_a_file_that_is_no_adapter_of_the_model_is_refused_by_name(self):
        for path, why in ((str(self.pcai.path / "none.gguf"), "no such file"),
                          (str(models_folder() / (MODEL + ".gguf")), "not an adapter"),
                          (adapter(self.pcai.path / "narrow.gguf", width=64), "narrow.gguf"),
                          (adapter(self.pcai.path / "other.gguf", architecture="qwen2"),
                           "other.gguf"),
                          (self.pcai.write("cut.gguf", b"GGUF"), "cut.gguf")):
            with self.subTest(path=path):
                ran = self.run_with("--lora", path)
                self.assertEqual(ran.returncode, 2)
                self.assertIn(why, ran.stderr.decode())


class LoraByRequestTest(WithModel):
    """One server with two adapters, and for each choice one that has nothing else."""

    # By name: how a server is started with it alone, and what a request for it says.
    CHOICES = {"base": ((), []),
               "first": (("first.gguf:0.3",), [{"id": 0, "scale": 0.3}]),
               "second": (("second.gguf:0.3",), [{"id": 1, "scale": 0.3}]),
               "both": (("first.gguf:0.2", "second.gguf:0.2"),
                        [{"id": 1, "scale": 0.2}, {"id": 0, "scale": 0.2}])}
    QUESTIONS = ["Name three colours.", "Name three animals.", "Count from one to ten."]
    SYSTEM = "You are a helpful assistant. You answer in short and simple sentences. " * 4

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name, seed in (("first", 7), ("second", 8)):
            adapter(cls.pcai.path / (name + ".gguf"), seed=seed)

    def serve(self, *files, flags=()):
        lora = [part for file in files for part in ("--lora", str(self.pcai.path / file))]
        server = program.Serve(*lora, "--reproducible", "on", "--context", "2048", *flags,
                               env=self.env)
        self.addCleanup(server.__exit__)
        server.wait_ready()
        return server

    @staticmethod
    def post(server, path, body):
        request = urllib.request.Request(server.url + path, json.dumps(body).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=program.LIMIT) as reply:
            return json.load(reply)

    def ask(self, server, question, **more):
        messages = [{"role": "system", "content": self.SYSTEM},
                    {"role": "user", "content": question}]
        body = {"messages": messages, "temperature": 0, "max_tokens": 16, **more}
        return self.post(server, "/v1/chat/completions", body)

    def text(self, *arguments, **more):
        return self.ask(*arguments, **more)["choices"][0]["message"]["content"]

    def tokens(self, server, question, **more):
        """An answer's tokens, each with its log-probability and those of its alternatives."""
        answer = self.ask(server, question, logprobs=True, top_logprobs=5, **more)
        return [(token["token"], {top["token"]: top["logprob"] for top in token["top_logprobs"]})
                for token in answer["choices"][0]["logprobs"]["content"]]

    def assert_same(self, tokens, expected):
        """The same but for rounding: adapters' small products are llama.cpp's, whose last digits
        depend on a step's size also where one adapter is all there is, so greedy texts may part
        where two tokens are nearly level."""
        for (token, tops), (wanted, wanted_tops) in zip(tokens, expected):
            self.assertIn(token, wanted_tops)
            self.assertIn(wanted, tops)
            for other in tops.keys() & wanted_tops.keys():
                if wanted_tops[other] < UNLIKELY:
                    continue
                self.assertAlmostEqual(tops[other], wanted_tops[other], delta=LEVEL)
            self.assertAlmostEqual(wanted_tops[token], wanted_tops[wanted], delta=LEVEL)
            if token != wanted:
                return
        self.assertEqual(len(tokens), len(expected))

    def refusal(self, server, lora):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            self.ask(server, "Hello.", lora=lora)
        self.assertEqual(caught.exception.code, 400)
        return json.load(caught.exception)["error"]

    def test_each_request_gets_its_adapters_alone_and_in_company(self):
        alone = {}
        for name, (files, _) in self.CHOICES.items():
            with self.serve(*files) as server:
                for question in self.QUESTIONS:
                    alone[name, question] = self.tokens(server, question)
        for name, other in itertools.combinations(self.CHOICES, 2):
            with self.assertRaises(AssertionError, msg="too much alike to prove anything"):
                for question in self.QUESTIONS:
                    self.assert_same(alone[name, question], alone[other, question])
        with self.serve("first.gguf:0.3", "second.gguf:0") as server:
            for key, tokens in alone.items():  # one after the other: prefixes lie idle
                with self.subTest(alone=key):
                    name, question = key
                    lora = {} if name == "first" else {"lora": self.CHOICES[name][1]}
                    self.assert_same(self.tokens(server, question, **lora), tokens)
        with self.serve("first.gguf:0", "second.gguf") as server:  # together: prefixes are run
            with concurrent.futures.ThreadPoolExecutor(len(alone)) as pool:
                asked = {key: pool.submit(self.tokens, server, key[1], lora=self.CHOICES[key[0]][1])
                         for key in alone}
                for key, tokens in alone.items():
                    with self.subTest(together=key):
                        self.assert_same(asked[key].result(), tokens)

    def test_a_prefix_is_shared_within_a_choice_only(self):
        with self.serve("first.gguf", "second.gguf") as server:
            def cached(lora):
                usage = self.ask(server, "Hello.", lora=lora)["usage"]
                return usage.get("prompt_tokens_details", {}).get("cached_tokens", 0)
            for _, lora in self.CHOICES.values():
                self.assertEqual(cached(lora), 0)
            for _, lora in self.CHOICES.values():
                self.assertGreater(cached(lora), 40)

    def test_what_is_not_there_is_refused_by_name(self):
        with self.serve("first.gguf", "second.gguf:0.5") as server:
            error = self.refusal(server, [{"id": 2, "scale": 1}])
            self.assertEqual(error["param"], "lora")
            self.assertIn("0 to 1", error["message"])
            for lora, param in (([{"id": 0, "scale": 1}] * 2, "lora"),
                                ([{"id": 0, "scale": "NaN"}], "lora[0].scale"),
                                ([{"id": 0, "scale": 1e300}], "lora[0].scale"),
                                ([{"id": -1, "scale": 1}], "lora[0].id"),
                                ([{"id": 0}], "lora[0].scale"),
                                ([{"id": id, "scale": 1} for id in range(65)], "lora")):
                with self.subTest(lora=lora):
                    self.assertEqual(self.refusal(server, lora)["param"], param)
            with urllib.request.urlopen(server.url + "/v1/models",
                                        timeout=program.LIMIT) as reply:
                model = json.load(reply)["data"][0]
            self.assertEqual(model["lora"], [{"id": 0, "name": "first.gguf", "scale": 1.0},
                                             {"id": 1, "name": "second.gguf", "scale": 0.5}])
        with self.serve() as server:
            self.assertIn("without adapters", self.refusal(server, [{"id": 0, "scale": 1}])["message"])

    def test_other_routes_take_it_too(self):
        first = [{"id": 0, "scale": 1}]
        with self.serve("first.gguf:0") as server:
            def texts(path, body, read, lora):
                return [read(self.post(server, path, {**body, **more})) for more in ({}, lora)]
            base = {"temperature": 0}
            for path, body, read, lora in (
                    ("/v1/completions", {**base, "prompt": "Once upon a time", "max_tokens": 12},
                     lambda answer: answer["choices"][0]["text"], {"lora": first}),
                    ("/v1/responses", {**base, "input": "Hello.", "max_output_tokens": 16},
                     lambda answer: answer["output"][0]["content"][0]["text"], {"lora": first}),
                    ("/api/generate", {"model": MODEL, "prompt": "Hello.", "stream": False,
                                       "options": {**base, "num_predict": 12}},
                     lambda answer: answer["response"],
                     {"options": {**base, "num_predict": 12, "lora": first}})):
                with self.subTest(path=path):
                    without, with_it = texts(path, body, read, lora)
                    self.assertNotEqual(without, with_it)

    def test_a_model_in_the_servers_own_process_takes_it(self):
        with self.serve("first.gguf:0", flags=("--isolation", "none")) as server:
            base, changed = (self.text(server, self.QUESTIONS[0], lora=lora)
                             for lora in ([], [{"id": 0, "scale": 1}]))
            self.assertNotEqual(base, changed)


if __name__ == "__main__":
    unittest.main()
