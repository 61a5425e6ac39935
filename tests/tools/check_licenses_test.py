"""tools/check_licenses: which SPDX expressions pass."""
import importlib.machinery
import importlib.util
import unittest
from pathlib import Path

TOOL = Path(__file__).resolve().parents[2] / "tools" / "check_licenses"
LOADER = importlib.machinery.SourceFileLoader("check_licenses", str(TOOL))
check_licenses = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("check_licenses", LOADER))
LOADER.exec_module(check_licenses)


class IsAllowedTest(unittest.TestCase):
    def test_one_of_several_is_enough(self):
        for expression in ("MIT", "MIT OR GPL-3.0", "GPL-3.0/MIT", "GPL-3.0 / MIT",
                           "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
                           "Apache-2.0 WITH LLVM-exception OR GPL-2.0"):
            self.assertTrue(check_licenses.is_allowed(expression), expression)

    def test_all_of_several_must_be_met(self):
        self.assertTrue(check_licenses.is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0"))
        self.assertTrue(check_licenses.is_allowed("ISC AND (GPL-3.0 OR ISC)"))
        self.assertFalse(check_licenses.is_allowed("MIT AND GPL-3.0"))
        self.assertFalse(check_licenses.is_allowed("MIT AND (GPL-3.0 OR AGPL-3.0)"))

    def test_and_binds_closer(self):
        self.assertTrue(check_licenses.is_allowed("MIT OR GPL-3.0 AND AGPL-3.0"))

    def test_what_is_no_expression_fails(self):
        for expression in ("", "none stated", "(MIT", "MIT)", "MIT AND", "Apache-2.0 WITH Own-exception"):
            self.assertFalse(check_licenses.is_allowed(expression), expression)


if __name__ == "__main__":
    unittest.main()
