"""Builds the .NET packages twice, runs the tests of the library, and uses the packages as users do.

Needs a .NET SDK 10 (tools/dotnet/find) and the library of a build (PCAI_PROGRAM names its program). Without
an SDK nothing is run, and the reason is printed.
"""
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(os.environ.get("PCAI_PROGRAM", ROOT / "build/portable/bin/pcai"))
LIBRARY = Path(os.environ.get("PCAI_INFERENCE_LIBRARY", PROGRAM.with_name("libpcai_inference.so")))
MODEL = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share",
             "pcai/models/SmolLM2-135M-Instruct.Q4_1.gguf")
LIMIT = 900  # seconds, on a busy machine
EPOCH = "1704067200"
SYSTEM_LIBRARIES = {"libc", "libm", "libdl", "librt", "libpthread", "ld-linux-x86-64", "ld-linux-aarch64", "linux-vdso"}

dotnet = None
scratch = None
packages = None


def setUpModule():
    global dotnet, scratch, packages
    found = subprocess.run([ROOT / "tools/dotnet/find"], capture_output=True, text=True)
    if found.returncode != 0:
        raise unittest.SkipTest(found.stderr.strip())
    if not LIBRARY.exists():
        raise unittest.SkipTest(f"there is no {LIBRARY}")
    dotnet = Path(found.stdout.strip())
    folder = tempfile.TemporaryDirectory(prefix="pcai-dotnet-", ignore_cleanup_errors=True)
    unittest.addModuleCleanup(folder.cleanup)
    scratch = Path(folder.name)
    packages = build(ROOT, scratch / "packages")


def build(checkout, folder, **environment):
    """Packs a checkout without running its tests."""
    run(checkout / "tools/dotnet/build", LIBRARY, folder, NO_TESTS="1", SOURCE_DATE_EPOCH=EPOCH, **environment)
    return folder


