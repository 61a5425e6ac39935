"""`pcai pull` against a hub that cuts, stalls, lies and redirects; `pcai rm`."""
import json
import os
import pty
import signal
import subprocess
import time
import unittest

import gguf_file
import program
from hub_server import Hub, Repository

MODEL = gguf_file.llama(layers=8, width=128).bytes()
SMALL = gguf_file.llama().bytes()


def split_files(count=3):
    """A model in parts: keys as llama-gguf-split writes them."""
    import struct
    parts = {}
    whole = gguf_file.llama(layers=count)
    offsets = [*(struct.unpack("<Q", entry[-8:])[0] for entry in whole.tensors), whole.data_bytes]
    for number in range(count):
        part = gguf_file.GgufFile()
        part.keys = list(whole.keys) if number == 0 else []
        first, last = number * len(whole.tensors) // count, (number + 1) * len(whole.tensors) // count
        # Offsets anew: each part has data of its own.
        begin, end = offsets[first], offsets[last]
        part.tensors = [entry[:-8] + struct.pack("<Q", offset - begin) for entry, offset in
                        zip(whole.tensors[first:last], offsets[first:last])]
        part.data_bytes = end - begin
        for key, kind, code, value in (("split.no", 2, "H", number), ("split.count", 2, "H", count),
                                       ("split.tensors.count", 5, "i", len(whole.tensors))):
            part.keys.append(gguf_file.text(key) + struct.pack("<I" + code, kind, value))
        parts[f"q8/model-{number + 1:05}-of-{count:05}.gguf"] = part.bytes()
    return parts


class PullCase(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)
        self.models = self.pcai.path / "pcai/models"
        if b"cannot download" in self.pcai("pull", "hf:a/b", "--offline").stderr:
            self.skipTest("built without libcurl")

    def hub(self, **repositories):
        hub = Hub(**repositories)
        self.addCleanup(hub.close)
        return hub

    @staticmethod
    def environment(hub, **more):
        return {"HF_ENDPOINT": hub.url, "HF_TOKEN": "", "HF_HOME": "/nonexistent",
                "HF_HUB_OFFLINE": "", "no_proxy": "*", **more}

    def pull(self, hub, name="hf:org/repo", *flags, **more):
        return self.pcai("pull", name, *flags, env=self.environment(hub, **more))

    def files(self):
        return sorted(str(path.relative_to(self.models)) for path in self.models.rglob("*")
                      if path.is_file())

    def assert_pulled(self, ran, name, data):
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual((self.models / name).read_bytes(), data)
        self.assertEqual(self.files(), [name])

    def assert_refused(self, ran, text, files=()):
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn(text, ran.stderr.decode())
        self.assertEqual(ran.stdout, b"")
        self.assertEqual(self.files(), list(files))


