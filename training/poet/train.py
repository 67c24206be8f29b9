"""Fine-tunes the house model on verse: `python training/poet/train.py` from the repository's root.

Seeded throughout: the same machine and versions give the same adapter. Broken off, it goes on from its last checkpoint.
"""
import argparse
import hashlib
import json
import math
import os
import sys
import time
from pathlib import Path

# Threads that wait in a loop for each other take the time of whatever else runs; set before PyTorch starts.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
import torch.nn.functional as F

import data
from export import export
from model import Poet

sys.path.append(str(Path(__file__).parent.parent))
from common import documents

HERE = Path(__file__).parent
HOUSE = HERE.parent.parent / "models" / "fable-9m"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=HOUSE / "fable-9m-q8_0.gguf", help="the GGUF file to fine-tune")
    parser.add_argument("--tokenizer", type=Path, default=HOUSE / "tokenizer.json")
    parser.add_argument("--poems", type=Path, default=HERE / "poems.jsonl.xz")
    parser.add_argument("--work", type=Path, help="folder for checkpoint and log; target/training/poet if not given, with --smoke target/training/poet-smoke")
    parser.add_argument("--out", type=Path, help="folder for the adapter; WORK/adapter if not given")
    parser.add_argument("--rank", type=int, default=12)
    parser.add_argument("--alpha", type=int, default=24)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--learning-rate", type=float, default=3e-3)
    parser.add_argument("--weight-decay", type=float, default=0.01)
    parser.add_argument("--warmup", type=int, default=20, help="steps until the learning rate is reached")
    parser.add_argument("--steps", type=int, default=480)
    parser.add_argument("--until", type=int, help="stop after this step of the schedule, with the best state so far; STEPS if not given")
    parser.add_argument("--batch", type=int, default=4, help="windows a step")
    parser.add_argument("--length", type=int, default=512, help="tokens a window")
    parser.add_argument("--every", type=int, default=80, help="steps between two looks at the held-out poems")
    parser.add_argument("--seed", type=int, default=1821)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--smoke", action="store_true", help="a few steps on a few poems: whether everything runs")
    chosen = parser.parse_args()
    if chosen.smoke:
        chosen.steps, chosen.batch, chosen.length, chosen.every, chosen.warmup = 6, 2, 64, 3, 2
    chosen.until = min(chosen.until or chosen.steps, chosen.steps)
    chosen.work = chosen.work or HERE.parent.parent / "target" / "training" / ("poet-smoke" if chosen.smoke else "poet")
    chosen.out = chosen.out or chosen.work / "adapter"
    return chosen


@torch.no_grad()
def bits_per_byte(model, held_out):
    """Of the first tokens of each document: what the model needs to tell them, in bits per byte of text."""
    model.eval()
    bits = sum(
        F.cross_entropy(model(torch.from_numpy(tokens[None, :-1]))[0], torch.from_numpy(tokens[1:]), reduction="sum").item()
        for tokens, _ in held_out
    ) / math.log(2)
    model.train()
    return bits / sum(length for _, length in held_out)


def schedule(chosen):
    """What must stay the same for a run to go on: the settings, and files by their content. How far it goes and where it writes may change."""
    kept = {name: value for name, value in vars(chosen).items() if name not in ("work", "until", "out")}
    return {name: hashlib.sha256(value.read_bytes()).hexdigest() if isinstance(value, Path) else value for name, value in kept.items()}


def rate(step, chosen):
    """A rise in a straight line, then half a cosine down to a tenth."""
    if step < chosen.warmup:
        return (step + 1) / chosen.warmup
    done = (step - chosen.warmup) / max(1, chosen.steps - chosen.warmup)
    return 0.1 + 0.9 * (1 + math.cos(math.pi * done)) / 2


