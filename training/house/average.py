"""The mean of several models of one shape, weight by weight: `python training/house/average.py OUT MODEL MODEL...`

The mean of a model and of what further training made of it is often better than either (Wortsman et al. 2022, "Robust fine-tuning
of zero-shot models").
"""
import argparse
from pathlib import Path

import model
from export import export


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the mean, as train.py exports")
    parser.add_argument("model", type=Path, nargs="+", help="a checkpoint folder, or a GGUF file beside its tokenizer.json")
    chosen = parser.parse_args()
    if len(chosen.model) < 2:
        parser.error("a mean takes two models or more")
    models = [model.load(place) for place in chosen.model]
    tokenizers = [model.tokenizer_of(place) for place in chosen.model]
    if len({one.shape for one in models}) > 1 or len({place.read_bytes() for place in tokenizers}) > 1:
        raise SystemExit("models of different shapes or tokenizers have no mean")
    states = [one.state_dict() for one in models]
    mean = {name: sum(state[name] for state in states) / len(states) for name in states[0]}
    export(mean, models[0].shape, tokenizers[0], chosen.out)


if __name__ == "__main__":
    main()
