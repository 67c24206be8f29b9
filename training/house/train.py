"""Trains the house model: `python training/house/train.py` from the repository's root.

Seeded throughout: the same machine, versions and steps give the same weights. Broken off, the same command goes on from its
last checkpoint.
"""
import argparse
import datetime
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# Threads that wait in a loop for each other take the time of whatever else runs; set before PyTorch starts.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# Without this, sums on a GPU may differ each time.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")

import torch
import torch.nn.functional as F

import data
import model
import tokenizer
from evaluate import bits_per_byte
from export import export
from muon import Muon
from schedule import Schedule

sys.path.append(str(Path(__file__).parent.parent))
from common.llama import Shape

HERE = Path(__file__).parent
TRAINING = HERE.parent.parent / "target" / "training"
# Steps between two lines of loss in the log.
LINE = 20
# Default of a new run.
STEPS = 4600
# Minimum seconds between two plans for a set end time.
PLAN = 60


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, default=HERE / "library.jsonl.xz")
    parser.add_argument("--work", type=Path, help="folder for checkpoint and log; target/training/house if not given, with --smoke target/training/house-smoke")
    parser.add_argument("--out", type=Path, help="folder for the model; WORK/model if not given")
    parser.add_argument("--start", type=Path, help="go on from the weights of this checkpoint folder or GGUF file, with the tokenizer there")
    parser.add_argument("--width", type=int, default=320)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=5)
    parser.add_argument("--hidden", type=int, default=896)
    parser.add_argument("--length", type=int, default=512, help="tokens a window, and the model's context")
    parser.add_argument("--batch", type=int, default=16, help="windows a step")
    parser.add_argument("--rows", type=int, help="windows at a time on each thread; if not given 2, on a GPU all of the batch")
    parser.add_argument("--weight", action="append", metavar="SHELF=FACTOR", help="read a shelf so many times as often; TinyStories=4 if none is given")
    parser.add_argument("--muon-rate", type=float, default=0.02, help="learning rate of the layers' matrices")
    parser.add_argument("--adam-rate", type=float, default=3e-3, help="learning rate of the embedding and the norms")
    parser.add_argument("--warmup", type=int, default=100, help="steps until the learning rate is reached")
    parser.add_argument("--cooldown", type=float, default=0.4, help="the part of the run in which it falls to nothing")
    parser.add_argument("--average", type=float, default=0.99, help="how much of the running average of the weights a step keeps")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, help=f"of the whole run; {STEPS} for a new one if not given. A run that goes on plans anew what is left")
    length.add_argument("--ready-by", type=datetime.datetime.fromisoformat, help="train until then, as 2026-01-31T18:00")
    length.add_argument("--repeat", type=Path, help="the steps of this log")
    parser.add_argument("--until", type=int, help="stop after this step of the schedule; the same command without it goes on")
    parser.add_argument("--every", type=int, default=100, help="steps between two checkpoints")
    parser.add_argument("--look", type=int, default=500, help="steps between two looks at the held-out documents; 0: at the end only")
    parser.add_argument("--seed", type=int, default=1812)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32", help="of the products of matrices")
    parser.add_argument("--smoke", action="store_true", help="a few steps of a small model on a few documents: whether everything runs")
    chosen = parser.parse_args()
    if chosen.smoke:
        chosen.width, chosen.layers, chosen.heads, chosen.hidden, chosen.length = 64, 2, 1, 128, 64
        chosen.batch, chosen.rows, chosen.warmup, chosen.every, chosen.look, chosen.average = 8, 4, 5, 20, 20, 0.8
    if chosen.rows is None:
        chosen.rows = min(2, chosen.batch) if chosen.device == "cpu" else chosen.batch
    # A smoke run has a tokenizer of its own, which must not be taken for that of the whole library.
    chosen.work = chosen.work or TRAINING / ("house-smoke" if chosen.smoke else "house")
    chosen.out = chosen.out or chosen.work / "model"
    if chosen.batch % chosen.rows:
        parser.error("--batch must be a multiple of --rows")
    if chosen.steps is not None and chosen.steps < 1:
        parser.error("--steps must be 1 or more")
    if chosen.ready_by and chosen.ready_by.timestamp() <= time.time():
        parser.error("--ready-by names an hour that is over")
    try:
        chosen.weight = {shelf: float(factor) for shelf, factor in (each.split("=") for each in chosen.weight or ["TinyStories=4"])}
    except ValueError:
        parser.error("--weight takes the name of a shelf and a number, as --weight TinyStories=4")
    return chosen


