"""Makes projectors with random weights, for tests: what they see means nothing, but what is seen, in
which order and how often changes what a model says.

    make_projector.py FILE [llava|gemma3|slow|grid|hears] [WIDTH]

llava: 64 tokens an image, read as text is; gemma3: 64, which see each other and must be read at once;
slow: the same out of 144 times as many patches; grid: Qwen2-VL's, with places on a grid; hears:
recordings, by ultravox' encoder. WIDTH is the text model's (576, the default model's)."""
import array
import math
import random
import sys

import gguf_file

PATCH, DEPTH, HEADS = 14, 32, 2
TOKENS = 8  # a side of what an image becomes


class Weights:
    """Tensors, each random with about the size of a trained one's."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.tensors = []

    def add(self, name, *shape, mean=0.0, scale=None):
        count = math.prod(shape)
        scale = 1 / math.sqrt(shape[0]) if scale is None else scale
        values = array.array("f", (mean + scale * self.random.gauss(0, 1) for _ in range(count)))
        self.tensors.append((name, shape, values))

    def norm(self, name, width, bias=True):
        self.add(name + ".weight", width, mean=1.0, scale=0.02)
        if bias:
            self.add(name + ".bias", width, scale=0.02)

    def linear(self, name, width_in, width_out, bias=True):
        self.add(name + ".weight", width_in, width_out)
        if bias:
            self.add(name + ".bias", width_out, scale=0.02)

    def blocks(self, prefix, count, width, key_bias=True):
        for i in range(count):
            block = f"{prefix}.blk.{i}"
            self.norm(block + ".ln1", width)
            self.norm(block + ".ln2", width)
            for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
                self.linear(f"{block}.{part}", width, width, key_bias or part != "attn_k")
            self.linear(block + ".ffn_up", width, 2 * width)
            self.linear(block + ".ffn_down", 2 * width, width)


def tower(prefix, width, layers):
    return {f"clip.{prefix}.embedding_length": width, f"clip.{prefix}.feed_forward_length": 2 * width,
            f"clip.{prefix}.block_count": layers, f"clip.{prefix}.attention.head_count": HEADS,
            f"clip.{prefix}.attention.layer_norm_epsilon": 1e-6}


def image_projector(kind, out):
    weights = Weights(7)
    merge = 12 if kind == "slow" else 1
    patches = TOKENS * merge
    metadata = {"general.architecture": "clip", "general.type": "mmproj",
                "clip.has_vision_encoder": True, "clip.use_gelu": True,
                "clip.vision.image_size": patches * PATCH, "clip.vision.patch_size": PATCH,
                "clip.vision.projection_dim": out, "clip.vision.image_mean": [0.5, 0.5, 0.5],
                "clip.vision.image_std": [0.5, 0.5, 0.5], **tower("vision", DEPTH, 2)}
    weights.add("v.patch_embd.weight", PATCH, PATCH, 3, DEPTH, scale=0.05)
    weights.add("v.patch_embd.bias", DEPTH, scale=0.02)
    weights.add("v.position_embd.weight", DEPTH, patches ** 2, scale=0.1)
    weights.blocks("v", 2, DEPTH)
    weights.norm("v.post_ln", DEPTH)
    if kind in ("gemma3", "slow"):
        metadata |= {"clip.projector_type": "gemma3", "clip.vision.projector.scale_factor": merge}
        weights.norm("mm.soft_emb_norm", DEPTH, bias=False)
        weights.add("mm.input_projection.weight", out, DEPTH, scale=0.05)
    else:
        metadata |= {"clip.projector_type": "mlp"}
        weights.linear("mm.0", DEPTH, DEPTH)
        weights.linear("mm.2", DEPTH, out)
    return metadata, weights.tensors


def grid_projector(out):
    """Qwen2-VL's: as many tokens as the picture has squares, at places of a grid."""
    weights = Weights(13)
    metadata = {"general.architecture": "clip", "general.type": "mmproj",
                "clip.has_vision_encoder": True, "clip.use_gelu": True,
                "clip.projector_type": "qwen2vl_merger", "clip.vision.image_size": 112,
                "clip.vision.patch_size": PATCH, "clip.vision.projection_dim": out,
                "clip.vision.image_mean": [0.5, 0.5, 0.5], "clip.vision.image_std": [0.5, 0.5, 0.5],
                **tower("vision", DEPTH, 2)}
    for name in ("v.patch_embd.weight", "v.patch_embd.weight.1"):
        weights.add(name, PATCH, PATCH, 3, DEPTH, scale=0.05)
    weights.blocks("v", 2, DEPTH)
    weights.norm("v.post_ln", DEPTH)
    weights.linear("mm.0", 4 * DEPTH, 4 * DEPTH)
    weights.linear("mm.2", 4 * DEPTH, out)
    return metadata, weights.tensors


