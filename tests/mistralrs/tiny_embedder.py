"""Makes a small model for embeddings (as Qwen3-Embedding) with random weights."""
import json
import random
from pathlib import Path

import tiny_llama

HIDDEN, INNER, HEADS, KV_HEADS, HEAD = 64, 128, 4, 2, 16


def shapes(vocabulary):
    yield "embed_tokens.weight", (vocabulary, HIDDEN)
    for layer in range(2):
        name = f"layers.{layer}."
        yield name + "input_layernorm.weight", (HIDDEN,)
        yield name + "post_attention_layernorm.weight", (HIDDEN,)
        yield name + "self_attn.q_proj.weight", (HEADS * HEAD, HIDDEN)
        yield name + "self_attn.k_proj.weight", (KV_HEADS * HEAD, HIDDEN)
        yield name + "self_attn.v_proj.weight", (KV_HEADS * HEAD, HIDDEN)
        yield name + "self_attn.o_proj.weight", (HIDDEN, HEADS * HEAD)
        yield name + "self_attn.q_norm.weight", (HEAD,)
        yield name + "self_attn.k_norm.weight", (HEAD,)
        yield name + "mlp.gate_proj.weight", (INNER, HIDDEN)
        yield name + "mlp.up_proj.weight", (INNER, HIDDEN)
        yield name + "mlp.down_proj.weight", (HIDDEN, INNER)
    yield "norm.weight", (HIDDEN,)


def make(folder, seed=1, pooling="lasttoken"):
    """Writes a model."""
    chance = random.Random(seed)
    vocabulary = 256 + len(tiny_llama.SPECIAL)
    folder = Path(folder)
    (folder / "1_Pooling").mkdir(parents=True, exist_ok=True)
    tiny_llama.write_safetensors(
        folder / "model.safetensors",
        [(name, shape, tiny_llama.values(name, shape, chance)) for name, shape in shapes(vocabulary)])
    (folder / "config.json").write_text(json.dumps(
        {"architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_act": "silu",
         "hidden_size": HIDDEN, "intermediate_size": INNER, "vocab_size": vocabulary,
         "num_hidden_layers": 2, "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS,
         "head_dim": HEAD, "max_position_embeddings": 512, "rms_norm_eps": 1e-6,
         "rope_theta": 1e6, "sliding_window": None, "max_window_layers": 2,
         "use_sliding_window": False, "tie_word_embeddings": True, "torch_dtype": "float32",
         "bos_token_id": 256, "eos_token_id": 257}))
    (folder / "config_sentence_transformers.json").write_text("{}")
    kind = "sentence_transformers.models."
    (folder / "modules.json").write_text(json.dumps(
        [{"idx": 0, "name": "0", "path": "", "type": kind + "Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling", "type": kind + "Pooling"},
         {"idx": 2, "name": "2", "path": "2_Normalize", "type": kind + "Normalize"}]))
    modes = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens",
             "weightedmean_tokens", "lasttoken"]
    (folder / "1_Pooling/config.json").write_text(json.dumps(
        {"word_embedding_dimension": HIDDEN, "include_prompt": True,
         **{"pooling_mode_" + mode: mode == pooling for mode in modes}}))
    tiny_llama.write_tokenizer(folder)
    return folder
