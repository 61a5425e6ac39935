"""The official Ollama client for Go against `pcai serve`; main.go says what it does. Without Go, or
where its modules cannot be had, the test is skipped."""
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "app"))
import gguf_file  # noqa: E402
import program  # noqa: E402
from hub_server import Hub, Repository  # noqa: E402

LIMIT = 600  # seconds


def build():
    """The client, built into the cache folder of the tests."""
    if not shutil.which("go"):
        raise unittest.SkipTest("there is no Go")
    cache = os.environ.get("PCAI_CACHE_DIR") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"), "pcai")
    binary = Path(cache, "ollama_go", "client")
    binary.parent.mkdir(parents=True, exist_ok=True)
    built = subprocess.run(["go", "build", "-o", binary, "."], cwd=HERE, capture_output=True,
                           text=True, timeout=LIMIT)
    if built.returncode != 0 and "github.com/ollama" in built.stderr and "dial" in built.stderr:
        raise unittest.SkipTest("the client's modules cannot be had: " + built.stderr[-200:])
    assert built.returncode == 0, built.stderr
    return binary


class OllamaGoTest(unittest.TestCase):
    def test_the_client_does_what_its_program_does(self):
        binary = build()
        hub = Hub(org__repo=Repository({"tiny-Q8_0.gguf": gguf_file.llama().bytes()}))
        self.addCleanup(hub.close)
        settings = program.Program()
        self.addCleanup(settings.close)
        config = settings.write("pcai.toml", '[models.fake]\nbackend = "fake"\n')
        server = program.Serve("--config", config, env={
            "HF_ENDPOINT": hub.url, "HF_TOKEN": "", "HF_HOME": "/nonexistent", "HF_HUB_OFFLINE": "",
            "no_proxy": "*", "PCAI_API_KEY": "key"})
        self.addCleanup(server.__exit__)
        url = server.wait_ready()
        run = subprocess.run([binary, url, "key", "fake", "hf.co/org/repo:Q8_0"],
                             capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual((run.returncode, run.stdout), (0, "all fine\n"), run.stderr[-3000:])


if __name__ == "__main__":
    unittest.main()
