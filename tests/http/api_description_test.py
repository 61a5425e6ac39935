"""Schemathesis against `pcai serve --backend fake`: requests made from /openapi.json, valid ones and
spoilt ones. No 5xx, no status or type that is not declared, every answer as its schema says, and
nothing accepted that the description forbids. PCAI_TEST_SEED makes other requests."""
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sdk"))
from server import Server  # noqa: E402

SEED = os.environ.get("PCAI_TEST_SEED", "1")
EXAMPLES = 10  # an operation, beside those that cover its fields one by one
LIMIT = 300    # seconds
CHECKS = ("not_a_server_error", "status_code_conformance", "content_type_conformance",
          "response_schema_conformance", "negative_data_rejection", "unsupported_method")


class DescriptionTest(unittest.TestCase):
    def test_the_server_does_what_its_description_says(self):
        server = Server("--backend", "fake")
        self.addCleanup(server.stop)
        with tempfile.TemporaryDirectory() as folder:
            run = subprocess.run(
                [Path(sys.executable).parent / "schemathesis", "run", f"{server.url}/openapi.json",
                 "--seed", SEED, "--max-examples", str(EXAMPLES), "--phases", "coverage,fuzzing",
                 "--checks", ",".join(CHECKS), "--continue-on-failure", "--no-shrink",
                 "--suppress-health-check", "all", "--warnings", "off", "--no-color"],
                cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True, errors="replace", timeout=LIMIT)
        print(f"seed {SEED}\n" + run.stdout[run.stdout.rfind("Test cases:"):])
        self.assertEqual(run.returncode, 0, run.stdout)
        with urllib.request.urlopen(server.url + "/health", timeout=10) as health:
            self.assertEqual(health.status, 200)


if __name__ == "__main__":
    unittest.main()
