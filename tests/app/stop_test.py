"""`pcai stop`, and `pcai doctor --speed` with the default model."""
import json
import os
import unittest

import first_steps
import program
import real_model_test


class StopTest(unittest.TestCase):
    def setUp(self):
        self.pcai = program.Program()
        self.addCleanup(self.pcai.close)

    def serve(self, *arguments):
        server = program.Serve("--backend", "fake", "--model", "Alpha", "--model", "beta", *arguments)
        self.addCleanup(server.__exit__)
        return server.wait_ready().rsplit(":", 1)[1]

    def test_it_unloads_a_model_by_the_beginning_of_its_name(self):
        port = self.serve("--manage-models", "on")
        loaded = [model["id"] for model in json.loads(self.pcai("ps", "--port", port, "--json").stdout)]
        self.assertEqual(sorted(loaded), ["Alpha", "beta"])
        ran = self.pcai("stop", "alp", "--port", port)
        self.assertEqual((ran.returncode, ran.stdout), (0, b"unloaded Alpha\n"), ran.stderr)
        loaded = [model["id"] for model in json.loads(self.pcai("ps", "--port", port, "--json").stdout)]
        self.assertEqual(loaded, ["beta"])
        ran = self.pcai("stop", "beta", "--port", port, "--json")
        self.assertEqual(json.loads(ran.stdout), {"unloaded": "beta"})

    def test_what_it_cannot_do_says_why(self):
        port = self.serve()
        ran = self.pcai("stop", "Alpha", "--port", port)
        self.assertEqual(ran.returncode, 1)
        self.assertIn(b"manage", ran.stderr)
        managed = self.serve("--manage-models", "on")
        ran = self.pcai("stop", "gamma", "--port", managed)
        self.assertEqual(ran.returncode, 2)
        self.assertIn(b"gamma", ran.stderr)
        self.assertEqual(self.pcai("stop").returncode, 2)


class SpeedTest(unittest.TestCase):
    def test_doctor_measures_kernels_threads_memory_and_format(self):
        if not first_steps.model_file().exists():
            self.skipTest("the default model is not here; see tools/get_default_model")
        pcai = program.Program()
        self.addCleanup(pcai.close)
        backends = json.loads(pcai("version", "--json").stdout)["backends"]
        if not next(backend["usable"] for backend in backends if backend["name"] == "llamacpp"):
            self.skipTest("this build has no llama.cpp")
        env = {"PCAI_MODELS_DIR": str(real_model_test.models_folder()),
               "PCAI_MODEL": str(first_steps.model_file())}
        ran = pcai("doctor", "--speed", "--json", "--port", "0", env=env)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        checks = {check["subject"]: check for check in json.loads(ran.stdout)["checks"]}
        self.assertRegex(checks["our kernels"]["finding"], r"prompt [0-9.]+ tok/s \([0-9.]+ × ")
        self.assertIn(f"{len(os.sched_getaffinity(0))} threads", checks)
        self.assertRegex(checks["memory speed"]["finding"], r"/s; a token reads 9\d\.\d MB")
        self.assertEqual(checks["format of the weights"]["state"], "fine")


if __name__ == "__main__":
    unittest.main()
