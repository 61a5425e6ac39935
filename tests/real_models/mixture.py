"""The default model as a mixture of experts whose right answers are known.

Each expert is a copy of the model's own feed-forward weights, byte for byte, and the weights of the
experts that a token uses sum to 1: whatever the random router chooses, the mixture answers as the
model itself does.
"""
import gguf
import numpy

EXPERTS = 4
USED = 2
FEED_FORWARD = ("ffn_gate", "ffn_up", "ffn_down")


def copy_keys(reader, writer):
    for key, field in reader.fields.items():
        if key.startswith("GGUF.") or key == gguf.Keys.General.ARCHITECTURE:
            continue
        kind = field.types[0]
        inner = field.types[1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(key, field.contents(), kind, sub_type=inner)


def add_experts(writer, tensor, random, width):
    layer, kind = tensor.name.removesuffix(".weight").rsplit(".", 1)
    writer.add_tensor(f"{layer}.{kind}_exps.weight", numpy.stack([tensor.data] * EXPERTS),
                      raw_dtype=tensor.tensor_type)
    if kind == "ffn_gate":
        router = random.standard_normal((EXPERTS, width)).astype(numpy.float32) * 0.05
        writer.add_tensor(f"{layer}.ffn_gate_inp.weight", router)


def write_mixture(source, path):
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(path, "llama")
    copy_keys(reader, writer)
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(USED)
    width = reader.fields["llama.embedding_length"].contents()
    random = numpy.random.default_rng(5)
    for tensor in reader.tensors:
        if tensor.name.removesuffix(".weight").rsplit(".", 1)[-1] in FEED_FORWARD:
            add_experts(writer, tensor, random, width)
        else:
            writer.add_tensor(tensor.name, tensor.data, raw_dtype=tensor.tensor_type)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
