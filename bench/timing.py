"""What the benchmarks share: rounds in which contestants take turns, medians, tables with the machine they are from."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROUNDS = 9
SLICE = 0.25  # seconds for each contestant in a round

Advance = Callable[[int], object]
"""``advance(n)`` does the thing ``n`` times."""


def one_thread() -> None:
    """Before NumPy, PyTorch or JAX is imported."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        os.environ.pop(name, None)  # NumPy shall choose the kernels that suit the processor
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ["JAX_PLATFORMS"] = "cpu"


def calibrated(advance: Advance, seconds: float = SLICE) -> int:
    """How often something can be done in ``seconds``."""
    count = 1
    while True:
        start = time.perf_counter()
        advance(count)
        spent = time.perf_counter() - start
        if spent > seconds / 10:
            return max(1, int(count * seconds / spent))
        count *= 4


def alternating(
    contestants: Mapping[str, Advance], rounds: int = ROUNDS, seconds: float = SLICE
) -> dict[str, list[float]]:
    """Seconds for doing it once, round by round; contestants take turns, so a slow moment hits them all."""
    counts = {name: calibrated(advance, seconds) for name, advance in contestants.items()}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, advance in contestants.items():
            start = time.perf_counter()
            advance(counts[name])
            times[name].append((time.perf_counter() - start) / counts[name])
    return times


def median(times: Sequence[float]) -> float:
    return statistics.median(times)


def ratio(times: Sequence[float], others: Sequence[float]) -> float:
    """Median of the ratios round by round."""
    return statistics.median(a / b for a, b in zip(times, others, strict=True))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Processor and Python of the figures."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.split(":")[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}"


def written(name: str, title: str, command: str, *parts: str) -> None:
    """Print the results and write them to ``results/name.md``."""
    text = "\n\n".join([f"# {title}", f"`{command}` · {machine()}", *parts]) + "\n"
    print(text)
    (Path(__file__).parent / "results" / f"{name}.md").write_text(text, "utf-8")
