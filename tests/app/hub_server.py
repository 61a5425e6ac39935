"""A hub on 127.0.0.1 that serves made-up repositories, and can be told to misbehave."""
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Repository:
    """Files by name, and how they are served. Each `cut` takes away one whole answer: the body ends
    after so many bytes."""

    def __init__(self, files, cuts=(), ranges=True, sizes=None, digests=None, statuses=(),
                 redirect=None, stall_after=None, extra_bytes=b"", token=None, names=None):
        self.files = files
        self.cuts = list(cuts)
        self.ranges = ranges
        self.sizes = sizes or {}
        self.digests = digests or {}
        self.statuses = list(statuses)  # of the first answers, instead of the file
        self.redirect = redirect        # a function of the path
        self.stall_after = stall_after  # bytes, then nothing until `release`
        self.extra_bytes = extra_bytes
        self.token = token
        self.names = names or {}        # what the listing calls a file
        self.release = threading.Event()

    def listing(self):
        return {"sha": COMMIT, "siblings": [
            {"rfilename": self.names.get(name, name), "size": self.sizes.get(name, len(data)),
             "lfs": {"pointerSize": 134, "sha256": self.digests.get(name, hashlib.sha256(data).hexdigest()),
                     "size": self.sizes.get(name, len(data))}}
            for name, data in self.files.items()]}

    def tree(self):
        """The same as huggingface_hub asks for it."""
        return [{"type": "file", "oid": "0" * 40, "path": entry["rfilename"], "size": entry["size"],
                 "lfs": {"oid": entry["lfs"]["sha256"], "size": entry["size"], "pointerSize": 134}}
                for entry in self.listing()["siblings"]]


class Hub:
    def __init__(self, **repositories):
        self.repositories = {name.replace("__", "/"): repository
                             for name, repository in repositories.items()}
        self.requests = []  # (path, headers)
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_HEAD(self):
                self.do_GET()

            def do_GET(self):
                hub.requests.append((self.path, dict(self.headers)))
                try:
                    hub.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        for repository in self.repositories.values():
            repository.release.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def paths(self, part):
        return [path for path, _ in self.requests if part in path]

    @staticmethod
    def status(handler, status, headers=(), body=b""):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def answer(self, handler):
        path = unquote(handler.path.split("?")[0])
        api = re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/[^/]+", path)
        tree = re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/[^/]+", path)
        file = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        repository = self.repositories.get((api or tree or file or [None, None])[1])
        if repository is None:
            return self.status(handler, 404)
        if repository.token and handler.headers["Authorization"] != f"Bearer {repository.token}":
            return self.status(handler, 401)
        if api:
            return self.status(handler, 200,
                               body=json.dumps({"id": api[1], **repository.listing()}).encode())
        if tree:
            return self.status(handler, 200, body=json.dumps(repository.tree()).encode())
        if handler.command == "HEAD":
            data = repository.files[file[3]]
            return self.status(handler, 200, [
                ("X-Repo-Commit", COMMIT), ("ETag", f'"{hashlib.sha256(data).hexdigest()}"'),
                ("X-Linked-Size", str(len(data)))])
        if repository.statuses:
            return self.status(handler, repository.statuses.pop(0))
        if repository.redirect:
            return self.status(handler, 302, [("Location", repository.redirect(path))])
        return self.send(handler, repository, repository.files[file[3]])

    def send(self, handler, repository, data):
        data += repository.extra_bytes
        start = 0
        wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers["Range"] or "")
        if wanted and repository.ranges:
            start = int(wanted[1])
            if start >= len(data):
                return self.status(handler, 416)
        body = data[start:]
        handler.send_response(206 if wanted and repository.ranges else 200)
        if wanted and repository.ranges:
            handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if repository.cuts:
            handler.wfile.write(body[:repository.cuts.pop(0)])
            handler.close_connection = True
            return
        if repository.stall_after is not None:
            handler.wfile.write(body[:repository.stall_after])
            handler.wfile.flush()
            repository.release.wait()
            handler.close_connection = True
            return
        for at in range(0, len(body), 1 << 16):
            handler.wfile.write(body[at:at + (1 << 16)])
