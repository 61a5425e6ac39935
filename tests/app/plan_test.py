"""`pcai plan`, the memory that `pcai models` shows, and `pcai doctor`."""
import hashlib
import json
import socket
import unittest
from pathlib import Path

import gguf_file
import program


class PlanTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)
        self.small = str(self.pcai.path / "small.gguf")
        gguf_file.llama().write_hollow(self.small)

    def plan(self, model, *flags):
        ran = self.pcai("plan", model, "--json", *flags)
        return ran.returncode, json.loads(ran.stdout)

    def test_a_small_model_fits_and_its_parts_add_up(self):
        code, plan = self.plan(self.small)
        self.assertEqual(code, 0)
        self.assertTrue(plan["fits"])
        self.assertIsNone(plan["why_not"])
        self.assertEqual((plan["context"], plan["wanted_context"]), (512, 512))
        (cpu,) = plan["devices"]
        self.assertEqual((cpu["kind"], cpu["layers"], cpu["has_output"]), ("cpu", 2, True))
        # 2 layers, 4 heads of 16 numbers for keys and for values, 2 bytes each, 512 cells
        self.assertEqual(cpu["context_bytes"], 2 * 2 * 64 * 2 * 512)
        self.assertEqual(cpu["bytes"], sum(cpu[f"{part}_bytes"] for part in
                                           ("weights", "panels", "context", "compute")))
        self.assertEqual(plan["bytes"], cpu["bytes"])
        self.assertGreater(cpu["memory_free_bytes"], cpu["bytes"])

    def test_settings_count(self):
        context = self.plan(self.small, "--context", "4096")[1]
        self.assertEqual(context["context"], 4096)
        self.assertEqual(self.plan(self.small, "--kernels", "off")[1]["devices"][0]["panels_bytes"],
                         0)
        self.assertEqual(self.plan(self.small, "--max-sequences", "3")[1]["max_sequences"], 3)

    def test_the_projector_and_the_adapters_count(self):
        alone = self.plan(self.small)[1]["bytes"]
        seer = gguf_file.GgufFile("clip")
        seer.flag("clip.has_vision_encoder", True)
        seer.tensor("mm.0.weight", 320, type="F32")
        adapter = gguf_file.GgufFile("llama")
        adapter.text("general.type", "adapter")
        adapter.tensor("blk.0.attn_q.weight.lora_a", 64, 4, type="F32")
        flags, bytes_of_parts = [], 0
        for flag, part in (("--mmproj", seer), ("--lora", adapter)):
            flags += [flag, self.pcai.write(flag[2:] + ".gguf", part.bytes())]
            bytes_of_parts += len(part.bytes())
            self.assertEqual(self.plan(self.small, *flags)[1]["bytes"], alone + bytes_of_parts)

    def test_a_part_that_is_not_there_is_refused_by_name(self):
        for flag in ("--mmproj", "--lora"):
            ran = self.pcai("plan", self.small, flag, "/nowhere/part.gguf")
            self.assertEqual((ran.returncode, ran.stdout), (2, b""))
            self.assertIn("/nowhere/part.gguf cannot be loaded: no such file", ran.stderr.decode())

    def test_what_the_store_sets_is_planned_and_settings_win(self):
        weights = Path(self.small).read_bytes()
        layers = []
        for kind, text in (("model", weights), ("params", b'{"num_ctx": 256}')):
            digest = hashlib.sha256(text).hexdigest()
            self.pcai.write(f".ollama/models/blobs/sha256-{digest}", text)
            layers.append({"mediaType": "application/vnd.ollama.image." + kind, "size": len(text),
                           "digest": "sha256:" + digest})
        self.pcai.write(".ollama/models/manifests/registry.ollama.ai/library/tiny/latest",
                        json.dumps({"schemaVersion": 2, "layers": layers}))
        self.assertEqual(self.plan("ollama:tiny")[1]["wanted_context"], 256)
        self.assertEqual(self.plan("ollama:tiny", "--context", "512")[1]["wanted_context"], 512)

    def test_a_model_of_the_settings_file_has_its_own_settings(self):
        config = self.pcai.write("pcai.toml", f"""
            [models.own]
            model = "{self.small}"
            context = 256
            """)
        own = self.plan("own", "--config", config)[1]
        self.assertEqual((own["id"], own["wanted_context"]), ("own", 256))

    def test_an_option_that_the_backend_does_not_honour_is_refused_by_name(self):
        for flags, option in ((("--mmproj", self.small), "mmproj"), (("--batch-size", "64"),
                                                                     "batch_size")):
            ran = self.pcai("plan", self.small, *flags, env={"PCAI_BACKEND": "mistralrs"})
            self.assertEqual((ran.returncode, ran.stdout), (2, b""))
            self.assertIn(f"{option}: the backend 'mistralrs'", ran.stderr.decode())

    def test_a_model_that_is_too_large_says_why_and_gives_1(self):
        # 64 GiB of weights in a file of which the disk holds the header only
        layers = 40
        large = gguf_file.llama(layers=layers, width=16384, feed_forward=65536, heads=128)
        path = str(self.pcai.path / "large.gguf")
        large.write_hollow(path)
        code, plan = self.plan(path, "--kernels", "off")
        needed = plan["bytes"] + plan["devices"][0]["margin_bytes"]
        if needed <= plan["devices"][0]["memory_free_bytes"]:
            self.skipTest("this machine is too large")
        self.assertEqual(code, 1)
        self.assertFalse(plan["fits"])
        self.assertIn("are free", plan["why_not"])
        text = self.pcai("plan", path)
        self.assertEqual(text.returncode, 1)
        self.assertIn(b"does not fit", text.stdout)

    def test_a_context_that_cannot_be_held_is_not_cut_in_silence(self):
        code, plan = self.plan(self.small, "--context", "16777216")
        if code == 0:
            self.skipTest("this machine is too large")
        self.assertIn("a context of 16777216 tokens needs", plan["why_not"])

    def test_the_table_has_each_device(self):
        ran = self.pcai("plan", self.small)
        self.assertEqual(ran.returncode, 0)
        self.assertRegex(ran.stdout.decode(), r"(?m)^DEVICE +LAYERS +WEIGHTS")
        self.assertIn("2 + output", ran.stdout.decode())

    def test_a_damaged_or_missing_model_gives_2(self):
        damaged = self.pcai.write("bad.gguf", b"GGUF" + bytes(100))
        for name in (damaged, "nothing-of-that-name"):
            ran = self.pcai("plan", name)
            self.assertEqual((ran.returncode, ran.stdout), (2, b""))

    def test_the_list_of_models_tells_what_fits(self):
        folder = str(self.pcai.path)
        (model,) = json.loads(self.pcai("models", "--models-dir", folder, "--json").stdout)
        self.assertEqual(model["memory_bytes"], self.plan(self.small)[1]["bytes"])
        self.assertTrue(model["fits"])
        table = self.pcai("models", "--models-dir", folder).stdout.decode()
        self.assertRegex(table, r"(?m)^small .* yes +folder$")


class DoctorTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def doctor(self, *flags):
        ran = self.pcai("doctor", "--json", *flags)
        report = json.loads(ran.stdout)
        self.assertEqual(ran.returncode == 0, report["ok"])
        return {check["subject"]: check for check in report["checks"]}

    def test_it_looks_at_everything(self):
        checks = self.doctor("--port", "0")
        for subject in ("pcai", "settings", "backend llamacpp", "backend mistralrs", "processor",
                        "memory", "NVIDIA's driver", "Vulkan's loader", "models folder", "disk",
                        "store pcai", "store ollama", "store lm-studio", "store hugging-face",
                        "store llama.cpp", "store gpt4all", "store jan", "port"):
            self.assertIn(subject, checks)
        self.assertEqual(checks["models"]["state"], "note")
        self.assertIn("pcai pull", checks["models"]["advice"])

    def test_a_taken_port_is_a_problem_with_advice(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            checks = self.doctor("--port", str(taken.getsockname()[1]))
        self.assertEqual(checks["port"]["state"], "problem")
        self.assertIn("--port", checks["port"]["advice"])

    def test_damaged_models_are_noted(self):
        self.pcai.write("pcai/models/bad.gguf", b"GGUX")
        checks = self.doctor("--port", "0")
        self.assertEqual(checks["models of pcai"]["finding"], "0 whole, 1 damaged")

    def test_it_writes_nothing(self):
        before = sorted(self.pcai.path.rglob("*"))
        self.doctor("--port", "0")
        self.assertEqual(sorted(self.pcai.path.rglob("*")), before)

    def test_the_text_has_a_line_for_each(self):
        lines = self.pcai("doctor", "--port", "0").stdout.decode().splitlines()
        self.assertGreater(len(lines), 15)
        self.assertTrue(any(line.startswith("fine     processor") for line in lines))


if __name__ == "__main__":
    unittest.main()
