"""docs/first-steps.md is what a first session shows."""
import json
import re
import unittest
from pathlib import Path

import first_steps
import program

PAGE = Path(__file__).resolve().parents[2] / "docs/first-steps.md"


def lines_of(page):
    """The page without what differs from machine to machine and from run to run."""
    lines = []
    command = ""
    for line in page.splitlines():
        command = line if line.startswith(("$ ", "```")) else command
        if command.startswith("$ pcai run") and not line.startswith(("$ ", "> ", "pcai: ")):
            continue  # what the model says
        if line.startswith('{"id"'):  # a server's answer
            line = " ".join(sorted(json.loads(line)))
        line = re.sub(r"[0-9a-f]{12,}", "N", line)
        line = re.sub(r"\d+([.,]\d+)*", "N", line)
        line = re.sub(r"\b(bytes|kB|MB|GB|TB)\b", "B", line)
        lines.append(re.sub(r"[ ─-╿]+", " ", line).strip())
    return lines


def is_of_the_machine(line):
    """Findings about processor, drivers and stores."""
    words = ("processor", "kernels of", "NVIDIA", "Vulkan", "GPU", "→", "built by", "backend ", "threads")
    return any(word in line for word in words)


class FirstStepsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not first_steps.model_file().exists():
            raise unittest.SkipTest("the default model is not here; see tools/get_default_model")
        with_backends = program.Program()
        cls.addClassCleanup(with_backends.close)
        backends = json.loads(with_backends("version", "--json").stdout)["backends"]
        if not next(entry["usable"] for entry in backends if entry["name"] == "llamacpp"):
            raise unittest.SkipTest("this build has no llama.cpp")

    def test_the_page_is_what_a_session_shows(self):
        kept = [line for line in lines_of(PAGE.read_text()) if not is_of_the_machine(line)]
        made = [line for line in lines_of(first_steps.transcript()) if not is_of_the_machine(line)]
        self.assertEqual(made, kept, "make it anew: tests/app/first_steps.py > docs/first-steps.md")


    def test_the_manuals_plan_has_the_programs_numbers(self):
        manual = (PAGE.parent / "cli.md").read_text()
        pcai = program.Program()
        self.addCleanup(pcai.close)
        ran = pcai("plan", "SmolLM2-135M-Instruct.Q4_1",
                   env={"PCAI_MODELS_DIR": str(first_steps.model_file().parent)})
        lines = ran.stdout.decode().splitlines()
        self.assertIn(lines[0], manual)
        sizes = re.findall(r"[0-9.]+ [kMG]?B", lines[3])[:5]  # without what the machine decides
        self.assertIn("  ".join(sizes), re.sub(r"  +", "  ", manual))


if __name__ == "__main__":
    unittest.main()
