"""Bits per byte, shelf by shelf, of the beginnings of the documents that are held out of training.

`python training/house/evaluate.py MODEL` measures a checkpoint folder or a GGUF file.
"""
import argparse
import math
from pathlib import Path

import torch
import torch.nn.functional as F

import data
import model

# Documents per shelf, and tokens of each.
DOCUMENTS, TOKENS = 40, 512
HERE = Path(__file__).parent


@torch.no_grad()
def bits_per_byte(network, held_out):
    """{shelf: bits per byte of text}. A document that is cut counts the bytes that its tokens stand for on average."""
    bits, size, seen = {}, {}, {}
    device = network.embedding.device
    for index, document in enumerate(held_out.documents):
        shelf = document["shelf"]
        seen[shelf] = seen.get(shelf, 0) + 1
        if seen[shelf] > DOCUMENTS:
            continue
        whole = held_out.of(index)
        tokens = torch.from_numpy(whole[: min(TOKENS, network.shape.context) + 1]).to(device)
        loss = F.cross_entropy(network(tokens[None, :-1])[0], tokens[1:], reduction="sum").item()
        bits[shelf] = bits.get(shelf, 0.0) + loss / math.log(2)
        size[shelf] = size.get(shelf, 0.0) + len(document["text"].encode()) * len(tokens) / len(whole)
    return {shelf: bits[shelf] / size[shelf] for shelf in sorted(bits)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="a folder with config.json, model.safetensors and tokenizer.json, or a GGUF file beside its tokenizer.json")
    parser.add_argument("--library", type=Path, default=HERE / "library.jsonl.xz")
    parser.add_argument("--threads", type=int, default=2)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    held_out = data.held_out(data.read(chosen.library), model.tokenizer_of(chosen.model))
    for shelf, bits in bits_per_byte(model.load(chosen.model), held_out).items():
        print(f"{shelf}: {bits:.4f}")


if __name__ == "__main__":
    main()
