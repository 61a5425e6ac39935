"""The commands that only tell: models, show, version, config, completion, help."""
import json
import re
import shutil
import struct
import subprocess
import unittest

import gguf_file
import program


def gguf(entries):
    """The smallest GGUF file with these strings: no tensors, so no model, but a whole header."""
    def text(value):
        return struct.pack("<Q", len(value)) + value.encode()
    header = b"GGUF" + struct.pack("<IQQ", 3, 0, len(entries))
    return header + b"".join(text(key) + struct.pack("<I", 8) + text(value)
                             for key, value in entries.items())


class CommandTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def json_of(self, *arguments, **options):
        ran = self.pcai(*arguments, "--json", **options)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return json.loads(ran.stdout)


class ModelsTest(CommandTest):
    def test_without_models_there_is_an_empty_list(self):
        self.assertEqual(self.json_of("models"), [])
        ran = self.pcai("models")
        self.assertEqual((ran.returncode, ran.stdout), (0, b""))

    def test_damaged_models_are_listed_and_marked(self):
        self.pcai.write("gguf/bad.gguf", b"GGUF" + bytes(100))
        folder = str(self.pcai.path / "gguf")
        (model,) = self.json_of("models", "--models-dir", folder)
        self.assertEqual(model["id"], "bad")
        self.assertEqual(model["size_bytes"], 104)
        self.assertTrue(model["error"])
        for key in ("architecture", "quantization", "context_length"):
            self.assertIsNone(model[key])
        self.assertTrue({"path", "source"} <= model.keys())
        ran = self.pcai("models", "--models-dir", folder)
        self.assertRegex(ran.stdout.decode(), r"(?m)^ID .*\nbad +104 B .*not usable: ")
        self.assertEqual(self.pcai("models", "-q", "--models-dir", folder).stdout, b"")

    def test_json_and_quiet_exclude_each_other(self):
        self.assertEqual(self.pcai("models", "--json", "--quiet").returncode, 2)


class ShowTest(CommandTest):
    def test_a_damaged_file_gives_2_and_one_line(self):
        for content in (b"", b"GGUF", b"no model at all", b"GGUF" + bytes(100),
                        gguf({"general.architecture": "llama"})):
            file = self.pcai.write("bad.gguf", content)
            ran = self.pcai("show", file)
            self.assertEqual(ran.returncode, 2)
            self.assertEqual(ran.stdout, b"")
            self.assertEqual(ran.stderr.count(b"\n"), 1)
            self.assertIn(b"bad.gguf", ran.stderr)

    def test_a_hostile_file_cannot_drive_the_terminal(self):
        file = self.pcai.write("bad.gguf", gguf({"general.architecture": "\x1b[2J\nforged"}))
        ran = self.pcai("show", file)
        self.assertEqual(ran.returncode, 2)
        self.assertNotIn(b"\x1b", ran.stderr)
        self.assertEqual(ran.stderr.count(b"\n"), 1)

    def test_what_writes_no_text_is_refused_alike_by_each_command(self):
        for architecture, what in (("flux", b"a model that makes images or videos"),
                                   ("t5", b"an encoder-decoder model"),
                                   ("llada", b"a diffusion language model"),
                                   ("nobody-s", b"which this program does not know")):
            file = gguf_file.GgufFile(architecture)
            file.tensor("token_embd.weight", 64, 4)
            path = self.pcai.write("other.gguf", file.bytes())
            for command in (("show", path), ("plan", path), ("run", "--model", path, "hello")):
                ran = self.pcai(*command)
                self.assertEqual(ran.returncode, 2, ran.stderr)
                self.assertIn(what, ran.stderr)
                self.assertEqual(ran.stderr.count(b"\n"), 1)
            listed = self.pcai("models", "--models-dir", str(self.pcai.path)).stdout
            self.assertRegex(listed.decode(), r"other .*not usable: .*" + architecture)

    def test_a_missing_model_gives_2(self):
        for name in ("nothing-of-that-name", "/nowhere/model.gguf"):
            ran = self.pcai("show", name)
            self.assertEqual(ran.returncode, 2)
            self.assertIn(name, ran.stderr.decode())

    def test_a_model_must_be_named(self):
        self.assertEqual(self.pcai("show").returncode, 2)

    def test_what_is_loaded_with_a_model_is_shown(self):
        self.pcai.write("m/plain.gguf", gguf_file.llama().bytes())
        seer = gguf_file.GgufFile("clip")
        seer.text("clip.projector_type", "gemma3")
        seer.flag("clip.has_vision_encoder", True)
        seer.number("vision.projection_dim", 64)
        seer.tensor("mm.0.weight", 32, type="F32")
        projector = self.pcai.write("m/eyes.gguf", seer.bytes())
        config = self.pcai.write("pcai.toml", """
            models_dir = ["m"]
            [models.seeing]
            model = "plain"
            mmproj = "m/eyes.gguf"
            lora = ["m/one.gguf", "m/half.gguf:0.5"]
            [models.blind]
            model = "plain"
            mmproj = "m/plain.gguf"
            """)
        adapters = [str(self.pcai.path / name) for name in ("m/one.gguf", "m/half.gguf:0.5")]
        shown = self.json_of("show", "seeing", "--config", config)
        self.assertEqual(shown["adapters"], adapters)
        self.assertEqual(shown["projector"], projector)
        self.assertEqual((shown["projector_type"], shown["projector_use"]), ("gemma3", "images"))
        text = self.pcai("show", "seeing", "--config", config).stdout.decode()
        for line in (f"projector {projector}", "its type gemma3", "it is for images",
                     *(f"adapter {adapter}" for adapter in adapters)):
            self.assertRegex(text, "(?m)^" + re.escape(line).replace("\\ ", " +") + "$")
        (note,) = self.json_of("show", "blind", "--config", config)["notes"]
        self.assertIn("its projector cannot be used: it is a file of the kind model", note)
        plain = self.json_of("show", "plain", "--config", config)
        self.assertEqual((plain["projector"], plain["projector_type"], plain["adapters"]),
                         (None, None, []))


