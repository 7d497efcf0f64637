"""Time of one training step: the machine, NumPy by hand, PyTorch, JAX, micrograd; same weights, data and run.

    python bench/steps.py

One thread, double precision. Before anything is timed, every contestant makes three steps and must have the machine's
loss to 1e-9. micrograd is timed with one output only: its steps of the larger networks would take minutes.
"""

from __future__ import annotations

import timing

timing.one_thread()

import random
import statistics
import time

import micrograd.engine
import micrograd.nn
import networks
import peers

TARGETS = (20.0, 40.0, 700.0, 4000.0)
MICRO = 1e6


def micrograd_seconds(sizes: tuple[int, ...], batch: int) -> float:
    """micrograd's own classes (relu, it has no tanh); the graph of a step holds every example of the batch."""
    random.seed(1)
    model = micrograd.nn.MLP(sizes[0], list(sizes[1:]))
    rows = [[random.uniform(-1, 1) for _ in range(sizes[0])] for _ in range(batch)]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        loss = micrograd.engine.Value(0.0)
        for row in rows:
            loss = loss + (model([micrograd.engine.Value(x) for x in row]) - 1.0) ** 2
        loss = loss * (1 / batch)
        model.zero_grad()
        loss.backward()
        for parameter in model.parameters():
            parameter.data -= 0.01 * parameter.grad
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    rows = []
    for (sizes, batch), target in zip(networks.NETWORKS, TARGETS, strict=True):
        ours = networks.trainer(sizes, batch)
        others = {
            "NumPy": peers.numpy_step(sizes, batch),
            "PyTorch": peers.torch_step(sizes, batch),
            "JAX": peers.jax_step(sizes, batch),
        }
        there = {name: found for name, found in others.items() if found is not None}
        ours.advance(3)
        for name, (advance, loss) in there.items():
            advance(3)
            if abs(loss() - ours.batch_loss) > 1e-9 * abs(ours.batch_loss):
                raise SystemExit(f"{name} computes something else: {loss()} instead of {ours.batch_loss}")
        times = timing.alternating(
            {"machine": ours.advance, **{name: advance for name, (advance, _) in there.items()}}
        )

        def shown(name: str, times: dict[str, list[float]] = times) -> str:
            if name not in times:
                return "–"
            factor = timing.ratio(times["machine"], times[name])
            return f"{timing.median(times[name]) * MICRO:,.1f} ({factor:.2f})"

        slow = f"{micrograd_seconds(sizes, batch) * MICRO:,.0f}" if sizes[-1] == 1 else "–"
        rows.append(
            [
                networks.title(sizes, batch),
                str(networks.parameters(sizes)),
                f"≤ {target:,.0f}",
                f"{timing.median(times['machine']) * MICRO:,.1f}",
                *(shown(name) for name in others),
                slow,
            ]
        )
        print(rows[-1], flush=True)
    head = ["network, batch", "parameters", "target", "machine", "NumPy", "PyTorch", "JAX jit", "micrograd"]
    timing.written(
        "steps",
        "Time of one training step",
        "python bench/steps.py",
        "Microseconds; medians of alternating rounds, one thread, double precision, full batch, SGD. In parentheses the"
        " machine's time as a share of that column's, median of the rounds. NumPy is written by hand, PyTorch eager.",
        timing.table(head, rows),
    )


if __name__ == "__main__":
    main()
