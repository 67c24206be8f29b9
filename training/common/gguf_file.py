"""A Llama from its GGUF file: what the page runs, in 32-bit floats."""
import gguf
import torch

from .llama import Shape


def read(path):
    """The shape and the weights, dequantized, by their names in the file less `.weight`."""
    reader = gguf.GGUFReader(path)

    def number(name):
        value = reader.get_field(f"llama.{name}").contents()
        # The file stores them in 32 bits: 1e-5 is 9.99999975e-06 there.
        return float(f"{value:.7g}") if isinstance(value, float) else value

    weights = {
        tensor.name.removesuffix(".weight"): torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy())
        for tensor in reader.tensors
    }
    if "output" in weights:
        raise SystemExit(f"{path}: the recipes expect a model whose embedding is its classifier too")
    shape = Shape(
        vocabulary=len(weights["token_embd"]),
        width=number("embedding_length"),
        layers=number("block_count"),
        heads=number("attention.head_count"),
        key_heads=number("attention.head_count_kv"),
        hidden=number("feed_forward_length"),
        context=number("context_length"),
        epsilon=number("attention.layer_norm_rms_epsilon"),
        base=number("rope.freq_base"),
    )
    return shape, weights
