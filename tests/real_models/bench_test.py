"""`pcai bench --against` llama.cpp's own server, with the default model."""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from assembled import default_model

PCAI = os.environ.get("PCAI_PROGRAM", str(Path(__file__).resolve().parents[2] / "build/release/bin/pcai"))

# llama-server's command line for the server in xllamacpp.
LLAMA_SERVER = f"""#!{sys.executable}
import sys, time, xllamacpp
words = dict(zip(sys.argv[1::2], sys.argv[2::2]))
params = xllamacpp.CommonParams()
params.model.path = words["-m"]
params.hostnames = [words["--host"]]
params.port = int(words["--port"])
params.n_ctx = int(words["-c"])
params.n_parallel = int(words["-np"])
params.warmup = False
server = xllamacpp.Server(params)
while True:
    time.sleep(1)
"""


class BenchTest(unittest.TestCase):
    def test_llama_cpps_own_server_is_measured_by_turns(self):
        model = default_model()
        with tempfile.TemporaryDirectory() as folder:
            server = Path(folder, "llama-server")
            server.write_text(LLAMA_SERVER)
            server.chmod(0o755)
            ran = subprocess.run(
                [PCAI, "bench", str(model), "--runs", "1", "--prompt", "128", "--answer", "16",
                 "--streams", "2", "--json", "--against", f"llama-server={server}"],
                capture_output=True, text=True, timeout=900, check=False)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        result = json.loads(ran.stdout)
        theirs = {figure["name"]: figure for figure in result["against"]["figures"]}
        self.assertEqual(set(theirs), {figure["name"] for figure in result["figures"]})
        for ratio in result["against"]["ratios"]:
            print(f"{ratio['name']}: {ratio['median']:.2f}")
            self.assertGreater(ratio["median"], 0)


if __name__ == "__main__":
    unittest.main()
