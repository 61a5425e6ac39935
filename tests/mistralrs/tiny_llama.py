"""Makes small Llama models with random weights, as Hugging Face lays them out."""
import array
import json
import math
import random
import struct
from pathlib import Path

HIDDEN, INNER, LAYERS, HEADS, KV_HEADS = 256, 512, 2, 8, 2
SPECIAL = ["<|begin|>", "<|end|>", "<|user|>", "<|assistant|>"]
TEMPLATE = ("{{ bos_token }}{% for m in messages %}<|user|>{{ m['content'] }}{% endfor %}"
            "{% if add_generation_prompt %}<|assistant|>{% endif %}")


def byte_letters():
    """GPT-2's letter for each byte."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in plain]
    letters = {byte: chr(byte) for byte in plain}
    letters.update({byte: chr(256 + index) for index, byte in enumerate(rest)})
    return [letters[byte] for byte in range(256)]


def tokenizer(special):
    """Byte-level BPE without merges: a token a byte."""
    added = [{"id": 256 + index, "content": content, "single_word": False, "lstrip": False,
              "rstrip": False, "normalized": False, "special": True}
             for index, content in enumerate(special)]
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True,
                  "use_regex": True}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
            "normalizer": None, "pre_tokenizer": byte_level, "post_processor": None,
            "decoder": byte_level,
            "model": {"type": "BPE", "dropout": None, "unk_token": None,
                      "continuing_subword_prefix": None, "end_of_word_suffix": None,
                      "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                      "vocab": {letter: byte for byte, letter in enumerate(byte_letters())},
                      "merges": []}}


def shapes(vocabulary):
    kv = HIDDEN // HEADS * KV_HEADS
    yield "model.embed_tokens.weight", (vocabulary, HIDDEN)
    for layer in range(LAYERS):
        name = f"model.layers.{layer}."
        yield name + "input_layernorm.weight", (HIDDEN,)
        yield name + "post_attention_layernorm.weight", (HIDDEN,)
        yield name + "self_attn.q_proj.weight", (HIDDEN, HIDDEN)
        yield name + "self_attn.k_proj.weight", (kv, HIDDEN)
        yield name + "self_attn.v_proj.weight", (kv, HIDDEN)
        yield name + "self_attn.o_proj.weight", (HIDDEN, HIDDEN)
        yield name + "mlp.gate_proj.weight", (INNER, HIDDEN)
        yield name + "mlp.up_proj.weight", (INNER, HIDDEN)
        yield name + "mlp.down_proj.weight", (HIDDEN, INNER)
    yield "model.norm.weight", (HIDDEN,)
    yield "lm_head.weight", (vocabulary, HIDDEN)


def write_safetensors(path, tensors):
    """`tensors`: (name, shape, array of floats)."""
    header, offset = {}, 0
    for name, shape, values in tensors:
        size = len(values) * values.itemsize
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, values in tensors:
            values.tofile(file)


def values(name, shape, chance, poison=False):
    """A tensor's: norms keep what they get, all else is random."""
    count = math.prod(shape)
    if name.endswith(".bias"):
        return array.array("f", [0.0] * count)
    if len(shape) == 1:
        return array.array("f", [float("nan") if poison else 1.0] * count)
    spread = 1.7 / math.prod(shape[1:]) ** 0.5
    return array.array("f", (spread * (2 * chance.random() - 1) for _ in range(count)))


def config(vocabulary):
    return {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
            "hidden_size": HIDDEN, "intermediate_size": INNER, "vocab_size": vocabulary,
            "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
            "num_key_value_heads": KV_HEADS, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
            "max_position_embeddings": 512, "tie_word_embeddings": False,
            "torch_dtype": "float32", "bos_token_id": 256, "eos_token_id": 257}


def write_tokenizer(folder, special=SPECIAL, template=TEMPLATE):
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer(special)))
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"bos_token": special[0], "eos_token": special[1], "chat_template": template,
         "tokenizer_class": "PreTrainedTokenizerFast"}))


def make(folder, seed=1, poison=False):
    """Writes a model; a poisoned one computes NaN."""
    chance = random.Random(seed)
    vocabulary = 256 + len(SPECIAL)
    tensors = [(name, shape, values(name, shape, chance, poison))
               for name, shape in shapes(vocabulary)]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_safetensors(folder / "model.safetensors", tensors)
    (folder / "config.json").write_text(json.dumps(config(vocabulary)))
    write_tokenizer(folder)
    return folder
