"""The numbers of the model card, from a log of train.py: `python training/poet/card.py LOG`. Needs nothing but Python."""
import json
import sys
from pathlib import Path


def main():
    lines = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
    start = next(line for line in lines if line["event"] == "start")
    steps = [line for line in lines if line["event"] == "step"]
    best = min(steps, key=lambda line: line["bits_per_byte"])
    tokens = best["step"] * start["batch"] * start["length"]
    base, tuned = start["base_bits_per_byte"], best["bits_per_byte"]
    print(f"| weights of the adapter | {start['weights']:,} (rank {start['rank']}, alpha {start['alpha']}) |")
    print(f"| poems | {start['learned_poems']:,} to learn from ({start['learned_tokens']:,} tokens), {start['held_out_poems']} held out |")
    print(f"| steps | {best['step']} of a schedule of {start['steps']}, each {start['batch']} x {start['length']} tokens: {tokens / 1e6:.2f} M tokens, {tokens / start['learned_tokens']:.2f} passes |")
    print(f"| time | {best['seconds'] / 60:.0f} minutes on {start['threads']} CPU threads |")
    print(f"| held-out poems, bits per byte | {base:.3f} before, **{tuned:.3f}** after: {100 * (tuned / base - 1):+.1f}% |")


if __name__ == "__main__":
    main()
