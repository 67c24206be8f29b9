"""The numbers of the model card, from a log of train.py: `python training/house/card.py LOG`. Needs nothing but Python."""
import json
import sys
from pathlib import Path


def main():
    lines = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    start = next(line for line in lines if line["event"] == "start")
    losses = [line for line in lines if line["event"] == "loss"]
    end = next((line for line in lines if line["event"] == "end"), None)
    if end is None:
        raise SystemExit(f"{sys.argv[1]}: the run has not ended; train.py with the same options goes on with it")
    steps, window = end["step"], start["batch"] * start["length"]
    tokens = steps * window
    oftener = ", ".join(f"{shelf} {factor:g} times as often" for shelf, factor in start["weight"].items())
    print("| | |\n|---|---|")
    print(f"| weights | {start['parameters']:,} |")
    print(f"| texts | {start['learned_documents']:,} documents to learn from ({start['learned_tokens']:,} tokens), {start['held_out_documents']} held out |")
    print(f"| reading | {oftener} |")
    print(f"| steps | {steps:,}, each {start['batch']} x {start['length']} tokens: {tokens / 1e6:.2f} M tokens, {tokens / start['learned_tokens']:.2f} passes |")
    print(
        f"| learning rates | Muon {start['muon_rate']:g} for the matrices, AdamW {start['adam_rate']:g} for embedding and norms; "
        f"{start['warmup']} steps of warm-up, a cool-down to nothing over the last {100 * start['cooldown']:.0f}% |"
    )
    print(f"| precision | {start['precision']}, PyTorch {start['torch']}, {start['device']} |")
    print(f"| time | {end['seconds'] / 60:.0f} minutes, {end['processor_seconds'] / 60:.0f} minutes of processor time |")
    print(f"| loss, nats a token | {losses[0]['loss']:.3f} in the first steps, {losses[-1]['loss']:.3f} in the last |")
    print(f"| exported | {'the running average of the weights' if end['averaged'] else 'the last weights'} |")
    shelves = list(end["bits_per_byte"])
    print("\nBits per byte of the held-out documents (first 512 tokens of up to 40 documents a shelf):\n")
    print(f"| weights | {' | '.join(shelves)} |\n|---|{'---|' * len(shelves)}")
    look = [line for line in lines if line["event"] == "look"][-1]
    rows = {"at the start": start["bits_per_byte"], "the last": look["bits_per_byte"], "their running average": look["of_average"]}
    for name, bits in rows.items():
        if bits:
            print(f"| {name} | {' | '.join(f'{bits[shelf]:.4f}' for shelf in shelves)} |")


if __name__ == "__main__":
    main()
