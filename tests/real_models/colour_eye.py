"""A projector that really sees colours, computed and not trained.

A picture is cut into SIDE x SIDE squares. Each becomes the model's own embedding of the name of its
mean colour, so questions about colours have right answers. It has LLaVA's form ("mlp"): the
convolution is the mean of red, green and blue; the first layer finds which corner of the colour cube
that is; the second looks the corner's name up.
"""
import gguf
import numpy
from gguf.quants import dequantize

COLOURS = {"red": (1, -1, -1), "green": (-1, 1, -1), "blue": (-1, -1, 1), "yellow": (1, 1, -1),
           "cyan": (-1, 1, 1), "pink": (1, -1, 1), "black": (-1, -1, -1), "white": (1, 1, 1)}
PATCH = 14    # pixels of a square's side
WIDTH = 8     # of what lies between the picture and the model
SHARPNESS = 8.0


def embedding_of(word, tokens, embeddings):
    for text in ("\u0120" + word, "\u2581" + word, word):  # how vocabularies mark a word's begin
        if text in tokens:
            row = embeddings.data[tokens.index(text)][None]
            return dequantize(row, embeddings.tensor_type)[0]
    raise ValueError(f"the vocabulary has no token for {word}")


def write_keys(writer, side, model_width):
    writer.add_type("mmproj")
    writer.add_name("Colour eye")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    for key, value in {"image_size": PATCH * side, "patch_size": PATCH, "embedding_length": WIDTH,
                       "feed_forward_length": WIDTH, "projection_dim": model_width,
                       "block_count": 1, "attention.head_count": 1}.items():
        writer.add_uint32(f"clip.vision.{key}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-6)
    writer.add_array("clip.vision.image_mean", [0.5] * 3)
    writer.add_array("clip.vision.image_std", [0.5] * 3)


def add_unused_layer(writer):
    """LLaVA's graph takes what comes before the last layer, so there must be one."""
    for part in ("attn_q", "attn_k", "attn_v", "attn_out", "ffn_up", "ffn_down"):
        writer.add_tensor(f"v.blk.0.{part}.weight", numpy.zeros((WIDTH, WIDTH), numpy.float32))
        writer.add_tensor(f"v.blk.0.{part}.bias", numpy.zeros(WIDTH, numpy.float32))
    for part in ("ln1", "ln2"):
        writer.add_tensor(f"v.blk.0.{part}.weight", numpy.ones(WIDTH, numpy.float32))
        writer.add_tensor(f"v.blk.0.{part}.bias", numpy.zeros(WIDTH, numpy.float32))


def write_eye(model, path, side=1):
    reader = gguf.GGUFReader(model)
    tokens = reader.fields["tokenizer.ggml.tokens"].contents()
    embeddings = next(tensor for tensor in reader.tensors if tensor.name == "token_embd.weight")
    architecture = reader.fields["general.architecture"].contents()
    model_width = reader.fields[architecture + ".embedding_length"].contents()

    mean = numpy.zeros((WIDTH, 3, PATCH, PATCH), numpy.float32)
    for channel in range(3):
        mean[channel, channel] = 1 / (PATCH * PATCH)
    corners = numpy.zeros((len(COLOURS), WIDTH), numpy.float32)
    names = numpy.zeros((model_width, len(COLOURS)), numpy.float32)
    for i, (name, corner) in enumerate(COLOURS.items()):
        corners[i, :3] = numpy.array(corner) * SHARPNESS
        names[:, i] = embedding_of(name, tokens, embeddings) / SHARPNESS

    writer = gguf.GGUFWriter(path, "clip")
    write_keys(writer, side, model_width)
    writer.add_tensor("v.patch_embd.weight", mean)
    writer.add_tensor("v.position_embd.weight", numpy.zeros((side * side, WIDTH), numpy.float32))
    add_unused_layer(writer)
    writer.add_tensor("mm.0.weight", corners)
    writer.add_tensor("mm.0.bias", numpy.full(len(COLOURS), -2 * SHARPNESS, numpy.float32))
    writer.add_tensor("mm.2.weight", names)
    writer.add_tensor("mm.2.bias", numpy.zeros(model_width, numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
