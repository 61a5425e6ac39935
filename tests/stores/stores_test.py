"""`pcai models` over trees of every store: what is listed, what is read, and that nothing is written."""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "app"))

import gguf_file  # noqa: E402
import program  # noqa: E402
from hub_server import Hub, Repository  # noqa: E402
from store_trees import COMMIT, Trees  # noqa: E402

try:
    from huggingface_hub import file_download, scan_cache_dir
except ImportError:
    file_download = None


class StoresCase(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)
        model = self.pcai.path / "model"
        default = os.environ.get("PCAI_TEST_MODEL") or (
            Path.home() / ".local/share/pcai/models/SmolLM2-135M-Instruct.Q4_1.gguf")
        try:
            os.link(default, model)
        except OSError:  # another disk, or no default model
            gguf_file.llama().write_hollow(model)
        self.trees = Trees(self.pcai.path, model)

    # Of the user's environment nothing that names a store.
    VARIABLES = {name: "" for name in (
        "OLLAMA_MODELS", "LLAMA_CACHE", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE",
        "XDG_CACHE_HOME", "XDG_DATA_HOME")}

    def models(self, *flags):
        ran = self.pcai("models", "--json", *flags, env=self.VARIABLES)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return {model["full_id"]: model for model in json.loads(ran.stdout)}


