"""Compiles the C# of the PowerShell module with Mono, compares it with pcai.h, and runs it."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NATIVE = ROOT / "powershell/PcaiInference/Native"
HEADER = ROOT / "include/pcai/pcai.h"
PROGRAM = Path(os.environ.get("PCAI_PROGRAM", ROOT / "build/release/bin/pcai"))
LIBRARY = Path(os.environ.get("PCAI_INFERENCE_LIBRARY",
                              PROGRAM.with_name("libpcai_inference.so")))
MODEL = Path.home() / ".local/share/pcai/models/SmolLM2-135M-Instruct.Q4_1.gguf"
LIMIT = 500  # seconds, on a busy machine

scratch = None
program = None


def setUpModule():
    global scratch, program
    if not (shutil.which("mcs") and shutil.which("mono")):
        raise unittest.SkipTest("mcs and mono are not installed")
    folder = tempfile.TemporaryDirectory(prefix="pcai-mono-")
    unittest.addModuleCleanup(folder.cleanup)
    scratch = Path(folder.name)
    program = scratch / "NativeLayerTest.exe"
    compile_csharp("exe", program, *NATIVE.glob("*.cs"), *Path(__file__).parent.glob("*.cs"))


def compile_csharp(target, output, *sources):
    subprocess.run(["mcs", "-langversion:5", "-warnaserror", "-warn:4", f"-target:{target}",
                    f"-out:{output}", *sources], check=True, timeout=LIMIT)


def run(*arguments, **environment):
    """What the test program prints. Nothing of the user's settings reaches the library."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PCAI_")}
    result = subprocess.run(["mono", program, *arguments], capture_output=True, text=True,
                            encoding="utf-8", errors="replace", timeout=LIMIT, stdin=subprocess.DEVNULL,
                            env={**kept, **environment, "XDG_DATA_HOME": str(scratch)})
    return result.returncode, result.stdout + result.stderr


def c_prints(expressions):
    """The values of C expressions over pcai.h, as the C compiler has them."""
    lines = "".join(f'  printf("%lld\\n", (long long)({expression}));\n' for expression in expressions)
    source = scratch / "values.c"
    source.write_text("#include <pcai/pcai.h>\n#include <stddef.h>\n#include <stdio.h>\n"
                      f"int main(void) {{\n{lines}  return 0;\n}}\n")
    subprocess.run(["cc", "-I", ROOT / "include", "-o", scratch / "values", source], check=True,
                   timeout=LIMIT)
    output = subprocess.run([scratch / "values"], capture_output=True, text=True, check=True).stdout
    return [int(line) for line in output.split()]


class HeaderTest(unittest.TestCase):
    def test_the_layer_compiles_alone_as_csharp_5(self):
        compile_csharp("library", scratch / "Native.dll", *NATIVE.glob("*.cs"))

    def test_structs_have_the_layout_of_the_header(self):
        status, output = run("--layout")
        self.assertEqual(0, status, output)
        names, numbers, expressions = [], [], []
        fields = {}
        for line in output.splitlines():
            name, *values = line.split()
            struct, _, field = name.partition(".")
            names.append(name)
            numbers += map(int, values)
            if field:
                fields.setdefault(struct, []).append(field)
                expressions += [f"offsetof({struct}, {field})", f"sizeof((({struct}*)0)->{field})"]
            else:
                expressions.append(f"sizeof({struct})")
        self.assertGreater(len(names), 120)
        self.assertEqual(dict(zip(expressions, c_prints(expressions))), dict(zip(expressions, numbers)))
        header = HEADER.read_text()
        for struct, known in fields.items():
            body = re.search(rf"typedef struct (?:{struct} )?{{([^}}]*)}} {struct};", header)[1]
            declared = re.findall(r"(\w+)\s*;", re.sub(r"//.*", "", body))
            self.assertEqual(declared, known, struct)

    def test_numbers_are_those_of_the_header(self):
        status, output = run("--numbers")
        self.assertEqual(0, status, output)
        numbers = {name: int(value) for name, value in map(str.split, output.splitlines())}
        self.assertEqual(dict(zip(numbers, c_prints(numbers))), numbers)
        groups = re.compile(r"\b(PCAI_(?:OK|TIMEOUT|END|ERROR_\w+|ROLE_\w+|MODEL_\w+|KIND_\w+|EVENT_\w+"
                            r"|FINISH_\w+|DEVICE_\w+)) = -?\d")
        self.assertEqual(set(groups.findall(HEADER.read_text())), set(numbers))

    def test_signatures_are_those_of_the_header(self):
        status, output = run("--signatures")
        self.assertEqual(0, status, output)
        header = re.sub(r"//.*", "", HEADER.read_text())
        signatures = output.splitlines()
        self.assertGreater(len(signatures), 25)
        for signature in signatures:
            name, *mine = signature.split()
            with self.subTest(name):
                declared = re.search(rf"PCAI_API ([^;]*?)\b{name}\(([^;]*)\);", header)
                parameters = [] if declared[2] == "void" else declared[2].split(",")
                types = [declared[1]] + [re.sub(r"\w+\s*$", "", part) for part in parameters]
                theirs = [" ".join(part.replace("const", "").split()) for part in types]
                self.assertEqual(len(theirs), len(mine))
                for one, other in zip(theirs, mine):
                    self.assertIn(other, EQUIVALENT.get(one, [one.replace(" ", "")]), one)