class PullTest(PullCase):
    def test_a_model_is_downloaded_and_found(self):
        hub = self.hub(org__repo=Repository({"m-Q4_1.gguf": MODEL, "README.md": b"read"}))
        ran = self.pull(hub, "hf:org/repo", "--json")
        self.assert_pulled(ran, "org/repo/m-Q4_1.gguf", MODEL)
        self.assertEqual(json.loads(ran.stdout)["size_bytes"], len(MODEL))
        self.assertIn(b"m-Q4_1", self.pcai("models", "-q").stdout)
        again = self.pull(hub)
        self.assertIn(b"here already", again.stdout)
        self.assertEqual(len(hub.paths("/resolve/")), 1)

    def test_the_quantization_is_chosen_by_its_name(self):
        files = {"m-Q4_K_M.gguf": MODEL, "m-Q4_K_S.gguf": SMALL, "m-Q8_0.gguf": SMALL,
                 "mmproj-f16.gguf": SMALL}
        hub = self.hub(org__repo=Repository(files))
        self.assert_pulled(self.pull(hub), "org/repo/m-Q4_K_M.gguf", MODEL)
        self.assertEqual(self.pull(hub, "hf:org/repo:q8_0").returncode, 0)
        self.assertEqual(self.pull(hub, "hf:org/repo:m-Q4_K_S.gguf").returncode, 0)
        refused = self.pull(hub, "org/repo:Q2_K")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("m-Q4_K_M, m-Q4_K_S, m-Q8_0", refused.stderr.decode())

    def test_a_split_model_comes_with_all_its_parts(self):
        parts = split_files()
        hub = self.hub(org__repo=Repository(parts))
        ran = self.pull(hub)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual(self.files(), sorted("org/repo/" + name for name in parts))
        show = json.loads(self.pcai("show", "model", "--json").stdout)
        self.assertEqual(len(show["parts"]), 3)

    def test_what_was_pulled_is_shown_by_the_name_that_it_was_pulled_by(self):
        other = gguf_file.llama(layers=3).bytes()
        files = {"Q8_0/model.gguf": MODEL, "Q4_K_M/model.gguf": SMALL,
                 "UD-Q4_K_XL/Big-UD-Q4_K_XL.gguf": other, "Big.mmproj-Q8_0.gguf": SMALL,
                 "mmproj-F16.gguf": SMALL, "mtp-Big-Q8_0.gguf": SMALL}
        hub = self.hub(org__repo=Repository(files))
        for name, file in (("hf:org/repo:Q8_0", "Q8_0/model.gguf"),
                           ("hf:org/repo:ud-q4_k_xl", "UD-Q4_K_XL/Big-UD-Q4_K_XL.gguf"),
                           ("org/repo:q4_k_m", "Q4_K_M/model.gguf"),
                           ("hf.co/org/repo", "Q4_K_M/model.gguf")):
            with self.subTest(name):
                pulled = json.loads(self.pull(hub, name, "--json").stdout)
                self.assertEqual(pulled["files"], [str(self.models / "org/repo" / file)])
                shown = json.loads(self.pcai("show", name, "--json").stdout)
                self.assertEqual(shown["path"], pulled["files"][0])
                offline = self.pull(hub, name, "--offline", "--json")
                self.assertEqual(json.loads(offline.stdout)["files"], pulled["files"])
        self.assertIn(b"has no 'F16'", self.pull(hub, "hf:org/repo:F16").stderr)
        self.assertEqual(hub.paths("mmproj"), [])

    def test_a_projector_that_its_name_hides_is_not_kept(self):
        eye = gguf_file.llama()
        eye.text("general.type", "mmproj")
        hub = self.hub(org__repo=Repository({"eyes-Q8_0.gguf": eye.bytes()}))
        self.assert_refused(self.pull(hub), "is an addition to a model (projector)")

    def test_another_revision_lies_beside_the_main_one(self):
        hub = self.hub(org__repo=Repository({"m-Q8_0.gguf": MODEL}))
        self.assertEqual(self.pull(hub, "hf:org/repo@v1.0:Q8_0").returncode, 0)
        self.assertEqual(self.pull(hub, "hf:org/repo:Q8_0").returncode, 0)
        self.assertEqual(self.files(), ["org/repo/m-Q8_0.gguf", "org/repo@v1.0/m-Q8_0.gguf"])
        self.assertEqual(len(hub.paths("/revision/v1.0?")), 1)
        shown = json.loads(self.pcai("show", "hf:org/repo@v1.0:Q8_0", "--json").stdout)
        self.assertEqual(shown["full_id"], "hf:org/repo@v1.0:m-Q8_0")
        for name in ("hf:org/repo@", "hf:org/repo@:Q8_0", "hf:org/repo@../x", "hf:org/repo@a/b"):
            self.assertEqual(self.pull(hub, name).returncode, 2, name)

    def test_the_token_is_found_where_huggingface_hub_writes_it(self):
        hub = self.hub(org__closed=Repository({"m.gguf": SMALL}, token="hf_secret"))
        home = self.pcai.path
        for where, more in ((".cache/huggingface/token", {"XDG_CACHE_HOME": ""}),
                            ("xdg/huggingface/token", {"XDG_CACHE_HOME": f"{home}/xdg"}),
                            ("secret/t", {"HF_TOKEN_PATH": "~/secret/t"}),
                            ("hf/token", {"HF_HOME": "~/hf"})):
            with self.subTest(where):
                file = self.pcai.write(where, b"hf_secret\n")
                variables = {"HF_HOME": "", "HOME": str(home), **more}
                self.assertEqual(self.pull(hub, "hf:org/closed", **variables).returncode, 0)
                closed = self.pull(hub, "hf:org/closed", HF_HUB_DISABLE_IMPLICIT_TOKEN="1",
                                   **variables)
                self.assertEqual(closed.returncode, 1)
                os.remove(file)
        for variables in ({"HF_TOKEN": "hf_secret\n"}, {"HUGGING_FACE_HUB_TOKEN": "hf_secret"}):
            self.assertEqual(self.pull(hub, "hf:org/closed", **variables).returncode, 0)

    def test_a_cut_download_goes_on_where_it_was(self):
        hub = self.hub(org__repo=Repository({"m.gguf": MODEL}, cuts=[1000, 20000, 0, 5000]))
        self.assert_pulled(self.pull(hub), "org/repo/m.gguf", MODEL)
        ranges = [headers.get("Range") for path, headers in hub.requests if "/resolve/" in path]
        self.assertEqual(ranges, [None, "bytes=1000-", "bytes=21000-", "bytes=21000-",
                                  "bytes=26000-"])

    def test_a_hub_without_ranges_is_asked_for_everything_again(self):
        hub = self.hub(org__repo=Repository({"m.gguf": MODEL}, cuts=[1000, 5000], ranges=False))
        self.assert_pulled(self.pull(hub), "org/repo/m.gguf", MODEL)

    def test_a_hub_that_is_busy_is_asked_again(self):
        hub = self.hub(org__repo=Repository({"m.gguf": MODEL}, statuses=[503, 429]))
        self.assert_pulled(self.pull(hub), "org/repo/m.gguf", MODEL)

    def test_a_stalled_download_goes_on(self):
        repository = Repository({"m.gguf": MODEL}, stall_after=len(MODEL) // 2)
        hub = self.hub(org__repo=repository)
        self.assert_pulled(self.pull(hub, HF_HUB_DOWNLOAD_TIMEOUT="1"), "org/repo/m.gguf", MODEL)
        self.assertGreaterEqual(len(hub.paths("/resolve/")), 2)

    def test_an_interrupted_pull_keeps_what_it_has_and_goes_on(self):
        repository = Repository({"m.gguf": MODEL}, stall_after=30000)
        hub = self.hub(org__repo=repository)
        process = subprocess.Popen(
            [program.PROGRAM, "pull", "hf:org/repo"], stderr=subprocess.PIPE, cwd=self.pcai.path,
            env=program.environment(str(self.pcai.path), self.environment(hub)))
        deadline = time.monotonic() + program.LIMIT
        while (sum(path.stat().st_size for path in self.models.rglob("*.part")) < 30000
               and time.monotonic() < deadline):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=program.LIMIT)
        self.assertEqual(process.returncode, 130)
        (part,) = self.files()
        self.assertTrue(part.endswith(".part"))
        self.assertEqual(self.pcai("models", "-q").stdout, b"")
        repository.stall_after = None
        self.assert_pulled(self.pull(hub), "org/repo/m.gguf", MODEL)
        self.assertEqual(hub.requests[-1][1]["Range"], "bytes=30000-")

    def test_wrong_bytes_never_become_a_model(self):
        wrong = Repository({"m.gguf": MODEL}, digests={"m.gguf": "ab" * 32})
        self.assert_refused(self.pull(self.hub(org__repo=wrong)), "the hub says " + "ab" * 32)
        junk = Repository({"m.gguf": b"GGUF" + os.urandom(5000)})
        self.assert_refused(self.pull(self.hub(org__repo=junk)), "not a complete model")
        cut = Repository({"m.gguf": MODEL[:-100]})
        self.assert_refused(self.pull(self.hub(org__repo=cut)), "not a complete model")

    def test_lies_about_the_size_are_found_out(self):
        more = Repository({"m.gguf": MODEL}, extra_bytes=b"x" * 100)
        self.assert_refused(self.pull(self.hub(org__repo=more)), "sends more than")
        unknown = Repository({"m.gguf": MODEL}, digests={"m.gguf": "no digest"})
        self.assert_refused(self.pull(self.hub(org__repo=unknown)), "no size and no SHA-256")

    def test_a_file_that_is_too_short_ends_with_a_clear_error(self):
        hub = self.hub(org__repo=Repository({"m.gguf": MODEL}, sizes={"m.gguf": len(MODEL) + 5}))
        ran = self.pull(hub)
        self.assertNotEqual(ran.returncode, 0)
        self.assertIn(b"the download ended after", ran.stderr)
        self.assertFalse((self.models / "org/repo/m.gguf").exists())

    def test_what_does_not_fit_the_disk_is_not_begun(self):
        hub = self.hub(org__repo=Repository({"m.gguf": MODEL}, sizes={"m.gguf": 1 << 60}))
        self.assert_refused(self.pull(hub), "MiB free; make room")
        self.assertEqual(hub.paths("/resolve/"), [])

    def test_names_that_lead_elsewhere_are_not_taken(self):
        for name in ("../up.gguf", "/abs.gguf", "a/../../up.gguf", "a\\b.gguf", ".hidden/m.gguf",
                     "C:m.gguf", "a//b.gguf", "line\nbreak.gguf"):
            with self.subTest(name):
                hub = self.hub(org__repo=Repository({"m.gguf": MODEL}, names={"m.gguf": name}))
                self.assert_refused(self.pull(hub), "has no GGUF file")
        for name in ("hf:../x", "hf:org/..", "hf:org", "hf:org/repo/x", "hf:org/repo:../m.gguf",
                     "hf:o rg/repo", ""):
            ran = self.pcai("pull", name)
            self.assertEqual(ran.returncode, 2, name)
        self.assertFalse(self.models.exists() and self.files())

    def test_a_file_of_that_name_is_not_replaced(self):
        hub = self.hub(org__repo=Repository({"m.gguf": MODEL}))
        self.pcai.write("pcai/models/org/repo/m.gguf", SMALL)
        self.assert_refused(self.pull(hub), "differs from the hub's file", ["org/repo/m.gguf"])
        self.assertEqual((self.models / "org/repo/m.gguf").read_bytes(), SMALL)

    def test_only_one_pull_gets_a_file(self):
        repository = Repository({"m.gguf": MODEL}, stall_after=100)
        hub = self.hub(org__repo=repository)
        first = subprocess.Popen(
            [program.PROGRAM, "pull", "hf:org/repo"], cwd=self.pcai.path,
            stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            env=program.environment(str(self.pcai.path), self.environment(hub)))
        try:
            deadline = time.monotonic() + program.LIMIT
            while not hub.paths("/resolve/") and time.monotonic() < deadline:
                time.sleep(0.02)
            second = self.pull(hub)
            self.assertEqual(second.returncode, 1)
            self.assertIn(b"another pull is getting this file", second.stderr)
        finally:
            first.kill()
            first.wait()

    def test_offline_nothing_is_asked(self):
        hub = self.hub(org__repo=Repository({"m-Q4_1.gguf": MODEL}))
        for flags, more in ((("--offline",), {}), ((), {"HF_HUB_OFFLINE": "1"})):
            ran = self.pull(hub, "hf:org/repo", *flags, **more)
            self.assertEqual(ran.returncode, 2)
            self.assertIn(b"not on this machine", ran.stderr)
        self.assertEqual(hub.requests, [])
        self.pull(hub)
        asked = len(hub.requests)
        self.assertEqual(self.pull(hub, "hf:org/repo:Q4_1", "--offline").returncode, 0)
        self.assertEqual(self.pull(hub, "hf:org/repo:Q8_0", "--offline").returncode, 2)
        self.assertEqual(len(hub.requests), asked)

    def test_what_is_missing_or_closed_says_so(self):
        hub = self.hub(org__closed=Repository({"m.gguf": MODEL}, token="secret"))
        self.assertIn(b"does not exist", self.pull(hub, "hf:org/none").stderr)
        self.assertIn(b"set HF_TOKEN", self.pull(hub, "hf:org/closed").stderr)
        wrong = self.pull(hub, "hf:org/closed", HF_TOKEN="wrong-token")
        self.assertIn(b"refuses the token in HF_TOKEN", wrong.stderr)
        self.assertNotIn(b"wrong-token", wrong.stderr + wrong.stdout)

    def test_nobody_there_is_a_clear_error(self):
        ran = self.pcai("pull", "hf:org/repo", env={"HF_ENDPOINT": "http://127.0.0.1:9",
                                                    "no_proxy": "*"})
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"127.0.0.1:9", ran.stderr)
        for endpoint in ("ftp://x", "https://user:pass@x", "x"):
            ran = self.pcai("pull", "hf:org/repo", env={"HF_ENDPOINT": endpoint})
            self.assertEqual(ran.returncode, 2)
            self.assertNotIn(b"pass@", ran.stderr)

    def test_a_proxy_is_used(self):
        hub = self.hub()
        ran = self.pcai("pull", "hf:org/repo", env={
            "HF_ENDPOINT": "http://hub.invalid", "http_proxy": hub.url, "no_proxy": "",
            "HF_TOKEN": ""})
        self.assertNotEqual(ran.returncode, 0)
        self.assertTrue(hub.requests[0][0].startswith("http://hub.invalid/api/models/org/repo"))