def make_grid_model(path, vocabulary_of, width=64):
    """A text model of random weights whose tokens have places on a grid (M-RoPE), as Qwen2-VL's."""
    records, count = gguf_file.vocabulary(vocabulary_of)
    weights = Weights(17)
    metadata = {"general.architecture": "qwen2vl", "qwen2vl.block_count": 2,
                "qwen2vl.context_length": 4096, "qwen2vl.embedding_length": width,
                "qwen2vl.feed_forward_length": 2 * width, "qwen2vl.attention.head_count": 2,
                "qwen2vl.attention.head_count_kv": 2,
                "qwen2vl.attention.layer_norm_rms_epsilon": 1e-6, "qwen2vl.rope.freq_base": 1e4,
                "qwen2vl.rope.dimension_sections": [4, 6, 6, 0]}
    noise = weights.random.randbytes(count * width)
    table = [byte / 128 - 1 for byte in range(256)]
    weights.tensors.append(("token_embd.weight", (width, count),
                            array.array("f", (table[byte] for byte in noise))))
    weights.norm("output_norm", width, bias=False)
    for i in range(2):
        block = f"blk.{i}"
        weights.norm(block + ".attn_norm", width, bias=False)
        weights.norm(block + ".ffn_norm", width, bias=False)
        for part in ("attn_q", "attn_k", "attn_v"):
            weights.linear(f"{block}.{part}", width, width)
        weights.linear(block + ".attn_output", width, width, bias=False)
        weights.linear(block + ".ffn_gate", width, 2 * width, bias=False)
        weights.linear(block + ".ffn_up", width, 2 * width, bias=False)
        weights.linear(block + ".ffn_down", 2 * width, width, bias=False)
    gguf_file.write(path, metadata, weights.tensors, records)


def sound_projector(out):
    weights = Weights(11)
    stack, bins = 4, 80
    metadata = {"general.architecture": "clip", "general.type": "mmproj",
                "clip.has_audio_encoder": True, "clip.use_gelu": True,
                "clip.projector_type": "ultravox", "clip.audio.projection_dim": out,
                "clip.audio.num_mel_bins": bins, "clip.audio.projector.stack_factor": stack,
                **tower("audio", DEPTH, 2)}
    weights.add("a.conv1d.1.weight", 3, bins, DEPTH, scale=0.1)
    weights.add("a.conv1d.1.bias", 1, DEPTH, scale=0.02)
    weights.add("a.conv1d.2.weight", 3, DEPTH, DEPTH, scale=0.1)
    weights.add("a.conv1d.2.bias", 1, DEPTH, scale=0.02)
    weights.add("a.position_embd.weight", DEPTH, 1500, scale=0.1)
    weights.blocks("a", 2, DEPTH, key_bias=False)
    weights.norm("a.post_ln", DEPTH)
    weights.norm("mm.a.norm_pre", DEPTH * stack, bias=False)
    weights.linear("mm.a.mlp.1", DEPTH * stack, 64, bias=False)
    weights.norm("mm.a.norm_mid", 32, bias=False)
    weights.linear("mm.a.mlp.2", 32, out, bias=False)
    return metadata, weights.tensors


def make(path, kind="llava", width=576):
    if kind == "hears":
        metadata, tensors = sound_projector(width)
    else:
        metadata, tensors = grid_projector(width) if kind == "grid" else image_projector(kind, width)
    gguf_file.write(path, metadata, tensors)


if __name__ == "__main__":
    make(sys.argv[1], *sys.argv[2:3], *(int(width) for width in sys.argv[3:4]))