# How a type of C may stand in C#. Structs go by reference, by their own names.
EQUIVALENT = {
    "void": ["Void"],
    "char*": ["IntPtr"],
    "pcai_status": ["Int32"],
    "int32_t": ["Int32"],
    "uint32_t": ["UInt32"],
    "uint64_t": ["UInt64"],
    "float*": ["Single*"],
    "pcai_text*": ["IntPtr"],
    "pcai_error*": ["IntPtr"],
    "pcai_engine*": ["EngineHandle"],
    "pcai_model*": ["ModelHandle"],
    "pcai_generation*": ["GenerationHandle"],
    "pcai_models*": ["ModelsHandle"],
    "pcai_devices*": ["DevicesHandle"],
    **{f"pcai_{thing}**": ["IntPtr*"]
       for thing in ("error", "engine", "model", "generation", "models", "devices")},
}


def sanitized():
    library = LIBRARY.read_bytes()
    return b"__asan_init" in library or b"__tsan_init" in library


class LibraryTest(unittest.TestCase):
    def test_every_case_passes_against_the_library(self):
        if not LIBRARY.exists():
            self.skipTest(f"this build has no {LIBRARY}")
        if sanitized():
            self.skipTest("Mono cannot open a library that was built with a sanitizer")
        arguments = [MODEL] if MODEL.exists() and has_llamacpp() else []
        status, output = run(*arguments, PCAI_INFERENCE_LIBRARY=str(LIBRARY))
        print(output)
        self.assertEqual(0, status, output)
        closing = re.search(r"^(\d+) passed, 0 failed, (\d+) skipped$", output, re.M)
        self.assertGreaterEqual(int(closing[1]), 30)

    def test_a_missing_library_is_an_error_that_says_where_it_was_sought(self):
        status, output = run(PCAI_INFERENCE_LIBRARY="/nowhere/lib.so")
        self.assertNotEqual(0, status)
        self.assertIn("/nowhere/lib.so", output)
        self.assertIn("PCAI_INFERENCE_LIBRARY", output)

    def test_another_library_is_an_error_that_names_what_it_lacks(self):
        other = scratch / "libother.so"
        source = scratch / "other.c"
        source.write_text("int nothing(void) { return 0; }\n")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", other, source], check=True)
        status, output = run(PCAI_INFERENCE_LIBRARY=str(other))
        self.assertNotEqual(0, status)
        self.assertRegex(output, r"libother\.so has no function pcai_\w+")


def has_llamacpp():
    return b"general.architecture" in LIBRARY.read_bytes() and b"ggml_" in LIBRARY.read_bytes()


if __name__ == "__main__":
    unittest.main()