class RedirectTest(PullCase):
    def test_a_redirect_elsewhere_gets_no_token(self):
        other = self.hub(org__repo=Repository({"m.gguf": MODEL}))
        hub = self.hub(org__repo=Repository({"m.gguf": MODEL}, token="secret",
                                            redirect=lambda path: other.url + path))
        self.assert_pulled(self.pull(hub, HF_TOKEN="secret"), "org/repo/m.gguf", MODEL)
        self.assertTrue(all("Authorization" in headers for _, headers in hub.requests))
        self.assertEqual(len(other.requests), 1)
        self.assertNotIn("Authorization", other.requests[0][1])

    def test_a_redirect_within_the_hub_keeps_it(self):
        repository = Repository({"m.gguf": MODEL}, token="secret")
        hub = self.hub(org__repo=repository, org__moved=Repository(
            {"m.gguf": MODEL}, token="secret",
            redirect=lambda path: path.replace("moved", "repo")))
        self.assert_pulled(self.pull(hub, "hf:org/moved", HF_TOKEN="secret"), "org/moved/m.gguf",
                           MODEL)

    def test_other_schemes_and_circles_are_not_followed(self):
        for target in ("file:///etc/passwd", "ftp://127.0.0.1/m.gguf", "", "http://[bad"):
            with self.subTest(target):
                hub = self.hub(org__repo=Repository({"m.gguf": MODEL},
                                                    redirect=lambda _, target=target: target))
                ran = self.pull(hub)
                self.assertNotEqual(ran.returncode, 0)
                self.assertEqual(self.files(), [])
        circle = self.hub(org__repo=Repository({"m.gguf": MODEL}, redirect=lambda path: path))
        self.assert_refused(self.pull(circle), "in a circle")

    def test_lies_behind_a_redirect_are_found_out(self):
        other = self.hub(org__repo=Repository({"m.gguf": SMALL}))
        hub = self.hub(org__repo=Repository({"m.gguf": MODEL},
                                            redirect=lambda path: other.url + path))
        self.assertNotEqual(self.pull(hub).returncode, 0)
        self.assertFalse((self.models / "org/repo/m.gguf").exists())


class RemoveTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def test_our_own_model_goes_with_its_empty_folders(self):
        self.pcai.write("pcai/models/org/repo/m.gguf", SMALL)
        kept = self.pcai.write("pcai/models/other.gguf", MODEL)
        ran = self.pcai("rm", "m", "--yes")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertEqual([str(path) for path in (self.pcai.path / "pcai/models").rglob("*")], [kept])

    def test_only_a_whole_name_removes(self):
        self.pcai.write("pcai/models/org/repo/model-Q8_0.gguf", SMALL)
        for name in ("model", "MODEL-Q8_0", "hf:org/repo", "hf:org/repo:Q8_0"):
            ran = self.pcai("rm", name, "--yes")
            self.assertEqual(ran.returncode, 2, name)
            self.assertIn(b"to remove model-Q8_0, give this id", ran.stderr)
        ran = self.pcai("rm", "hf:org/repo:model-Q8_0", "--yes")
        self.assertEqual(ran.returncode, 0, ran.stderr)

    def test_what_broken_pulls_have_left_goes_with_the_model(self):
        self.pcai.write("pcai/models/m.gguf", SMALL)
        self.pcai.write("pcai/models/m.gguf.0123456789abcdef.part", b"half")
        kept = {self.pcai.write("pcai/models/" + name, b"half") for name in (
            "other.gguf.0123456789abcdef.part", "m.gguf.0123456789abcdeX.part", "m.gguf.part")}
        ran = self.pcai("rm", "m", "--yes")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        left = {str(path) for path in (self.pcai.path / "pcai/models").rglob("*")}
        self.assertEqual(left, kept)

    def test_a_split_model_goes_whole_and_a_damaged_one_too(self):
        for name, data in split_files().items():
            self.pcai.write("pcai/models/" + name, data)
        self.assertEqual(self.pcai("rm", "model", "--yes").returncode, 0)
        self.pcai.write("pcai/models/bad.gguf", b"GGUX")
        self.assertEqual(self.pcai("rm", "bad", "-y").returncode, 0)
        self.assertEqual(list((self.pcai.path / "pcai/models").rglob("*")), [])

    def test_stores_of_others_are_never_touched(self):
        blob = "ab" * 32
        manifest = {"layers": [{"mediaType": "application/vnd.ollama.image.model",
                                "digest": "sha256:" + blob}]}
        mine = {
            "tiny": (".ollama/models/blobs/sha256-" + blob, "ollama rm"),
            "studio": (".lmstudio/models/a/b/studio.gguf", "LM Studio's"),
            "flat": (".cache/llama.cpp/flat.gguf", "llama.cpp's"),
            "listed": ("gguf/listed.gguf", "not in pcai's own folder"),
        }
        self.pcai.write(".ollama/models/manifests/registry.ollama.ai/library/tiny/latest",
                        json.dumps(manifest))
        for path, _ in mine.values():
            self.pcai.write(path, SMALL)
        cache = str(self.pcai.path / ".cache")
        for name, (path, way) in mine.items():
            ran = self.pcai("rm", name, "--yes", "--models-dir", str(self.pcai.path / "gguf"),
                            env={"XDG_CACHE_HOME": cache})
            self.assertEqual(ran.returncode, 2, name)
            self.assertIn(way, ran.stderr.decode())
            self.assertTrue((self.pcai.path / path).exists())

    def test_a_link_out_of_our_folder_goes_and_its_target_stays(self):
        target = self.pcai.write("elsewhere/m.gguf", SMALL)
        (self.pcai.path / "pcai/models").mkdir(parents=True)
        (self.pcai.path / "pcai/models/link.gguf").symlink_to(target)
        self.assertEqual(self.pcai("rm", "link", "--yes").returncode, 0)
        self.assertTrue(os.path.exists(target))
        outside = self.pcai("rm", target, "--yes")
        self.assertEqual(outside.returncode, 2)
        self.assertTrue(os.path.exists(target))

    def test_without_a_terminal_it_wants_a_yes(self):
        file = self.pcai.write("pcai/models/m.gguf", SMALL)
        ran = self.pcai("rm", "m")
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"--yes", ran.stderr)
        self.assertTrue(os.path.exists(file))

    def test_at_a_terminal_it_asks(self):
        file = self.pcai.write("pcai/models/m.gguf", SMALL)
        for answer, stays in (("n", True), ("y", False)):
            leader, follower = pty.openpty()
            process = subprocess.Popen(
                [program.PROGRAM, "rm", "m"], stdin=follower, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, env=program.environment(str(self.pcai.path)))
            os.close(follower)
            os.write(leader, answer.encode() + b"\n")
            out, err = process.communicate(timeout=program.LIMIT)
            os.close(leader)
            self.assertEqual(process.returncode, 0, err)
            self.assertIn(b"[y/N]", err)
            self.assertEqual(os.path.exists(file), stays)


if __name__ == "__main__":
    unittest.main()
