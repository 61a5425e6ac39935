"""Trees of the stores of other programs, in their real layouts, whose files are hard links."""
import hashlib
import json
import os
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Trees:
    """Builds stores below `home` out of one model file."""

    def __init__(self, home, model):
        self.home, self.model = Path(home), Path(model)
        self.digest = hashlib.sha256(self.model.read_bytes()).hexdigest()

    def link(self, *parts):
        target = self.home.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            os.link(self.model, target)
        return target

    def write(self, text, *parts):
        target = self.home.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def ollama(self, names, root=".ollama/models", digest=None, blob=True, layers=None):
        """`layers`: texts by the layer's kind."""
        if blob:
            self.link(root, "blobs", "sha256-" + self.digest)
        others = []
        for kind, text in (layers or {}).items():
            sha256 = hashlib.sha256(text.encode()).hexdigest()
            self.write(text, root, "blobs", "sha256-" + sha256)
            others.append({"mediaType": "application/vnd.ollama.image." + kind, "size": len(text),
                           "digest": "sha256:" + sha256})
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"digest": "sha256:" + "00" * 32, "size": 2},
            "layers": [{"mediaType": "application/vnd.ollama.image.model", "size": 1,
                        "digest": digest or "sha256:" + self.digest}, *others]})
        for name in names:
            model, _, tag = name.partition(":")
            self.write(manifest, root, "manifests/registry.ollama.ai/library", model, tag)

    def lm_studio(self, publisher, repository, *files, home=".lmstudio"):
        for file in files:
            self.link(home, "models", publisher, repository, file)

    def hugging_face(self, owner, name, *files, links=True):
        repository = self.home / ".cache/huggingface/hub" / f"models--{owner}--{name}"
        self.write(COMMIT, repository, "refs/main")
        for file in files:
            snapshot = repository / "snapshots" / COMMIT / file
            if links:
                self.link(repository, "blobs", self.digest)
                snapshot.parent.mkdir(parents=True, exist_ok=True)
                snapshot.symlink_to(f"../../blobs/{self.digest}")
            else:  # as on Windows without the right to make links
                self.link(snapshot)