def settings(chosen):
    """What must stay the same for a run to go on; how far it goes, and where and how fast it runs, may change."""
    free = ("until", "out", "work", "ready_by", "steps", "threads")
    return {name: value.name if isinstance(value, Path) else value for name, value in vars(chosen).items() if name not in free}


def plans_of(log):
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [(line["step"], line["left"]) for line in lines if line["event"] == "plan"]


class Clock:
    """How many steps there is time for, if they take what they took so far, looks and pauses included."""

    def __init__(self, ready_by):
        self.ready_by, self.began, self.planned, self.steps = ready_by.timestamp(), time.time(), time.time(), 0

    def tick(self, warm):
        """After each step; whether it is time for another plan. The first one waits for the end of the warm-up: its steps tell enough."""
        self.steps += 1
        return time.time() - self.planned >= PLAN and (warm or time.time() >= self.ready_by)

    def left(self):
        self.planned = time.time()
        return int((self.ready_by - self.planned) * self.steps / (self.planned - self.began))


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

    found = data.read(chosen.library, chosen.smoke)
    unknown = set(chosen.weight) - {document["shelf"] for document in found}
    if unknown:
        raise SystemExit(f"--weight: the library has no shelf {', '.join(sorted(unknown))}")
    tokenizer_file = model.tokenizer_of(chosen.start) if chosen.start else chosen.work / "tokenizer.json"
    if not tokenizer_file.exists():
        tokenizer.train(found, tokenizer_file)
    learned, held_out = data.tokens(found, tokenizer_file, chosen.work)
    if chosen.start:
        network = model.load(chosen.start)
    else:
        network = model.House(Shape(
            vocabulary=tokenizer.VOCABULARY, width=chosen.width, layers=chosen.layers, heads=chosen.heads, key_heads=chosen.heads,
            hidden=chosen.hidden, context=chosen.length,
        ))
    network.to(chosen.device)
    windows = data.Windows(learned, chosen.length, chosen.batch, chosen.weight, chosen.seed)
    optimizers = [
        Muon(network.matrices(), lr=chosen.muon_rate),
        torch.optim.AdamW(network.others(), lr=chosen.adam_rate, betas=(0.9, 0.95), weight_decay=0.0),
    ]
    rates = [chosen.muon_rate, chosen.adam_rate]
    average = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}

    def look(state):
        """Bits per byte with these weights in place of those that learn."""
        kept = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
        network.load_state_dict(state)
        found = bits_per_byte(network, held_out)
        network.load_state_dict(kept)
        return {shelf: round(bits, 4) for shelf, bits in found.items()}

    def spent():
        """Wall time, and what the processor worked: on a machine with other work, or in a run that was paused, they are far apart."""
        return {"seconds": round(seconds), "processor_seconds": round(processor + time.process_time())}

    step, seconds, processor, losses = 0, 0.0, 0.0, []
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=chosen.device, weights_only=False)
        if saved["settings"] != settings(chosen):
            raise SystemExit(f"{checkpoint} is from a run with other settings: name another --work, or delete it")
        network.load_state_dict(saved["weights"])
        for optimizer, state in zip(optimizers, saved["optimizers"]):
            optimizer.load_state_dict(state)
        average, step, losses, plans = (saved[name] for name in ("average", "step", "losses", "plans"))
        seconds, processor = saved["seconds"], saved["processor"]
        # What was logged after the checkpoint will be done again.
        lines = [line for line in log.read_text().splitlines() if json.loads(line).get("step", 0) <= step]
        log.write_text("".join(line + "\n" for line in lines))
        tell(event="resume", step=step)
    else:
        log.unlink(missing_ok=True)
        tell(
            event="start", bits_per_byte=look(average) if chosen.look else None, parameters=sum(value.numel() for value in average.values()),
            learned_documents=len(learned.documents), learned_tokens=len(learned.tokens), held_out_documents=len(held_out.documents),
            torch=torch.__version__, **settings(chosen),
        )
        plans = plans_of(chosen.repeat) if chosen.repeat else [(0, chosen.steps or (40 if chosen.smoke else STEPS))]
        for at, left in plans:
            tell(event="plan", step=at, left=left)
    schedule = Schedule(plans, chosen.warmup, chosen.cooldown)
    clock = Clock(chosen.ready_by) if chosen.ready_by else None
    if chosen.steps and schedule.left(0) != chosen.steps:
        if chosen.steps <= step:
            raise SystemExit(f"this run has made {step} steps already: --steps must be more")
        schedule.plan(step, chosen.steps - step)
        tell(event="plan", step=step, left=schedule.left(step))
    parameters = list(network.parameters())

    def gradients_of(rows):
        """Loss of these windows, and the gradients, as parts of the batch's."""
        with torch.autocast(chosen.device, torch.bfloat16, enabled=chosen.precision == "bfloat16"):
            logits = network(rows[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1).float(), rows[:, 1:].flatten()) * len(rows) / chosen.batch
        return loss.item(), torch.autograd.grad(loss, parameters)

    # At these widths a core that multiplies alone does more than its part of a product; and added up in order, the
    # gradients are the same on any number of them.
    cores = ThreadPoolExecutor(chosen.threads if chosen.device == "cpu" else 1, initializer=torch.set_num_threads, initargs=(1,))

    while not schedule.over(step) and step != chosen.until:
        began = time.monotonic()
        for optimizer, rate in zip(optimizers, rates):
            for group in optimizer.param_groups:
                group["lr"] = rate * schedule.rate(step)
        batch = torch.from_numpy(windows.step(step)).to(chosen.device)
        total = 0.0
        for parameter in parameters:
            parameter.grad = None
        for loss, gradients in cores.map(gradients_of, batch.split(chosen.rows)):
            total += loss
            for parameter, gradient in zip(parameters, gradients):
                parameter.grad = gradient if parameter.grad is None else parameter.grad.add_(gradient)
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        for optimizer in optimizers:
            optimizer.step()
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                average[name].lerp_(parameter, 1 - chosen.average)
        losses.append(total)
        step += 1
        seconds += time.monotonic() - began
        # The last twentieth is not planned again, so that a late run still cools down.
        if clock and clock.tick(step >= chosen.warmup) and schedule.left(step) > step // 20:
            schedule.plan(step, max(clock.left(), step // 20))
            tell(event="plan", step=step, left=schedule.left(step))
        if step % LINE == 0 or schedule.over(step):
            tell(event="loss", step=step, loss=round(sum(losses) / len(losses), 4), rate=round(schedule.rate(step - 1), 4), **spent())
            losses = []
        if chosen.look and step % chosen.look == 0 and not schedule.over(step):
            tell(event="look", step=step, bits_per_byte=look(network.state_dict()), of_average=look(average), **spent())
        if step % chosen.every == 0 or step == chosen.until or schedule.over(step):
            state = {
                "settings": settings(chosen), "weights": network.state_dict(), "average": average,
                "plans": [plan[:2] for plan in schedule.plans], "optimizers": [optimizer.state_dict() for optimizer in optimizers],
                "step": step, "losses": losses, "seconds": seconds, "processor": processor + time.process_time(),
            }
            # Under another name first: a run that is interrupted while writing still has the previous checkpoint.
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    if not schedule.over(step):
        return
    last, averaged = look(network.state_dict()), look(average)
    tell(event="look", step=step, bits_per_byte=last, of_average=averaged, **spent())
    better = average if sum(averaged.values()) < sum(last.values()) else network.state_dict()
    export(better, network.shape, tokenizer_file, chosen.out)
    tell(
        event="end", step=step, bits_per_byte=averaged if better is average else last, averaged=better is average,
        bytes=(chosen.out / "model.safetensors").stat().st_size, **spent(),
    )


if __name__ == "__main__":
    main()
