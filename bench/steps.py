"""Time of one training step: Chainrule, NumPy by hand and micrograd, one thread, in one run.

    .venv/bin/python bench/steps.py

Every contender trains the same network on the same examples from the same initial weights, the whole batch in each
step, plain gradient descent in 64-bit numbers. Chainrule's step draws the batch anew each time as well. Before
anything is timed, Chainrule's and NumPy's parameters after 20 steps must agree.
micrograd has no tanh, so its neurons are rectified; it does not batch, so a step is a graph of every example.
"""

from __future__ import annotations

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[threads] = "1"

import random
import statistics
import sys
from array import array
from collections.abc import Callable
from time import perf_counter

import numpy as np
from byhand import ByHand
from micrograd.engine import Value
from micrograd.nn import MLP

from chainrule.machine.native import NativeMachine
from chainrule.network import Plan, Trainer
from chainrule.network.data import Split, Table

RATE = 0.03
ROUNDS = 7

NETWORKS = (
    ((2, 8, 8, 1), 100),
    ((2, 16, 16, 1), 100),
    ((10, 50, 50, 50, 10), 200),
    ((100, 48, 48, 28, 10), 1000),
)


def examples(sizes: tuple[int, ...], batch: int) -> Split:
    """Points around one centre a class; all but a few train."""
    source = random.Random(7)
    features, classes = sizes[0], max(2, sizes[-1])
    centres = [[source.gauss(0, 1) for _ in range(features)] for _ in range(classes)]
    rows = batch + 20
    labels = array("i", [row % classes for row in range(rows)])
    inputs = array("d", [number + source.gauss(0, 0.5) for label in labels for number in centres[label]])
    table = Table(
        name="bench",
        task="binary" if classes == 2 else "multiclass",
        features=tuple(f"x{number}" for number in range(features)),
        classes=tuple(str(number) for number in range(classes)),
        inputs=inputs,
        labels=labels,
        planar=False,
        extent=0.0,
    )
    order = array("i", range(rows))
    return Split(table=table, training=order[:batch], validation=order[batch:], inputs=inputs)


def arrays(split: Split, outputs: int) -> tuple[np.ndarray, np.ndarray]:
    rows = len(split.training)
    inputs = np.array(split.inputs).reshape(-1, len(split.table.features))[:rows].copy()
    labels = np.array(split.table.labels)[:rows]
    if outputs == 1:
        return inputs, np.where(labels == 1, 1.0, -1.0)[:, None]
    return inputs, np.eye(outputs)[labels]


def timed(run: Callable[[int], None]) -> float:
    """Microseconds of one step: the median of several rounds, each long enough to be measured."""
    steps, seconds = 1, 0.0
    while True:
        start = perf_counter()
        run(steps)
        seconds = perf_counter() - start
        if seconds > 0.2:
            break
        steps *= 2
    rounds = []
    for _ in range(ROUNDS):
        start = perf_counter()
        run(steps)
        rounds.append((perf_counter() - start) / steps)
    return statistics.median(rounds) * 1e6


def micrograd(sizes: tuple[int, ...], split: Split) -> float:
    """Microseconds of one step, the median of three."""
    inputs, targets = arrays(split, sizes[-1])
    network = MLP(sizes[0], list(sizes[1:]))

    def seconds() -> float:
        start = perf_counter()
        loss = Value(0)
        for row, (wanted,) in zip(inputs.tolist(), targets.tolist(), strict=True):
            loss = loss + (network(list(map(Value, row))) - wanted) ** 2
        loss = loss * (1.0 / len(inputs))
        network.zero_grad()
        loss.backward()
        for parameter in network.parameters():
            parameter.data -= RATE * parameter.grad
        return perf_counter() - start

    return statistics.median(seconds() for _ in range(3)) * 1e6


def measured() -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for sizes, batch in NETWORKS:
        split = examples(sizes, batch)
        loss = "mse" if sizes[-1] == 1 else "cross_entropy"
        plan = Plan(sizes, "tanh", loss, "sgd", batch)
        trainer = Trainer(NativeMachine(), plan, split, 1, {"learning_rate": RATE})
        hand = ByHand(sizes, trainer.parameters(), *arrays(split, sizes[-1]))
        trainer.advance(20)
        for _ in range(20):
            hand.step(RATE)
        apart = float(np.abs(hand.parameters() - np.array(trainer.parameters())).max())
        if not apart < 1e-9:
            sys.exit(f"{sizes}: Chainrule and NumPy are {apart:.3g} apart after 20 steps; nothing was timed")

        def by_hand(steps: int, hand: ByHand = hand) -> None:
            for _ in range(steps):
                hand.step(RATE)

        found.append(
            {
                "network": "-".join(map(str, sizes)),
                "batch": batch,
                "parameters": plan.parameters,
                "chainrule": timed(trainer.advance),
                "numpy": timed(by_hand),
                "micrograd": micrograd(sizes, split) if sizes[-1] == 1 else None,
                "apart": apart,
            }
        )
    return found


def main() -> None:
    print(
        "| network | batch | parameters | Chainrule, µs | NumPy by hand, µs | micrograd, µs | largest difference |"
    )
    print("|---|---|---|---|---|---|---|")
    for row in measured():
        slow = row["micrograd"]
        print(
            f"| {row['network']} | {row['batch']} | {row['parameters']} | {row['chainrule']:,.1f} |"
            f" {row['numpy']:,.1f} | {'–' if slow is None else f'{slow:,.0f}'} | {row['apart']:.1e} |"
        )


if __name__ == "__main__":
    main()