def run(*command, cwd=None, status=0, text=None, **environment):
    """What a program prints. Nothing of the user's settings for pcai reaches it."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("PCAI_") or name == "PCAI_DOTNET_ROOT"}
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, encoding="utf-8",
                          errors="replace", timeout=LIMIT, cwd=cwd, input=text or "",
                          env={**kept, "DOTNET_NOLOGO": "1", "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
                               "TESTINGPLATFORM_TELEMETRY_OPTOUT": "1", "DOTNET_CLI_USE_MSBUILD_SERVER": "0",
                               "MSBUILDDISABLENODEREUSE": "1", **environment})
    output = done.stdout + done.stderr
    if status is not None and done.returncode != status:
        raise AssertionError(f"{command[0]} ended with {done.returncode}:\n{output[-6000:]}")
    return output


def build_sample(source, name):
    """Builds a project as a user does, from the packages alone; the path of its program."""
    folder = scratch / name
    shutil.copytree(source, folder)
    shutil.copy(ROOT / "dotnet/samples/Directory.Build.props", folder)
    sources = [f'<add key="ours" value="{packages}" />']
    feed = dotnet.parent.parent / "feed"
    if feed.exists():
        sources.append(f'<add key="feed" value="{feed}" />')
    clear = "<clear />" if feed.exists() else ""
    (folder / "NuGet.Config").write_text(
        f"<configuration><packageSources>{clear}{''.join(sources)}</packageSources></configuration>")
    run(dotnet, "build", "-c", "Release", "-m:1", "--disable-build-servers", "-o", folder / "out", cwd=folder,
        RestoreConfigFile=str(folder / "NuGet.Config"), NUGET_PACKAGES=str(scratch / "nuget"))
    return next((folder / "out").glob("*.runtimeconfig.json")).with_suffix("").with_suffix(".dll")


class LibraryTest(unittest.TestCase):
    def test_every_case_passes_over_both_assemblies(self):
        for framework in ("net10.0", "netstandard2.0"):
            for tests in ("Pcai.Inference.Tests", "Pcai.Inference.Extensions.AI.Tests"):
                if framework != "net10.0" and "Extensions" in tests:
                    continue
                with self.subTest(tests=tests, framework=framework):
                    artifacts = scratch / f"tests-{framework}"
                    other = ["-p:TestedFramework=netstandard2.0"] if framework != "net10.0" else []
                    run(dotnet, "build", ROOT / f"dotnet/tests/{tests}/{tests}.csproj", "-c", "Release", "-m:1",
                        "--disable-build-servers", f"-p:ArtifactsPath={artifacts}", *other)
                    output = run(dotnet, artifacts / f"bin/{tests}/release/{tests}.dll", "-noColor",
                                 PCAI_INFERENCE_LIBRARY=str(LIBRARY), PCAI_TEST_MODEL=str(MODEL),
                                 PCAI_REPOSITORY=str(ROOT), XDG_DATA_HOME=str(scratch / "data"))
                    total = re.search(r"Total: (\d+), Errors: 0, Failed: 0", output)
                    self.assertGreaterEqual(int(total[1]), 13 if "Extensions" in tests else 80, output[-2000:])


class PackageTest(unittest.TestCase):
    def names(self, package):
        [file] = packages.glob(f"{package}.[0-9]*.nupkg")
        with zipfile.ZipFile(file) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def test_a_package_has_assemblies_documentation_readme_and_licence(self):
        for package in ("Pcai.Inference", "Pcai.Inference.Extensions.AI"):
            with self.subTest(package):
                files = self.names(package)
                for framework in ("net10.0", "netstandard2.0"):
                    self.assertIn(f"lib/{framework}/{package}.dll", files)
                    self.assertIn(f"lib/{framework}/{package}.xml", files)
                self.assertIn("README.md", files)
                self.assertIn(b"MIT License", files["LICENSE"])
                notices = files.get("THIRD-PARTY-NOTICES.txt", b"").decode()
                for work in ("libyaml", "llama-cpp-sys-2", "llguidance") if package == "Pcai.Inference" else ():
                    self.assertIn(work, notices)
                description = files[f"{package}.nuspec"].decode()
                self.assertIn('<license type="expression">MIT</license>', description)
                self.assertNotIn("projectUrl", description)

    def test_the_assemblies_have_their_symbols_inside(self):
        for package in ("Pcai.Inference", "Pcai.Inference.Extensions.AI"):
            for name, content in self.names(package).items():
                if name.endswith(".dll"):
                    self.assertIn(b"MPDB", content, name)  # an embedded portable PDB

    def test_the_library_has_no_dependency_and_the_client_only_the_abstractions(self):
        packages_of = {package: set(re.findall(r'<dependency id="([^"]+)"', self.names(package)[f"{package}.nuspec"].decode()))
                       for package in ("Pcai.Inference", "Pcai.Inference.Extensions.AI")}
        self.assertEqual({"Pcai.Inference": set(),
                          "Pcai.Inference.Extensions.AI": {"Pcai.Inference", "Microsoft.Extensions.AI.Abstractions"}},
                         packages_of)

    def test_no_path_of_this_machine_is_inside(self):
        for package in ("Pcai.Inference", "Pcai.Inference.Extensions.AI"):
            for name, content in self.names(package).items():
                if name.endswith((".dll", ".xml", ".nuspec")):
                    self.assertNotIn(str(ROOT).encode(), content, name)

    def test_two_builds_give_the_same_bytes(self):
        elsewhere = scratch / "elsewhere"
        for name in ("dotnet", "tools/dotnet", "rust"):
            shutil.copytree(ROOT / name, elsewhere / name, ignore=shutil.ignore_patterns("target"))
        for name in ("CMakeLists.txt", "LICENSE"):
            shutil.copy(ROOT / name, elsewhere)
        other = build(elsewhere, elsewhere / "build/dotnet")
        for package in packages.glob("*.nupkg"):
            with self.subTest(package.name):
                self.assertEqual(package.read_bytes(), (other / package.name).read_bytes())


class NativeTest(unittest.TestCase):
    """The native library inside, which other machines run."""

    def test_it_needs_the_systems_c_library_only(self):
        if "portable" not in str(LIBRARY):
            self.skipTest("only the library of the preset portable is made for packages")
        needed = re.findall(r"\(NEEDED\).*\[(.*?)\.so", run("readelf", "-d", LIBRARY))
        self.assertEqual(set(), set(needed) - SYSTEM_LIBRARIES)

    def test_it_runs_where_there_is_nothing_but_what_dotnet_needs(self):
        if "portable" not in str(LIBRARY):
            self.skipTest("only the library of the preset portable is made for packages")
        program = build_sample(ROOT / "dotnet/samples/Chat", "empty")
        root = scratch / "root"
        runtime = Path(os.path.realpath(dotnet)).parent
        runtime = runtime if (runtime / "shared").exists() else runtime.parent / "dotnet"
        for needed in self.libraries_of(runtime):
            (root / needed.parent.relative_to("/")).mkdir(parents=True, exist_ok=True)
            shutil.copy(needed, root / needed.relative_to("/"))
        for name in ("proc", "tmp", "dotnet"):
            (root / name).mkdir(parents=True)
        shutil.copytree(program.parent, root / "app")
        script = (f"mount --rbind /proc {root}/proc && mount --bind {runtime} {root}/dotnet && "
                  f"exec chroot {root} /dotnet/dotnet /app/{program.name} a.fake fake")
        if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode != 0:
            self.skipTest("this machine allows no namespaces")
        output = run("unshare", "-rm", "sh", "-c", script, text="hello\n", DOTNET_ROOT="/dotnet", HOME="/tmp",
                     DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1", TMPDIR="/tmp", DOTNET_EnableDiagnostics="0")
        self.assertIn("You said: hello", output)

    def libraries_of(self, runtime):
        """What the runtime needs of the system."""
        found = set()
        for file in [runtime / "dotnet", *runtime.glob("**/libhostfxr.so"), *runtime.glob("shared/Microsoft.NETCore.App/*/*.so")]:
            if "lttng" not in file.name:
                found |= set(re.findall(r"(/\S+\.so\S*)", run("ldd", file, status=None)))
        return {Path(name) for name in found if not name.startswith(str(runtime)) and Path(name).exists()}


class SampleTest(unittest.TestCase):
    """The samples, built from the packages, and where their library is found."""

    @classmethod
    def setUpClass(cls):
        cls.chat = build_sample(ROOT / "dotnet/samples/Chat", "chat")

    def answer(self, status=0, cwd=None, **environment):
        return run(dotnet, self.chat, "a.fake", "fake", cwd=cwd, status=status, text="hello\nagain 模\n", **environment)

    def test_a_chat_answers(self):
        output = self.answer()
        self.assertIn("You said: hello\nYou said: again 模\n", output)
        self.assertIn("runtimes/", output)

    def test_functions_are_called(self):
        program = build_sample(ROOT / "dotnet/samples/ExtensionsAI", "ai")
        output = run(dotnet, program, "a.fake", 'fake: tool=get_weather args={"city":"Oslo"}', "fake")
        self.assertIn("The tool said: Rain in Oslo.", output)

    def test_the_variable_may_be_relative_or_begin_with_a_tilde_or_name_a_folder(self):
        home = scratch / "home"
        (home / "lib").mkdir(parents=True, exist_ok=True)
        file = home / "lib/libpcai_inference.so.0"
        shutil.copy(LIBRARY, file)
        for value in ("lib/libpcai_inference.so.0", "./lib", "~/lib/libpcai_inference.so.0", "~/lib", str(file)):
            with self.subTest(value):
                self.assertIn(f"by {file}", self.answer(cwd=home, HOME=str(home), PCAI_INFERENCE_LIBRARY=value))

    def test_a_wrong_library_is_named_with_its_reason(self):
        wrong = scratch / "wrong"
        wrong.mkdir(exist_ok=True)
        (wrong / "text.so").write_text("no library")
        elf = bytearray(LIBRARY.read_bytes()[:4096])
        elf[18] = 183
        (wrong / "arm.so").write_bytes(elf)
        (wrong / "other.c").write_text("int nothing(void) { return 0; }\n")
        run("cc", "-shared", "-fPIC", "-o", wrong / "libdep.so", wrong / "other.c")
        run("cc", "-shared", "-fPIC", "-o", wrong / "other.so", wrong / "other.c")
        run("cc", "-shared", "-fPIC", "-o", wrong / "needs.so", wrong / "other.c", "-Wl,--no-as-needed",
            f"-L{wrong}", "-ldep")
        reasons = {"none.so": "there is no such file", "text.so": "it is not a library",
                   "arm.so": "it is made for the processor arm64",
                   "other.so": "it has no function pcai_version, so it is another library",
                   "needs.so": r"a library that it needs is missing \(libdep.so"}
        (wrong / "libdep.so").unlink()
        for name, reason in reasons.items():
            with self.subTest(name):
                output = self.answer(status=1, PCAI_INFERENCE_LIBRARY=str(wrong / name))
                self.assertRegex(output, rf"Unsupported: .*PCAI_INFERENCE_LIBRARY[\s\S]*{name}: {reason}")

    def test_a_wrong_library_beside_the_program_does_not_hide_the_right_one(self):
        copy = scratch / "hidden"
        shutil.copytree(self.chat.parent, copy)
        (copy / "libpcai_inference.so.0").write_text("no library")
        output = run(dotnet, copy / self.chat.name, "a.fake", "fake", text="hello\n")
        self.assertIn("You said: hello", output)
        self.assertIn("runtimes/", output)

    def test_without_a_library_each_place_is_named(self):
        copy = scratch / "without"
        shutil.copytree(self.chat.parent, copy, ignore=shutil.ignore_patterns("runtimes"))
        (copy / "libpcai_inference.so.0").write_text("no library")
        output = run(dotnet, copy / self.chat.name, "a.fake", "fake", status=1)
        self.assertRegex(output, r"was not found[\s\S]*without/libpcai_inference.so.0: it is not a library"
                                 r"[\s\S]*\n  libpcai_inference.so: the system does not find it")


class DocumentationTest(unittest.TestCase):
    def test_each_example_runs(self):
        if not MODEL.exists():
            self.skipTest(f"there is no {MODEL}")
        examples = [(page, code) for page in (ROOT / "docs/dotnet.md", *sorted((ROOT / "dotnet").glob("*/README.md")))
                    for code in re.findall(r"^```csharp\n(.*?)^```", page.read_text(), re.M | re.S)]
        self.assertGreater(len(examples), 8)
        source = scratch / "examples-source"
        source.mkdir()
        (source / "Examples.csproj").write_text((ROOT / "dotnet/samples/ExtensionsAI/ExtensionsAI.csproj").read_text())
        (source / "Program.cs").write_text(program_of([code for _, code in examples]))
        program = build_sample(source, "examples")
        work = scratch / "work"
        work.mkdir()
        (work / MODEL.name).symlink_to(MODEL)
        for number, (page, code) in enumerate(examples):
            with self.subTest(f"{page.name} {number}"):
                output = run(dotnet, program, str(number), cwd=work, XDG_DATA_HOME=str(scratch / "data"))
                self.assertTrue(output.strip(), code)


def program_of(examples):
    """One program with each example as a method. An example that makes no engine finds `engine` and `model`. The
    context is small, so that no answer is long."""
    load = f"LoadAsync(new ModelOptions(\"{MODEL.name}\") {{{{ ContextLength = {{}} }}}})"
    usings, methods = {"using PcaiInference;"}, []
    for number, code in enumerate(examples):
        usings |= set(re.findall(r"^using [\w.]+;", code, re.M))
        body = re.sub(r"^using [\w.]+;\n", "", code, flags=re.M)
        body = body.replace(f'LoadAsync("{MODEL.name}")', load.format(128))
        before = "" if "new Engine" in body else (
            f"using var engine = new Engine();\nusing Model model = await engine.{load.format(512)};\n")
        methods.append(f"static async Task Example{number}()\n{{\nawait Task.Yield();\n{before}{body}}}\n")
    calls = "".join(f"    case {number}: await Example{number}(); break;\n" for number in range(len(examples)))
    return ("\n".join(sorted(usings)) + "\n\nswitch (int.Parse(args[0]))\n{\n" + calls + "}\n\n" + "\n".join(methods))


if __name__ == "__main__":
    unittest.main()
