"""pcai in real containers, which runc makes of this machine's own files."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest
import uuid
from pathlib import Path

import program

MIB = 1 << 20
MEMORY = 512 * MIB
SHOWN = ("/bin", "/etc", "/lib", "/lib64", "/usr")  # of this machine, read-only
RUNC = shutil.which("runc") or "/usr/sbin/runc"


class Container:
    """A folder that describes a container; `run` starts it and waits until it ends."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="pcai-container-")
        self.path = Path(self.folder.name)
        (self.path / "rootfs").mkdir()
        subprocess.run([RUNC, "spec"], cwd=self.path, check=True, timeout=60)

    def run(self, *command, resources=None, variables=(), user=0):
        spec = json.loads((self.path / "config.json").read_text())
        spec["process"].update(
            terminal=False, args=list(map(str, command)), user={"uid": user, "gid": user},
            env=["PATH=/usr/sbin:/usr/bin:/sbin:/bin", *variables])
        spec["mounts"] += [{"destination": place, "type": "bind", "source": place,
                            "options": ["rbind", "ro"]}
                           for place in (*SHOWN, str(Path(program.PROGRAM).parent))
                           if os.path.isdir(place)]
        spec["linux"]["resources"] = resources or {}
        bundle = self.path / "one"
        bundle.mkdir(exist_ok=True)
        (bundle / "config.json").write_text(json.dumps(
            {**spec, "root": {"path": str(self.path / "rootfs"), "readonly": True}}))
        name = f"pcai-{uuid.uuid4()}"
        try:
            return subprocess.run([RUNC, "run", "--bundle", bundle, name], text=True,
                                  stdin=subprocess.DEVNULL, capture_output=True,
                                  timeout=program.LIMIT)
        finally:
            subprocess.run([RUNC, "delete", "--force", name], capture_output=True, timeout=60)

    def close(self):
        self.folder.cleanup()


def why_none():
    """Why no container can be made here; empty if one can."""
    if not os.access(RUNC, os.X_OK):
        return "there is no runc"
    container = Container()
    try:
        ran = container.run("true", resources={"memory": {"limit": MEMORY}})
        return "" if ran.returncode == 0 else ran.stderr.strip() or f"status {ran.returncode}"
    finally:
        container.close()


class ContainerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if why := why_none():
            raise unittest.SkipTest(f"no container: {why}")

    def setUp(self):
        self.container = Container()
        self.addCleanup(self.container.close)

    def pcai(self, *arguments, **more):
        return self.container.run(program.PROGRAM, *arguments, **more)

    def findings(self, **resources):
        """What `pcai doctor` finds, by subject."""
        ran = self.pcai("doctor", "--json", resources=resources)
        self.assertNotEqual(ran.stdout, "", ran.stderr)
        return {check["subject"]: check["finding"] for check in json.loads(ran.stdout)["checks"]}

    def test_the_containers_memory_is_what_there_is(self):
        self.assertIn("of 536.9 MB free", self.findings(memory={"limit": MEMORY})["memory"])

    def test_the_containers_processors_are_what_there_is(self):
        quota = self.findings(cpu={"quota": 100_000, "period": 100_000})
        self.assertIn(", 1 cores;", quota["processor"])
        self.assertIn(", 1 cores;", self.findings(cpu={"cpus": "0"})["processor"])
        free = self.findings()["processor"]
        self.assertIn(f", {len(os.sched_getaffinity(0))} cores;", free)

    def test_the_variables_of_a_service_named_pcai_are_no_settings(self):
        variables = ["PCAI_SERVICE_HOST=10.0.0.1", "PCAI_SERVICE_PORT=8080",
                     "PCAI_PORT=tcp://10.0.0.1:8080", "PCAI_PORT_8080_TCP=tcp://10.0.0.1:8080",
                     "PCAI_PORT_8080_TCP_ADDR=10.0.0.1", "PCAI_PORT_8080_TCP_PORT=8080",
                     "PCAI_PORT_8080_TCP_PROTO=tcp"]
        ran = self.pcai("run", "--backend", "fake", "hello", variables=variables)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("hello", ran.stdout)

    def test_a_user_without_name_and_home_gets_an_answer(self):
        ran = self.pcai("run", "--backend", "fake", "hello", user=1_000_620_000)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        self.assertIn("hello", ran.stdout)

    def test_few_threads_are_an_error_or_an_answer(self):
        codes = set()
        for most in range(2, 24, 3):
            ran = self.pcai("run", "--backend", "fake", "hello", resources={"pids": {"limit": most}})
            self.assertIn(ran.returncode, (0, 1), ran.stderr)
            self.assertNotIn("terminate called", ran.stderr)
            codes.add(ran.returncode)
        self.assertIn(0, codes)


if __name__ == "__main__":
    unittest.main()
