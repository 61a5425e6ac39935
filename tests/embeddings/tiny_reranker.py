"""A BERT with a ranking head and random weights, as a GGUF file, and what it must compute, in numpy.
No reranker comes with a package, and what is to be shown is the way through llama.cpp's pooling
"rank", not a model's taste."""
import math

import gguf
import numpy

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = SPECIAL + ["sun", "rain", "snow", "wind", "river", "stone", "bread", "salt"]
HIDDEN, INNER, LAYERS, HEADS, LENGTH, EPSILON = 32, 64, 2, 4, 64, 1e-5


def make_tensors(seed):
    """By llama.cpp's names; matrices are rows of outputs."""
    random = numpy.random.default_rng(seed)

    def matrix(rows, columns):
        return random.normal(0, 1.5 / math.sqrt(columns), (rows, columns)).astype(numpy.float32)

    def vector(size, middle=0.0):
        return (middle + random.normal(0, 0.1, size)).astype(numpy.float32)

    tensors = {"token_embd.weight": matrix(len(WORDS), HIDDEN),
               "token_types.weight": matrix(2, HIDDEN), "position_embd.weight": matrix(LENGTH, HIDDEN),
               "token_embd_norm.weight": vector(HIDDEN, 1), "token_embd_norm.bias": vector(HIDDEN)}
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        for name, rows, columns in (("attn_q", HIDDEN, HIDDEN), ("attn_k", HIDDEN, HIDDEN),
                                    ("attn_v", HIDDEN, HIDDEN), ("attn_output", HIDDEN, HIDDEN),
                                    ("ffn_up", INNER, HIDDEN), ("ffn_down", HIDDEN, INNER)):
            tensors[f"{block}{name}.weight"] = matrix(rows, columns)
            tensors[f"{block}{name}.bias"] = vector(rows)
        for name in ("attn_output_norm", "layer_output_norm"):
            tensors[f"{block}{name}.weight"] = vector(HIDDEN, 1)
            tensors[f"{block}{name}.bias"] = vector(HIDDEN)
    tensors["cls.weight"], tensors["cls.bias"] = matrix(HIDDEN, HIDDEN), vector(HIDDEN)
    tensors["cls.output.weight"], tensors["cls.output.bias"] = matrix(1, HIDDEN), vector(1)
    return tensors


def write(path, tensors):
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_name("tiny reranker")
    writer.add_block_count(LAYERS)
    writer.add_context_length(LENGTH)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(EPSILON)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.RANK)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("bert")
    writer.add_token_type_count(2)
    writer.add_token_list([word if word in SPECIAL else "\u2581" + word for word in WORDS])
    writer.add_token_types([int(gguf.TokenType.CONTROL if word in SPECIAL else gguf.TokenType.NORMAL)
                            for word in WORDS])
    writer.add_pad_token_id(0)
    writer.add_unk_token_id(1)
    writer.add_bos_token_id(2)
    writer.add_sep_token_id(3)
    writer.add_mask_token_id(4)
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def score(tensors, query, document):
    """Of "[CLS] query [SEP] document"."""
    tokens = [WORDS.index(word) for word in ["[CLS]", *query.split(), "[SEP]", *document.split()]]

    def norm(name, values):
        values = values - values.mean(-1, keepdims=True)
        values = values / numpy.sqrt((values ** 2).mean(-1, keepdims=True) + EPSILON)
        return values * tensors[name + ".weight"] + tensors[name + ".bias"]

    def linear(name, values):
        return values @ tensors[name + ".weight"].T + tensors[name + ".bias"]

    def gelu(values):
        return 0.5 * values * (1 + numpy.tanh(0.7978845608 * (values + 0.044715 * values ** 3)))

    state = norm("token_embd_norm",
                 tensors["token_embd.weight"][tokens] + tensors["token_types.weight"][0]
                 + tensors["position_embd.weight"][:len(tokens)])
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        query_of, key_of, value_of = (
            linear(block + name, state).reshape(len(tokens), HEADS, -1).transpose(1, 0, 2)
            for name in ("attn_q", "attn_k", "attn_v"))
        weights = query_of @ key_of.transpose(0, 2, 1) / math.sqrt(HIDDEN / HEADS)
        weights = numpy.exp(weights - weights.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        mixed = (weights @ value_of).transpose(1, 0, 2).reshape(len(tokens), HIDDEN)
        state = norm(block + "attn_output_norm", state + linear(block + "attn_output", mixed))
        inner = linear(block + "ffn_down", gelu(linear(block + "ffn_up", state)))
        state = norm(block + "layer_output_norm", state + inner)
    return float(linear("cls.output", numpy.tanh(linear("cls", state[0])))[0])