class VersionTest(CommandTest):
    def test_json_has_backends_and_the_processor(self):
        version = self.json_of("version")
        self.assertRegex(version["pcai"], r"^\d+\.\d+\.\d+$")
        backends = {backend["name"]: backend for backend in version["backends"]}
        help_text = self.pcai("serve", "--help").stdout.decode()
        known = re.search(r"--backend auto\|(\S+)", help_text)[1].split("|")
        self.assertEqual(list(backends), known)
        self.assertLessEqual({"llamacpp", "mistralrs", "fake"}, set(known))
        self.assertTrue(backends["fake"]["usable"])
        for backend in backends.values():
            self.assertEqual(backend["usable"], backend["why_not"] == "", backend)
        self.assertGreaterEqual(version["cpu"]["cores"], 1)

    def test_the_processors_features_are_those_that_linux_tells(self):
        features = self.json_of("version")["cpu"]["features"]
        with open("/proc/cpuinfo") as cpuinfo:
            flags = next((line.split(":")[1].split() for line in cpuinfo
                          if line.startswith("flags")), None)
        if flags is None:
            self.skipTest("not an x86 processor")
        linux = {"sse4.2": "sse4_2", "avxvnni": "avx_vnni", "avx512vbmi": "avx512vbmi",
                 "avx512vnni": "avx512_vnni", "avx512bf16": "avx512_bf16",
                 "avx512fp16": "avx512_fp16", "amx-tile": "amx_tile", "amx-int8": "amx_int8",
                 "amx-bf16": "amx_bf16"}
        self.assertIn("avx2", features)
        for name, usable in features.items():
            self.assertEqual(usable, linux.get(name, name) in flags, name)

    def test_the_version_is_the_same_everywhere(self):
        version = self.json_of("version")["pcai"]
        self.assertEqual(self.pcai("--version").stdout.decode(), f"pcai {version}\n")
        self.assertIn(version, self.pcai("version").stdout.decode())


