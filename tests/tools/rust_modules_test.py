"""The modules of our crates use each other in one direction only."""
import re
import unittest
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class RustModulesTest(unittest.TestCase):
    def test_no_module_uses_one_that_uses_it(self):
        for crate in sorted(ROOT.glob("rust/*/src")):
            uses = {file.stem: set(re.findall(r"\bcrate::(\w+)", file.read_text()))
                    for file in crate.rglob("*.rs")}
            with self.subTest(crate.parent.name):
                self.assertTrue(uses)
                try:
                    TopologicalSorter(uses).prepare()
                except CycleError as error:
                    self.fail("modules use each other: " + " <- ".join(error.args[1]))


if __name__ == "__main__":
    unittest.main()
