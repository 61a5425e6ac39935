"""Writes GGUF files for tests: headers of a llama model of any size, with or without its data."""
import os
import struct

TYPES = {"F32": (0, 1, 4), "Q4_1": (3, 32, 20), "Q8_0": (8, 32, 34),
         "Q4_0": (2, 32, 18), "Q4_K": (12, 256, 144), "Q6_K": (14, 256, 210)}


def text(value):
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


class GgufFile:
    def __init__(self, architecture="llama"):
        self.architecture, self.keys, self.tensors, self.data_bytes = architecture, [], [], 0
        self.places = {}  # of the tensors in the data, in bytes
        self.text("general.architecture", architecture)

    def text(self, key, value):
        self.keys.append(text(key) + struct.pack("<I", 8) + text(value))

    def flag(self, key, value):
        self.keys.append(text(key) + struct.pack("<IB", 7, value))

    def number(self, key, value):
        self.keys.append(text(f"{self.architecture}.{key}") + struct.pack("<II", 4, value))

    def real(self, key, value):
        self.keys.append(text(f"{self.architecture}.{key}") + struct.pack("<If", 6, value))

    def tensor(self, name, *shape, type="Q4_1"):
        number, elements, size = TYPES[type]
        count = 1
        for length in shape:
            count *= length
        self.places[name] = self.data_bytes
        self.tensors.append(text(name) + struct.pack("<I", len(shape))
                            + struct.pack(f"<{len(shape)}Q", *shape)
                            + struct.pack("<IQ", number, self.data_bytes))
        self.data_bytes += (count // elements * size + 31) // 32 * 32

    def header(self):
        header = (b"GGUF" + struct.pack("<IQQ", 3, len(self.tensors), len(self.keys))
                  + b"".join(self.keys + self.tensors))
        return header + bytes(-len(header) % 32)

    def bytes(self):
        """The file with random data, of which any type of number makes small ones."""
        small = bytes(byte & 0x37 for byte in range(256))
        return self.header() + os.urandom(self.data_bytes).translate(small)

    def write_hollow(self, path):
        """The file with a hole for its data: as large as the real one, but no disk is taken."""
        with open(path, "wb") as file:
            file.write(self.header())
            file.truncate(file.tell() + self.data_bytes)


def llama(layers=2, width=64, feed_forward=128, heads=4, vocabulary=256, context=512,
          type="Q4_1"):
    """A llama model of these sizes, with the output tied to the embeddings."""
    file = GgufFile()
    file.text("tokenizer.ggml.model", "no_vocab")
    for key, value in {"vocab_size": vocabulary, "block_count": layers, "context_length": context,
                       "embedding_length": width, "feed_forward_length": feed_forward,
                       "attention.head_count": heads}.items():
        file.number(key, value)
    file.tensor("token_embd.weight", width, vocabulary, type=type)
    file.tensor("output_norm.weight", width, type="F32")
    for layer in range(layers):
        for norm in ("attn_norm", "ffn_norm"):
            file.tensor(f"blk.{layer}.{norm}.weight", width, type="F32")
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            file.tensor(f"blk.{layer}.{name}.weight", width, width, type=type)
        for name in ("ffn_gate", "ffn_up"):
            file.tensor(f"blk.{layer}.{name}.weight", width, feed_forward, type=type)
        file.tensor(f"blk.{layer}.ffn_down.weight", feed_forward, width, type=type)
    return file