class ConfigTest(CommandTest):
    def settings(self, *arguments, **options):
        return {entry["name"]: entry for entry in self.json_of("config", *arguments, **options)}

    def test_each_value_names_its_source(self):
        file = self.pcai.write("pcai/pcai.toml", "port = 9001\ngrace = 5\n")
        settings = self.settings("--host", "::1", env={"PCAI_PORT": "9002"})
        self.assertEqual((settings["port"]["value"], settings["port"]["source"]),
                         (9002, "PCAI_PORT"))
        self.assertEqual((settings["grace"]["value"], settings["grace"]["source"]),
                         (5, f"{file}:2 grace"))
        self.assertEqual((settings["host"]["value"], settings["host"]["source"]), ("::1", "--host"))
        self.assertEqual(settings["threads"]["source"], "default")

    def test_a_key_is_not_shown(self):
        for arguments in (["config"], ["config", "--json"]):
            ran = self.pcai(*arguments, env={"PCAI_API_KEY": "sk-secret"})
            self.assertNotIn(b"sk-secret", ran.stdout + ran.stderr)
            self.assertIn(b"(set)", ran.stdout)

    def test_a_file_in_the_current_folder_is_not_read(self):
        self.pcai.write("pcai.toml", "port = 9001\n")
        self.assertEqual(self.settings()["port"]["value"], 8080)

    def test_mistakes_in_the_file_name_the_line(self):
        file = self.pcai.write("pcai/pcai.toml", "\nprot = 1\n")
        ran = self.pcai("config")
        self.assertEqual(ran.returncode, 2)
        self.assertEqual(ran.stderr.decode(),
                         f"pcai: {file}:2: unknown key 'prot'; did you mean 'port'?\n")

    def test_a_misspelt_variable_is_told(self):
        ran = self.pcai("config", env={"PCAI_PROT": "1"})
        self.assertEqual(ran.returncode, 0)
        self.assertIn(b"did you mean 'PCAI_PORT'?", ran.stderr)


class HelpTest(CommandTest):
    def test_every_command_has_help_with_examples(self):
        for command in ("run", "serve", "models", "show", "config", "version", "completion"):
            ran = self.pcai(command, "--help")
            self.assertEqual((ran.returncode, ran.stderr), (0, b""))
            self.assertIn(b"Examples:\n  pcai " + command.encode(), ran.stdout.replace(b"PCAI_PORT=9000 ", b""))
            self.assertEqual(self.pcai("help", command).stdout, ran.stdout)

    def test_no_colours_reach_a_pipe(self):
        self.assertNotIn(b"\x1b", self.pcai("version").stdout)
        self.assertNotIn(b"\x1b", self.pcai("nonsense").stderr)


class CompletionTest(CommandTest):
    def complete(self, *words):
        """What bash offers for the last word."""
        script = self.pcai("completion", "bash").stdout.decode()
        bash = shutil.which("bash")
        if bash is None:
            self.skipTest("no bash here")
        listing = " ".join(f"'{word}'" for word in words)
        ran = subprocess.run(
            [bash, "--norc", "-c", f"{script}\nCOMP_WORDS=({listing})\n"
             f"COMP_CWORD={len(words) - 1}\n_pcai\nprintf '%s\\n' \"${{COMPREPLY[@]}}\""],
            capture_output=True, text=True, timeout=program.LIMIT)
        self.assertEqual(ran.stderr, "")
        return ran.stdout.split()

    def test_bash_completes_commands_flags_and_values(self):
        self.assertEqual(self.complete("pcai", "ser"), ["serve"])
        self.assertIn("version", self.complete("pcai", ""))
        self.assertEqual(self.complete("pcai", "serve", "--max-q"), ["--max-queue"])
        self.assertEqual(self.complete("pcai", "serve", "--backend", "l"), ["llamacpp"])
        self.assertEqual(self.complete("pcai", "serve", "--isolation", ""), ["process", "none"])
        self.assertEqual(self.complete("pcai", "completion", "z"), ["zsh"])
        self.assertEqual(self.complete("pcai", "serve", "--port", ""), [])
        self.assertEqual(self.complete("pcai-inference-server", "--max-q"), ["--max-queue"])

    def test_other_shells_accept_their_scripts(self):
        for shell, check in (("zsh", ["zsh", "-n"]), ("fish", ["fish", "--no-execute"])):
            file = self.pcai.write(shell, self.pcai("completion", shell).stdout)
            if shutil.which(shell):
                ran = subprocess.run([*check, file], capture_output=True, timeout=program.LIMIT)
                self.assertEqual((ran.returncode, ran.stderr), (0, b""), shell)

    def test_an_unknown_shell_gives_2(self):
        self.assertEqual(self.pcai("completion", "tcsh").returncode, 2)


if __name__ == "__main__":
    unittest.main()
