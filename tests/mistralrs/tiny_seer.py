"""Makes a small model that sees (Idefics3, as SmolVLM) with random weights."""
import json
import random
import struct
import zlib
from pathlib import Path

import tiny_llama

HIDDEN, INNER, HEADS, PATCH, SIDE, SHUFFLE = 32, 64, 2, 8, 32, 2
IMAGE_TOKENS = (SIDE // PATCH // SHUFFLE) ** 2
SPECIAL = [*tiny_llama.SPECIAL, "<image>", "<fake_token_around_image>", "<global-img>"]
# As SmolVLM's: a content that is no list of parts is left out.
TEMPLATE = ("{{ bos_token }}{% for m in messages %}<|user|>{% for part in m['content'] %}"
            "{% if part['type'] == 'text' %}{{ part['text'] }}{% elif part['type'] == 'image' %}"
            "{{ '<image>' }}{% endif %}{% endfor %}{% endfor %}"
            "{% if add_generation_prompt %}<|assistant|>{% endif %}")


def shapes(vocabulary):
    vision = "model.vision_model."
    yield vision + "embeddings.patch_embedding.weight", (HIDDEN, 3, PATCH, PATCH)
    yield vision + "embeddings.patch_embedding.bias", (HIDDEN,)
    yield vision + "embeddings.position_embedding.weight", ((SIDE // PATCH) ** 2, HIDDEN)
    for part, inputs, outputs in [("self_attn.q_proj", HIDDEN, HIDDEN),
                                  ("self_attn.k_proj", HIDDEN, HIDDEN),
                                  ("self_attn.v_proj", HIDDEN, HIDDEN),
                                  ("self_attn.out_proj", HIDDEN, HIDDEN),
                                  ("mlp.fc1", HIDDEN, INNER), ("mlp.fc2", INNER, HIDDEN)]:
        yield f"{vision}encoder.layers.0.{part}.weight", (outputs, inputs)
        yield f"{vision}encoder.layers.0.{part}.bias", (outputs,)
    for norm in ["encoder.layers.0.layer_norm1", "encoder.layers.0.layer_norm2", "post_layernorm"]:
        yield f"{vision}{norm}.weight", (HIDDEN,)
        yield f"{vision}{norm}.bias", (HIDDEN,)
    yield ("model.connector.modality_projection.proj.weight",
           (tiny_llama.HIDDEN, HIDDEN * SHUFFLE ** 2))
    for name, shape in tiny_llama.shapes(vocabulary):
        yield name.replace("model.", "model.text_model."), shape


def make(folder, seed=1):
    """Writes a model."""
    chance = random.Random(seed)
    vocabulary = 256 + len(SPECIAL)
    tensors = [(name, shape, tiny_llama.values(name, shape, chance))
               for name, shape in shapes(vocabulary)]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tiny_llama.write_safetensors(folder / "model.safetensors", tensors)
    config = {"architectures": ["Idefics3ForConditionalGeneration"], "model_type": "idefics3",
              "image_token_id": 256 + SPECIAL.index("<image>"), "scale_factor": SHUFFLE,
              "text_config": tiny_llama.config(vocabulary), "torch_dtype": "float32",
              "vision_config": {"hidden_size": HIDDEN, "intermediate_size": INNER,
                                "num_hidden_layers": 1, "num_attention_heads": HEADS,
                                "num_channels": 3, "image_size": SIDE, "patch_size": PATCH,
                                "hidden_act": "gelu_pytorch_tanh", "layer_norm_eps": 1e-6}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "preprocessor_config.json").write_text(json.dumps(
        {"do_convert_rgb": True, "do_image_splitting": False, "do_normalize": True, "do_pad": True,
         "do_rescale": True, "do_resize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
         "max_image_size": {"longest_edge": SIDE}, "resample": 1, "rescale_factor": 1 / 255,
         "size": {"longest_edge": 2 * SIDE}}))
    (folder / "processor_config.json").write_text(json.dumps({"image_seq_len": IMAGE_TOKENS}))
    tiny_llama.write_tokenizer(folder, SPECIAL, TEMPLATE)
    return folder


def png(width, height, color):
    """A picture's file; `color` gives a pixel's three bytes by its place."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"".join(bytes(color(x, y)) for x in range(width))
                    for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))
