"""Writes small GGUF files: metadata and float32 tensors; takes the vocabulary out of large ones."""
import struct

U32, I32, F32, BOOL, TEXT, ARRAY = 4, 5, 6, 7, 8, 9


def _text(value):
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value):
    """The type's number and the bytes."""
    if isinstance(value, bool):
        return BOOL, struct.pack("<?", value)
    if isinstance(value, int):
        return U32, struct.pack("<I", value)
    if isinstance(value, float):
        return F32, struct.pack("<f", value)
    if isinstance(value, str):
        return TEXT, _text(value)
    kind, _ = _value(value[0])
    items = b"".join(_value(item)[1] for item in value)
    return ARRAY, struct.pack("<IQ", kind, len(value)) + items


def _skip(file, kind):
    sizes = {0: 1, 1: 1, 2: 2, 3: 2, U32: 4, I32: 4, F32: 4, BOOL: 1, 10: 8, 11: 8, 12: 8}
    if kind == TEXT:
        file.seek(struct.unpack("<Q", file.read(8))[0], 1)
    elif kind != ARRAY:
        file.seek(sizes[kind], 1)
    else:
        kind, count = struct.unpack("<IQ", file.read(12))
        if kind in sizes:
            file.seek(sizes[kind] * count, 1)
        else:
            for _ in range(count):
                _skip(file, kind)


def vocabulary(path):
    """The records of a model's tokenizer, as they stand in its file, and how many tokens it has."""
    records, tokens = [], 0
    with open(path, "rb") as file:
        file.seek(16)
        for _ in range(struct.unpack("<Q", file.read(8))[0]):
            begin = file.tell()
            key = file.read(struct.unpack("<Q", file.read(8))[0])
            kind = struct.unpack("<I", file.read(4))[0]
            if key == b"tokenizer.ggml.tokens":
                tokens = struct.unpack("<IQ", file.read(12))[1]
                file.seek(-12, 1)
            _skip(file, kind)
            if key.startswith(b"tokenizer."):
                end = file.tell()
                file.seek(begin)
                records.append(file.read(end - begin))
    return records, tokens


def write(path, metadata, tensors, records=()):
    """`tensors`: (name, shape with the fastest dimension first, array of floats)."""
    head = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata) + len(records)))
    head += b"".join(records)
    for key, value in metadata.items():
        kind, raw = _value(value)
        head += _text(key) + struct.pack("<I", kind) + raw
    offset = 0
    for name, shape, values in tensors:
        head += _text(name) + struct.pack("<I", len(shape))
        head += struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", 0, offset)
        offset += (len(values) * 4 + 31) // 32 * 32
    head += b"\0" * (-len(head) % 32)
    with open(path, "wb") as file:
        file.write(head)
        for _, _, values in tensors:
            raw = values.tobytes()
            file.write(raw + b"\0" * (-len(raw) % 32))
