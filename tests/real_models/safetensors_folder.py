"""A qwen2 GGUF as a folder of Hugging Face's layout: safetensors in BF16, as exact as the file allows."""
import json
import struct

import gguf
import numpy
from gguf.quants import dequantize

WHOLE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
IN_LAYER = {"attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
            "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
            "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm",
            "ffn_norm": "post_attention_layernorm"}
# How Qwen2 cuts a text before its merges, as its publisher's tokenizer.json has it.
CUTS = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
        r"|\s*[\r\n]+|\s+(?!\S)|\s+")
CONTROL, USER_DEFINED = 3, 4  # types of tokens


def place(name):
    base, kind = name.rsplit(".", 1)
    if base in WHOLE:
        return f"{WHOLE[base]}.{kind}"
    _, layer, part = base.split(".")
    return f"model.layers.{layer}.{IN_LAYER[part]}.{kind}"


def bfloat16(values):
    """Rounded to the nearest, ties to even."""
    bits = numpy.ascontiguousarray(values, dtype=numpy.float32).view(numpy.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(numpy.uint16)


def write_weights(tensors, path):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for tensor in tensors:
        shape = [int(side) for side in reversed(tensor.shape)]
        size = 2 * int(numpy.prod(shape))
        header[place(tensor.name)] = {"dtype": "BF16", "shape": shape,
                                      "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors:
            file.write(bfloat16(dequantize(tensor.data, tensor.tensor_type)).tobytes())


def config(value, tokens, is_tied):
    own = lambda key: value("qwen2." + key)
    return {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu",
            "hidden_size": own("embedding_length"), "intermediate_size": own("feed_forward_length"),
            "num_hidden_layers": own("block_count"),
            "num_attention_heads": own("attention.head_count"),
            "num_key_value_heads": own("attention.head_count_kv"),
            "max_position_embeddings": own("context_length"),
            "rms_norm_eps": round(own("attention.layer_norm_rms_epsilon"), 9),
            "rope_theta": own("rope.freq_base"), "sliding_window": None,
            "use_sliding_window": False, "max_window_layers": own("block_count"),
            "attention_dropout": 0.0, "use_cache": True, "tie_word_embeddings": is_tied,
            "bos_token_id": value("tokenizer.ggml.bos_token_id"),
            "eos_token_id": value("tokenizer.ggml.eos_token_id"),
            "torch_dtype": "bfloat16", "vocab_size": len(tokens)}


def tokenizer(tokens, types, merges):
    special = [{"id": i, "content": text, "single_word": False, "lstrip": False, "rstrip": False,
                "normalized": False, "special": kind == CONTROL}
               for i, (text, kind) in enumerate(zip(tokens, types))
               if kind in (CONTROL, USER_DEFINED)]
    named = {entry["id"] for entry in special}
    bytes_of_text = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False,
                     "use_regex": False}
    cut = {"type": "Split", "pattern": {"Regex": CUTS}, "behavior": "Isolated", "invert": False}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": special,
            "normalizer": {"type": "NFC"},
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [cut, bytes_of_text]},
            "post_processor": bytes_of_text, "decoder": bytes_of_text,
            "model": {"type": "BPE", "dropout": None, "unk_token": None,
                      "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": False,
                      "byte_fallback": False, "merges": merges,
                      "vocab": {text: i for i, text in enumerate(tokens) if i not in named}}}


def write_folder(source, folder):
    reader = gguf.GGUFReader(source)
    value = lambda key: reader.fields[key].contents()
    tokens = value("tokenizer.ggml.tokens")
    folder.mkdir()

    def write(name, content):
        (folder / name).write_text(json.dumps(content, ensure_ascii=False))

    is_tied = all(tensor.name != "output.weight" for tensor in reader.tensors)
    write_weights(reader.tensors, folder / "model.safetensors")
    write("config.json", config(value, tokens, is_tied))
    write("tokenizer.json", tokenizer(tokens, value("tokenizer.ggml.token_type"),
                                      value("tokenizer.ggml.merges")))
    write("tokenizer_config.json", {
        "tokenizer_class": "Qwen2Tokenizer", "add_bos_token": False, "bos_token": None,
        "eos_token": "<|im_end|>", "pad_token": "<|endoftext|>",
        "model_max_length": value("qwen2.context_length"),
        "chat_template": value("tokenizer.chat_template")})
