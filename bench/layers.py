"""What normalisation, dropout and Adam add to a step, and where the time of a step goes.

python bench/layers.py
"""

from __future__ import annotations

import time
from collections import defaultdict
from itertools import pairwise

import networks
import timing

from chainrule.machine import Machine

VARIANTS = {
    "plain SGD": {},
    "Adam": {"optimiser": "adam"},
    "batch norm": {"normalisation": "batch"},
    "layer norm": {"normalisation": "layer"},
    "dropout": {"dropout": True},
    "batch norm, dropout, Adam": {"optimiser": "adam", "normalisation": "batch", "dropout": True},
}
MICRO = 1e6


def added() -> str:
    rows = []
    for sizes, batch in networks.NETWORKS:
        trainers = {name: networks.trainer(sizes, batch, **plan) for name, plan in VARIANTS.items()}
        times = timing.alternating({name: each.advance for name, each in trainers.items()})
        plain = times["plain SGD"]
        cells = [f"{timing.median(plain) * MICRO:,.1f}"]
        cells += [f"{timing.ratio(times[name], plain):.2f}" for name in list(VARIANTS)[1:]]
        rows.append([networks.title(sizes, batch), *cells])
        print(rows[-1], flush=True)
    return timing.table(["network, batch", "plain SGD, µs", *list(VARIANTS)[1:]], rows)


def once(machine: Machine, first: int, last: int, seconds: float) -> float:
    """Seconds for rows ``first`` to ``last``, run many times over in one call."""
    count = timing.calibrated(lambda times: machine.run(first, last, times), seconds)
    start = time.perf_counter()
    machine.run(first, last, count)
    return (time.perf_counter() - start) / count


def profile() -> str:
    """Shares of the sections of a plain step. A section is run alone, many times over; what it computes stays finite,
    as each reads what the others left."""
    names = ["schedule", "update", "gather", "forward", "loss", "zero", "seed", "backward"]
    rows = []
    for sizes, batch in networks.NETWORKS:
        trainer = networks.trainer(sizes, batch, "adam")
        trainer.advance(5)
        program, machine = trainer._lowered.program, trainer._machine
        first, last = trainer._step_rows
        found: dict[str, list[float]] = defaultdict(list)
        for _ in range(timing.ROUNDS):
            for name in names:
                start, end = program.slice(name)
                spent = 0.0
                if end > start and first <= start < last:
                    spent = once(machine, start, end, 0.03)
                found[name].append(spent)
        medians = {name: timing.median(times) for name, times in found.items()}
        whole = sum(medians.values())
        flops = batch * 6 * sum(a * b for a, b in pairwise(sizes))
        rows.append(
            [
                networks.title(sizes, batch),
                f"{whole * MICRO:,.1f}",
                *(f"{medians[name] / whole:.1%}" for name in names),
                f"{flops / (medians['forward'] + medians['backward']) / 1e9:.1f}",
            ]
        )
        print(rows[-1], flush=True)
    return timing.table(["network, batch", "sum, µs", *names, "GFLOP/s"], rows)


def kernels() -> str:
    """Shares of the instructions of forward and backward, each row run alone."""
    rows = []
    for sizes, batch in networks.NETWORKS:
        trainer = networks.trainer(sizes, batch, "adam")
        trainer.advance(5)
        program, machine = trainer._lowered.program, trainer._machine
        first, last = trainer._step_rows
        spent: dict[str, float] = defaultdict(float)
        for row in range(first, last):
            name, _ = program.instruction(row)
            spent[name] += once(machine, row, row + 1, 0.01)
        whole = sum(spent.values())
        largest = sorted(spent.items(), key=lambda each: -each[1])[:6]
        shares = ", ".join(f"{name} {share / whole:.0%}" for name, share in largest)
        rows.append([networks.title(sizes, batch), shares])
    return timing.table(["network, batch", "largest shares of a step"], rows)


def main() -> None:
    timing.written(
        "layers",
        "What layers and optimisers add to a step",
        "python bench/layers.py",
        "Time of a step as a multiple of the plain step's in the same rounds, one thread. Target for all three"
        " together: at most 1.60.",
        added(),
    )
    timing.written(
        "profile",
        "Where the time of a step goes",
        "python bench/layers.py",
        "Sections of a step with Adam, each run alone. GFLOP/s: the multiplications and additions of the dense layers,"
        " forward and backward, in the time of those two sections, activations included.",
        profile(),
        "By instruction, each run alone:",
        kernels(),
    )


if __name__ == "__main__":
    main()
