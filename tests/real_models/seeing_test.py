"""A seeing model whose right answers are known: its projector turns colours into their names."""
import base64
import struct
import unittest
import zlib

from assembled import default_model, made, real_model
from client import Client, skip_without
from colour_eye import write_eye

SIDE = 112
PICTURES = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0),
            "cyan": (0, 255, 255), "pink": (255, 0, 255), "black": (0, 0, 0),
            "white": (255, 255, 255)}


def setUpModule():
    skip_without("llamacpp")


def png(colour):
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    row = b"\0" + bytes(colour) * SIDE
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(row * SIDE)) + chunk(b"IEND", b""))


class SeeingModel:
    @classmethod
    def setUpClass(cls):
        model = cls.model()
        eye = made(cls.eye, lambda path: write_eye(model, path))
        cls.client = Client("--model", str(model), "--mmproj", str(eye))
        cls.addClassCleanup(cls.client.stop)

    def name_of(self, colour):
        picture = "data:image/png;base64," + base64.b64encode(png(colour)).decode()
        return self.client.text([{"type": "text", "text": "Repeat this word:"},
                                 {"type": "image_url", "image_url": {"url": picture}}],
                                max_tokens=10)

    def test_it_names_the_colours(self):
        said = {name: self.name_of(colour) for name, colour in PICTURES.items()}
        right = [name for name, text in said.items() if name in text.lower()]
        print(f"{self.eye}: {len(right)} of {len(PICTURES)}: {said}")
        self.assertEqual(len(right), len(PICTURES), said)


class DefaultModelTest(SeeingModel, unittest.TestCase):
    model = staticmethod(default_model)
    eye = "colour-eye-135m.gguf"


class OneAndAHalfBillionTest(SeeingModel, unittest.TestCase):
    eye = "colour-eye-1.5b.gguf"

    @staticmethod
    def model():
        return real_model("qwen2.5-coder-1.5b-instruct-q4_k_m.gguf")


if __name__ == "__main__":
    unittest.main()
