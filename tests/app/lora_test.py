"""--lora with the default model and adapters of random weights."""
import json
import random
import struct
import unittest

import gguf_file
import program
from real_model_test import MODEL, models_folder

WIDTH = 576  # of the default model
RANK = 4


def adapter(path, width=WIDTH, architecture="llama"):
    """An adapter for the first layers' query weights, whose numbers a seed gives."""
    file = gguf_file.GgufFile(architecture)
    file.text("general.type", "adapter")
    file.text("adapter.type", "lora")
    file.keys.append(gguf_file.text("adapter.lora.alpha") + struct.pack("<If", 6, RANK))
    for layer in range(4):
        name = f"blk.{layer}.attn_q.weight"
        file.tensor(name + ".lora_a", width, RANK, type="F32")
        file.tensor(name + ".lora_b", RANK, width, type="F32")
    numbers = random.Random(7)
    data = struct.pack(f"<{file.data_bytes // 4}f",
                       *(numbers.gauss(0, 0.5) for _ in range(file.data_bytes // 4)))
    path.write_bytes(file.header() + data)
    return str(path)


class LoraTest(unittest.TestCase):
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
        cls.adapter = adapter(cls.pcai.path / "adapter.gguf")

    def run_with(self, *flags):
        return self.pcai("run", "--temperature", "0", "--max-tokens", "12", *flags,
                         "Name three colours.", env=self.env)

    def answer(self, *flags):
        ran = self.run_with(*flags)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout

    def test_an_adapter_changes_the_answer_as_far_as_its_scale_says(self):
        plain = self.answer()
        self.assertNotEqual(self.answer("--lora", self.adapter), plain)
        self.assertEqual(self.answer("--lora", self.adapter + ":0"), plain)

    def test_our_kernels_and_mainlines_agree_with_an_adapter(self):
        flags = ("--lora", self.adapter + ":0.1")
        self.assertEqual(self.answer(*flags), self.answer(*flags, "--kernels", "off"))

    def test_a_file_that_is_no_adapter_of_the_model_is_refused_by_name(self):
        for path, why in ((str(self.pcai.path / "none.gguf"), "no such file"),
                          (str(models_folder() / (MODEL + ".gguf")), "no adapter"),
                          (adapter(self.pcai.path / "narrow.gguf", width=64), "narrow.gguf"),
                          (adapter(self.pcai.path / "other.gguf", architecture="qwen2"),
                           "other.gguf"),
                          (self.pcai.write("cut.gguf", b"GGUF"), "cut.gguf")):
            with self.subTest(path=path):
                ran = self.run_with("--lora", path)
                self.assertEqual(ran.returncode, 2)
                self.assertIn(why, ran.stderr.decode())


if __name__ == "__main__":
    unittest.main()