def main():
    chosen = arguments()
    chosen.work.mkdir(parents=True, exist_ok=True)
    checkpoint, log = chosen.work / "checkpoint.pt", chosen.work / "log.jsonl"
    torch.manual_seed(chosen.seed)
    torch.set_num_threads(chosen.threads)
    torch.use_deterministic_algorithms(True)

    def tell(**facts):
        with log.open("a") as lines:
            lines.write(json.dumps(facts) + "\n")
        print(" ".join(f"{name} {value}" for name, value in facts.items()), flush=True)

    poems = documents.read(chosen.poems)
    if chosen.smoke:
        poems = poems[:40]
    learned, held_out = documents.split(poems, data.HELD_OUT)
    tokens = documents.encode(learned, chosen.tokenizer)
    beginnings = list(data.beginnings(held_out, documents.encode(held_out, chosen.tokenizer), chosen.length - 1, chosen.tokenizer))

    model = Poet(chosen.model, chosen.rank, chosen.alpha, chosen.dropout)
    adapters = model.adapters()
    # Weight decay on what is multiplied: there is nothing else in an adapter.
    optimizer = torch.optim.AdamW(adapters.values(), lr=chosen.learning_rate, betas=(0.9, 0.95), weight_decay=chosen.weight_decay)
    step, seconds, best = 0, 0.0, None
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        if saved["arguments"] != schedule(chosen):
            raise SystemExit(f"{checkpoint} is from a run with other settings: name another --work, or delete it")
        model.load_state_dict(saved["adapters"], strict=False)
        optimizer.load_state_dict(saved["optimizer"])
        torch.set_rng_state(saved["random"])
        step, seconds, best = saved["step"], saved["seconds"], saved["best"]
        tell(event="resume", step=step)
    else:
        log.unlink(missing_ok=True)
        model.set_strength(0.0)
        base = bits_per_byte(model, beginnings)
        model.set_strength(1.0)
        tell(
            event="start", base_bits_per_byte=round(base, 4), learned_poems=len(learned), held_out_poems=len(held_out),
            learned_tokens=sum(map(len, tokens)), held_out_bytes=sum(length for _, length in beginnings),
            weights=sum(parameter.numel() for parameter in adapters.values()), torch=torch.__version__,
            **{name: value for name, value in vars(chosen).items() if isinstance(value, (int, float))},
        )

    model.train()
    start = time.monotonic() - seconds
    rows, epoch, losses = None, -1, []
    while step < chosen.until:
        # Where the row of a step lies follows from its number alone, so that a run can go on where it was.
        per_epoch = len(data.windows(tokens, chosen.length, chosen.seed, 0)) // chosen.batch if rows is None else per_epoch
        if per_epoch == 0:
            raise SystemExit("there are fewer windows than one batch takes: make --batch or --length smaller")
        if rows is None or step // per_epoch != epoch:
            epoch = step // per_epoch
            rows = data.windows(tokens, chosen.length, chosen.seed, epoch)
        at = step % per_epoch * chosen.batch
        batch = torch.from_numpy(rows[at : at + chosen.batch])
        for group in optimizer.param_groups:
            group["lr"] = chosen.learning_rate * rate(step, chosen)
        loss = F.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(adapters.values(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        step += 1
        if step % chosen.every and step != chosen.until:
            continue
        held = bits_per_byte(model, beginnings)
        if best is None or held < best["bits_per_byte"]:
            best = {"bits_per_byte": held, "step": step, "adapters": {name: value.detach().clone() for name, value in adapters.items()}}
        seconds = time.monotonic() - start
        tell(event="step", step=step, loss=round(sum(losses) / len(losses), 4), bits_per_byte=round(held, 4), seconds=round(seconds))
        losses = []
        torch.save(
            {
                "arguments": schedule(chosen), "adapters": {name: value.detach() for name, value in adapters.items()},
                "optimizer": optimizer.state_dict(), "random": torch.get_rng_state(), "step": step, "seconds": seconds, "best": best,
            },
            checkpoint,
        )
    model.load_state_dict(best["adapters"], strict=False)
    export(model, chosen.out, "fable-9m")
    size = (chosen.out / "adapter_model.safetensors").stat().st_size
    tell(event="end", best_step=best["step"], bits_per_byte=round(best["bits_per_byte"], 4), steps=step, seconds=round(seconds), bytes=size)


if __name__ == "__main__":
    main()
