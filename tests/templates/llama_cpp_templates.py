"""The chat templates of well known models, out of the source archive of llama-cpp-python. They are
fetched once into the cache folder. They belong to their authors, so this repository has none."""
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "0.3.36"
SHA256 = "832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e"
INSIDE = "/vendor/llama.cpp/models/templates/"
LEAST = 70


def cache_folder():
    if os.environ.get("PCAI_CACHE_DIR"):
        return Path(os.environ["PCAI_CACHE_DIR"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pcai"


def folder():
    """Where they lie, each NAME.jinja. Needs the network the first time."""
    kept = cache_folder() / f"llama-cpp-templates-{VERSION}"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as work:
            unpacked = Path(work, "templates")
            unpack(download(Path(work)), unpacked)
            try:
                unpacked.rename(kept)
            except OSError:
                if not kept.exists():  # another run was not faster
                    raise
    return kept


def download(work):
    wanted = work / "requirements.txt"
    wanted.write_text(f"llama-cpp-python=={VERSION} --hash=sha256:{SHA256}\n")
    # The system's Python may come without pip.
    subprocess.run([sys.executable, "-m", "venv", work / "venv"], check=True)
    subprocess.run([work / "venv/bin/python", "-m", "pip", "download", "--quiet",
                    "--disable-pip-version-check", "--no-deps", "--no-binary", "llama-cpp-python",
                    "--require-hashes", "-r", wanted, "-d", work], check=True)
    return next(work.glob("llama_cpp_python-*.tar.gz"))


def unpack(archive, target):
    target.mkdir()
    with tarfile.open(archive) as files:
        for member in files:
            if member.isfile() and INSIDE in member.name and member.name.endswith(".jinja"):
                with files.extractfile(member) as source, (target / Path(member.name).name).open(
                        "wb") as copy:
                    shutil.copyfileobj(source, copy)
    found = len(list(target.iterdir()))
    if found < LEAST:
        raise RuntimeError(f"the archive has {found} templates, not {LEAST} or more")


def templates():
    """{name: path}"""
    return {path.stem: path for path in sorted(folder().glob("*.jinja"))}


if __name__ == "__main__":
    print(folder())