class LayoutsTest(StoresCase):
    def safetensors(self, *folder):
        """A model of two layers in BF16."""
        config = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_size": 64,
                  "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
                  "intermediate_size": 128, "vocab_size": 512, "max_position_embeddings": 2048}
        shapes = {"model.embed_tokens.weight": [512, 64], "lm_head.weight": [512, 64],
                  **{f"model.layers.{i}.mlp.up_proj.weight": [128, 64] for i in range(2)}}
        header, end = {}, 0
        for name, (rows, columns) in shapes.items():
            header[name] = {"dtype": "BF16", "shape": [rows, columns],
                            "data_offsets": [end, end + 2 * rows * columns]}
            end += 2 * rows * columns
        text = json.dumps(header).encode()
        path = self.pcai.path.joinpath(*folder)
        path.mkdir(parents=True)
        (path / "config.json").write_text(json.dumps(config))
        (path / "model.safetensors").write_bytes(
            len(text).to_bytes(8, "little") + text + bytes(end))
        return str(path)

    def test_a_folder_of_safetensors_is_listed_shown_and_planned(self):
        own = self.safetensors("pcai/models/Tiny-0.5B")
        cache = self.pcai.path / ".cache/huggingface/hub/models--org--st"
        (cache / "refs").mkdir(parents=True)
        (cache / "refs/main").write_text(COMMIT)
        cached = self.safetensors(cache, "snapshots", COMMIT)
        environment = {**self.VARIABLES, "XDG_DATA_HOME": str(self.pcai.path)}
        listed = {model["id"]: model for model in json.loads(
            self.pcai("models", "--json", env=environment).stdout)}
        for name, path in (("Tiny-0.5B", own), ("org/st", cached)):
            with self.subTest(name):
                self.assertEqual(listed[name]["path"], path)
                self.assertEqual(listed[name]["quantization"], "BF16")
                self.assertEqual(listed[name]["architecture"], "Qwen2ForCausalLM")
        shown = json.loads(self.pcai("show", "hf:org/st", "--json", env=environment).stdout)
        self.assertEqual((shown["path"], shown["layer_count"]), (cached, 2))
        self.assertEqual(shown["metadata"]["model_type"], "qwen2")
        self.assertIn(b"model_type = qwen2", self.pcai("show", own, env=environment).stdout)
        weights = {}
        for isq in ("off", "q8_0", "q4_0"):
            ran = self.pcai("plan", "hf:org/st", "--isq", isq, "--json", env=environment)
            weights[isq] = sum(device["weights_bytes"] for device in json.loads(ran.stdout)["devices"])
        embeddings, matrices = 512 * 64, 512 * 64 + 2 * 128 * 64
        self.assertEqual(weights["off"], 4 * (embeddings + matrices))
        self.assertEqual(weights["q8_0"], 4 * embeddings + matrices // 32 * 34)
        self.assertEqual(weights["q4_0"], 4 * embeddings + matrices // 32 * 18)

    def test_every_store_is_found_in_its_layout(self):
        self.trees.ollama(["smollm2:latest", "smollm2:135m"])
        self.trees.lm_studio("publisher", "repo", "m-Q4_1.gguf")
        self.trees.hugging_face("org", "name", "h-Q4_1.gguf")
        self.trees.hugging_face("org", "windows", "w-Q4_1.gguf", links=False)
        self.trees.link(".cache/gpt4all/four.gguf")
        self.trees.link(".cache/llama.cpp/org_repo_flat.gguf")
        models = self.models()
        self.assertLessEqual({"ollama", "lm-studio", "hugging-face", "llama.cpp", "gpt4all"},
                             {model["source"] for model in models.values()})
        for full_id in ("ollama:smollm2:latest", "ollama:smollm2:135m",
                        "lmstudio:publisher/repo/m-Q4_1", "hf:org/name:h-Q4_1",
                        "hf:org/windows:w-Q4_1"):
            self.assertIn(full_id, models)
            self.assertNotIn("error", models[full_id])
            show = self.pcai("show", full_id, "--json", env=self.VARIABLES)
            self.assertEqual(show.returncode, 0, show.stderr)
            self.assertEqual(json.loads(show.stdout)["full_id"], full_id)

    def test_damage_is_told_and_hides_nothing_else(self):
        self.trees.ollama(["good:1b"])
        self.trees.ollama(["missing:1b"], digest="sha256:" + "ab" * 32, blob=False)
        self.trees.ollama(["out:1b"], digest="sha256:../../../../etc/passwd", blob=False)
        self.trees.write("{", ".ollama/models/manifests/registry.ollama.ai/library/cut/1b")
        self.trees.hugging_face("org", "name", "good.gguf")
        escape = self.pcai.path / ".cache/huggingface/hub/models--org--name/snapshots" / COMMIT
        (escape / "out.gguf").symlink_to("/etc/passwd")
        loop = self.pcai.path / ".lmstudio/models/a/b"
        self.trees.lm_studio("a", "b", "m.gguf")
        (loop / "again").symlink_to(loop)
        (loop / "self.gguf").symlink_to("self.gguf")
        models = self.models()
        wrong = {full_id for full_id, model in models.items() if "error" in model}
        self.assertEqual({full_id for full_id in wrong if full_id.startswith("ollama:")},
                         {"ollama:missing:1b", "ollama:out:1b", "ollama:cut:1b"})
        self.assertIn("hf:org/name:out", wrong)
        self.assertIn("lmstudio:a/b/self", wrong)
        self.assertLessEqual({"ollama:good:1b", "hf:org/name:good", "lmstudio:a/b/m"},
                             set(models) - wrong)


class OllamaLayersTest(StoresCase):
    """What Ollama keeps beside the weights is the model's default; the settings win."""

    def test_defaults_of_the_store_hold_and_those_of_the_settings_win(self):
        self.trees.ollama(["tuned:1b"], layers={
            "params": json.dumps({"num_ctx": 512, "temperature": 0.25, "top_k": 7,
                                  "stop": ["<|x|>"], "tfs_z": 1}),
            "system": "You are brief.", "template": "{{ .Prompt }}"})
        shown = json.loads(self.pcai("show", "tuned:1b", "--json", env=self.VARIABLES).stdout)
        self.assertEqual(shown["defaults"], {"temperature": 0.25, "top_k": 7, "stop": ["<|x|>"],
                                             "system": "You are brief."})
        self.assertEqual(shown["default_context"], 512)
        self.assertEqual(len(shown["notes"]), 2)
        self.assertIn("tfs_z", shown["notes"][0])
        file = self.pcai.write("own.toml", '[models."tuned:1b".defaults]\ntop_k = 3\n')
        shown = json.loads(self.pcai("show", "tuned:1b", "--json", "--config", file,
                                     env=self.VARIABLES).stdout)
        self.assertEqual(shown["defaults"]["top_k"], 3)
        self.assertEqual(shown["defaults"]["temperature"], 0.25)


def state_of(folder):
    """Every file below it: size, time of change and contents."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns,
                        hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
            for path in folder.rglob("*")}


class UntouchedTest(StoresCase):
    def test_a_listing_changes_no_byte_and_waits_for_no_file_outside(self):
        # Who opened one of these would wait for its writer, until the test's limit.
        outside, other = self.pcai.path / "outside", self.pcai.path / "other"
        os.mkfifo(outside)
        os.mkfifo(other)
        self.trees.ollama(["good:1b"], layers={"params": "{}", "system": "x"})
        self.trees.ollama(["out:1b"], digest="sha256:../../../../outside", blob=False)
        blobs = self.pcai.path / ".ollama/models/blobs"
        os.mkfifo(blobs / ("sha256-" + "cd" * 32))
        self.trees.ollama(["pipe:1b"], digest="sha256:" + "cd" * 32, blob=False)
        os.mkfifo(self.pcai.path / ".ollama/models/manifests/registry.ollama.ai/library/good/pipe")
        self.trees.lm_studio("a", "b", "m.gguf")
        (self.pcai.path / ".lmstudio/models/a/b/pipe.gguf").symlink_to(outside)
        self.trees.hugging_face("org", "name", "m.gguf")
        cache = self.pcai.path / ".cache/huggingface/hub/models--org--name/snapshots" / COMMIT
        (cache / "out.gguf").symlink_to(other)
        before = state_of(self.pcai.path)
        models = self.models()
        self.assertEqual(state_of(self.pcai.path), before)
        self.assertEqual({full_id for full_id, model in models.items() if "error" in model},
                         {"ollama:out:1b", "ollama:pipe:1b", "ollama:good:pipe",
                          "lmstudio:a/b/pipe", "hf:org/name:out"})


class ReadOnlyTest(StoresCase):
    def test_nothing_is_written_and_nothing_outside_is_read(self):
        if not shutil.which("strace"):
            self.skipTest("no strace")
        self.trees.ollama([f"m{i}:1b" for i in range(20)])
        self.trees.ollama(["out:1b"], digest="sha256:../../../../secret", blob=False)
        self.trees.lm_studio("a", "b", "m.gguf")
        self.trees.hugging_face("org", "name", "m.gguf")
        secret = self.pcai.write("secret", "x")
        cache = self.pcai.path / ".cache/huggingface/hub/models--org--name/snapshots" / COMMIT
        (cache / "out.gguf").symlink_to(secret)
        log = self.pcai.path.parent / (self.pcai.path.name + ".strace")
        self.addCleanup(lambda: log.unlink(missing_ok=True))
        before = {str(path): path.lstat().st_mtime_ns for path in self.pcai.path.rglob("*")}
        ran = subprocess.run(
            ["strace", "-f", "-qq", "-o", log, "-e", "trace=file", program.PROGRAM, "models"],
            capture_output=True, cwd=self.pcai.path, timeout=program.LIMIT,
            env=program.environment(str(self.pcai.path), self.VARIABLES))
        if ran.returncode and b"ptrace" in ran.stderr:
            self.skipTest("strace is not allowed")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn(b"ollama", ran.stdout)
        calls = log.read_text()
        self.assertGreater(calls.count(".ollama/models/manifests"), 20)
        opened = re.findall(r'open(?:at)?\([^"]*"([^"]*)", ([A-Z_|]*)', calls)
        for path, flags in opened:
            if path.startswith(str(self.pcai.path)) or not path.startswith("/"):
                self.assertNotRegex(flags, "O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", path)
        self.assertNotIn(secret, [path for path, _ in opened])
        self.assertNotRegex(calls, r"\b(unlink|rename|mkdir|symlink|link|chmod|truncate)(at|at2)?\(")
        after = {str(path): path.lstat().st_mtime_ns for path in self.pcai.path.rglob("*")}
        self.assertEqual(before, after)


class ManyTest(StoresCase):
    def test_ten_thousand_entries_are_listed(self):
        self.trees.ollama([f"family{i % 100}:{i}b" for i in range(10_000)])
        ran = self.pcai("models", "--quiet", env=self.VARIABLES)
        self.assertEqual(len(set(ran.stdout.splitlines())), 10_000)
        last = self.pcai("show", "ollama:family99:9999b", "--json", env=self.VARIABLES)
        self.assertEqual(json.loads(last.stdout)["full_id"], "ollama:family99:9999b")


@unittest.skipIf(file_download is None, "no huggingface_hub")
class HuggingFaceHubTest(StoresCase):
    """A cache that the huggingface_hub package itself has written, offline."""

    def test_a_cache_of_its_own_functions_is_found(self):
        from huggingface_hub.file_download import (_cache_commit_hash_for_specific_revision,
                                                   _create_symlink, repo_folder_name)
        hub = self.pcai.path / ".cache/huggingface/hub"
        storage = hub / repo_folder_name(repo_id="org/name", repo_type="model")
        pointer = storage / "snapshots" / COMMIT / "sub/m-Q4_1.gguf"
        blob = self.trees.link(storage, "blobs", self.trees.digest)
        pointer.parent.mkdir(parents=True)
        _cache_commit_hash_for_specific_revision(str(storage), "main", COMMIT)
        _create_symlink(str(blob), str(pointer), new_blob=True)
        (repository,) = scan_cache_dir(hub).repos  # it is a cache to the package, too
        self.assertEqual(repository.repo_id, "org/name")
        model = self.models()["hf:org/name:sub/m-Q4_1"]
        self.assertEqual(model["source"], "hugging-face")
        self.assertEqual(os.path.realpath(model["path"]), str(blob.resolve()))

    def python(self, code, **variables):
        """Runs a line with the package in an environment of its own; its output."""
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=program.LIMIT,
            cwd=self.pcai.path, env={"PATH": os.environ["PATH"], "HOME": str(self.pcai.path),
                                     **variables})
        self.assertEqual(ran.returncode, 0, ran.stderr)
        return ran.stdout.strip()

    def test_its_cache_and_its_token_are_found_by_its_own_rules(self):
        home = self.pcai.path
        hub = Hub(org__closed=Repository({"m.gguf": gguf_file.llama().bytes()},
                                         token="hf_secret"))
        self.addCleanup(hub.close)
        for variables in (
                {}, {"XDG_CACHE_HOME": f"{home}/x"}, {"XDG_CACHE_HOME": "~/y"}, {"HF_HOME": "~/h"},
                {"HF_HOME": "$PLACE/h", "PLACE": f"{home}/place"},
                {"HF_HOME": "${PLACE}2/h", "PLACE": f"{home}/place"}, {"HF_HOME": "~/h/$NONE"},
                {"HF_HOME": f"{home}/h3", "XDG_CACHE_HOME": f"{home}/x"},
                {"HF_HUB_CACHE": "~/c", "HF_HOME": "~/h"},
                {"HUGGINGFACE_HUB_CACHE": "~/old"}, {"HF_TOKEN_PATH": "~/secret/$PLACE", "PLACE": "t"},
                {"HUGGINGFACE_HUB_CACHE": "~/old", "HF_HUB_CACHE": "~/new/"}):
            with self.subTest(variables):
                cache, token = self.python(
                    "from huggingface_hub import constants as c; "
                    "print(c.HF_HUB_CACHE); print(c.HF_TOKEN_PATH)", **variables).splitlines()
                doctor = self.pcai("doctor", "--json", env={**self.VARIABLES, **variables})
                places = [check["finding"] for check in json.loads(doctor.stdout)["checks"]
                          if "hugging" in check["subject"].lower()]
                self.assertTrue(any(cache.rstrip("/") in place for place in places),
                                (cache, places))
                os.makedirs(os.path.dirname(token), exist_ok=True)
                Path(token).write_text("hf_secret\n")
                pulled = self.pcai("pull", "hf:org/closed", env={
                    **self.VARIABLES, **variables, "HF_ENDPOINT": hub.url, "HF_TOKEN": "",
                    "no_proxy": "*"})
                self.assertEqual(pulled.returncode, 0, pulled.stderr)
                os.remove(token)

    def test_what_it_downloads_runs_by_its_name(self):
        model = gguf_file.llama().bytes()
        names = ["Q8_0/model.gguf", "Q4_K_M/model.gguf", "m-F16.gguf", "mmproj-F16.gguf"]
        hub = Hub(org__name=Repository({name: model + name.encode() for name in names}))
        self.addCleanup(hub.close)
        snapshot = self.python(
            "from huggingface_hub import snapshot_download as get; "
            "get('org/name'); print(get('org/name', revision='v1', allow_patterns='*.gguf'))",
            HF_ENDPOINT=hub.url, HF_HUB_DISABLE_XET="1", no_proxy="*")
        for choice, name in (("Q8_0", names[0]), ("q4_k_m", names[1]), ("F16", names[2]),
                             ("Q8_0/model.gguf", names[0]), ("", names[1])):
            with self.subTest(choice):
                full = f"hf:org/name:{choice}" if choice else "hf:org/name"
                shown = self.pcai("show", full, "--json", env=self.VARIABLES)
                self.assertEqual(shown.returncode, 0, shown.stderr)
                self.assertEqual(json.loads(shown.stdout)["path"], os.path.join(snapshot, name))
        self.assertEqual(len([full for full in self.models() if full.startswith("hf:org/name")]), 4)


if __name__ == "__main__":
    unittest.main()
