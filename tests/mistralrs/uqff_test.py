"""UQFF files: written by mistral.rs itself, of a small model with random weights, and loaded."""
import ctypes
import json
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

import tiny_llama

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
import program  # noqa: E402
from server import skip_without  # noqa: E402


class Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_size_t)]


def write_uqff(library, model, path):
    """Quantizes a model while it is loaded; what was quantized is written."""
    bridge = ctypes.CDLL(str(library))
    bridge.pcai_mrs_load.argtypes = [ctypes.c_char_p, ctypes.c_size_t,
                                     ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(Text)]
    bridge.pcai_mrs_unload.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    bridge.pcai_mrs_free.argtypes = [Text]
    config = json.dumps({"format": "safetensors", "folder": str(model), "files": [], "isq": "q4k",
                         "write_uqff": str(path), "chat_template": None, "gpu_layers": 0,
                         "threads": 0, "max_sequences": 1}).encode()
    loaded, answer = ctypes.c_void_p(), Text()
    status = bridge.pcai_mrs_load(config, len(config), ctypes.byref(loaded), ctypes.byref(answer))
    said = ctypes.string_at(answer.data, answer.size).decode()
    bridge.pcai_mrs_free(answer)
    if status != 0:
        raise AssertionError(said)
    bridge.pcai_mrs_unload(loaded, 10_000)


class UqffTest(unittest.TestCase):
    def test_a_file_that_mistralrs_wrote_is_loaded_and_answers(self):
        skip_without("mistralrs")
        library = Path(program.PROGRAM).resolve().parent / "libpcai_mistralrs_bridge.so"
        if not library.exists():
            self.skipTest(f"no {library}")
        folder = tempfile.TemporaryDirectory(prefix="pcai-uqff-")
        self.addCleanup(folder.cleanup)
        model = tiny_llama.make(Path(folder.name, "tiny"))
        write_uqff(library, model, model / "q4k.uqff")
        written = list(model.glob("*.uqff"))
        self.assertTrue(written, list(model.iterdir()))
        # Without the weights that it was made of.
        (model / "model.safetensors").unlink()
        with program.Serve("--model", str(model)) as server:
            url = server.wait_ready()
            body = {"messages": [{"role": "user", "content": "hello"}], "temperature": 0,
                    "max_tokens": 6}
            request = urllib.request.Request(url + "/v1/chat/completions",
                                             json.dumps(body).encode(),
                                             {"Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=program.LIMIT) as answer:
                usage = json.load(answer)["usage"]
            with urllib.request.urlopen(url + "/v1/models", timeout=program.LIMIT) as answer:
                listed = json.load(answer)["data"][0]
        self.assertEqual(usage["prompt_tokens"], len("hello") + 3)
        self.assertLessEqual(usage["completion_tokens"], 6)
        self.assertIn("q4k", listed["quantization"])


if __name__ == "__main__":
    unittest.main()
