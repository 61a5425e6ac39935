"""Small pictures and recordings, made here."""
import base64
import math
import struct
import zlib


def png(paint, side=112):
    """`paint(x, y)` gives (red, green, blue)."""
    rows = b"".join(b"\0" + bytes(part for x in range(side) for part in paint(x, y))
                    for y in range(side))

    def chunk(name, data):
        return (struct.pack(">I", len(data)) + name + data
                + struct.pack(">I", zlib.crc32(name + data)))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def bomb():
    """A PNG of a few bytes that claims to be 12000 x 12000."""
    file = bytearray(png(lambda x, y: (0, 0, 0), 8))
    file[16:24] = struct.pack(">II", 12000, 12000)
    file[29:33] = struct.pack(">I", zlib.crc32(file[12:29]))
    return bytes(file)


def wav(tone, seconds=1.0, rate=16000):
    samples = b"".join(struct.pack("<h", int(8000 * math.sin(2 * math.pi * tone * i / rate)))
                       for i in range(int(seconds * rate)))
    return (b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt "
            + struct.pack("<IHHIIHH", 16, 1, 1, rate, 2 * rate, 2, 16)
            + b"data" + struct.pack("<I", len(samples)) + samples)


def red(x, y):
    return (250, 10, 10)


def stripes(x, y):
    return (20, 20, 220) if x // 14 % 2 else (230, 230, 20)


def text_part(text):
    return {"type": "text", "text": text}


def image_part(data):
    return {"type": "image_url",
            "image_url": {"url": "data:image/png;base64," + base64.b64encode(data).decode()}}


def audio_part(data):
    return {"type": "input_audio",
            "input_audio": {"data": base64.b64encode(data).decode(), "format": "wav"}}
