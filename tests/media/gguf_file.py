"""Writes small GGUF files: metadata and float32 tensors."""
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


def write(path, metadata, tensors):
    """`tensors`: (name, shape with the fastest dimension first, array of floats)."""
    head = bytearray(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)))
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
