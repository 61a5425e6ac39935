"""The chat tests with the official OpenAI SDK for Python once more, on the backend mistralrs."""
import json
import subprocess
import unittest

import openai_python_test as sdk
from server import PROGRAM, Server


def setUpModule():
    version = subprocess.run([PROGRAM, "version", "--json"], check=True, stdout=subprocess.PIPE)
    backends = json.loads(version.stdout)["backends"]
    mistralrs = next(backend for backend in backends if backend["name"] == "mistralrs")
    if not mistralrs["usable"]:
        raise unittest.SkipTest(mistralrs["why_not"])
    sdk.server = Server("--backend", "mistralrs")
    unittest.addModuleCleanup(sdk.server.stop)


class MistralrsChatTest(sdk.ChatTest):
    test_repeated_prompt_is_cached = None  # it keeps no prefixes


if __name__ == "__main__":
    unittest.main()
