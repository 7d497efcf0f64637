"""Graphs of single numbers: eager, compiled, changed, compared; against micrograd.

    python bench/values.py

The graph: 8 neurons of 8 inputs with relu over 690 rows, summed up; about 100,000 nodes. Every contestant has a process
of its own, as the garbage of one would be collected in the time of another.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from typing import Any

import timing

ROUNDS = 7
ROWS = 690


def graph(make: Any) -> tuple[list[list[Any]], Any]:
    """The weights and the sum, made of ``make``'s numbers."""
    import random

    random.seed(1)
    weights = [[make(random.uniform(-1, 1)) for _ in range(8)] for _ in range(8)]
    total = make(0.0)
    for _ in range(ROWS):
        x = [make(random.uniform(-1, 1)) for _ in range(8)]
        for row in weights:
            z = row[0] * x[0]
            for w, each in zip(row[1:], x[1:], strict=True):
                z = z + w * each
            total = total + z.relu()
    return weights, total


def eager(package: str, collector: bool) -> dict[str, float]:
    """Medians of building and of backward."""
    import gc

    if package == "micrograd":
        from micrograd.engine import Value

        sys.setrecursionlimit(1_000_000)
    else:
        from chainrule import Value
    if not collector:
        gc.disable()
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        start = time.perf_counter()
        kept = graph(Value)
        built = time.perf_counter()
        kept[1].backward()
        times.append((built - start, time.perf_counter() - built))
        del kept
    return {
        "build": statistics.median(build for build, _ in times),
        "backward": statistics.median(back for _, back in times),
    }


def compiled() -> dict[str, float]:
    """A whole pass, and a change of a leaf near the output; then the diff of graphs as large."""
    import chainrule as cr

    weights, total = graph(cr.Value)
    near = cr.Value(0.5)
    result = (total * 0.001 + near).tanh()
    start = time.perf_counter()
    program = cr.compile(result, [near, *(w for row in weights for w in row)])
    found = {"compile": time.perf_counter() - start, "operations": float(program.recomputed)}

    def whole(count: int) -> None:
        for _ in range(count):
            program.forward()
            program.backward()

    flip = 0.0

    def change(count: int) -> None:
        nonlocal flip
        for _ in range(count):
            flip = 0.25 - flip
            program.change({near: flip})

    program.forward()
    found["operations"] = float(program.recomputed)
    change(1)
    found["changed"] = float(program.recomputed)
    times = timing.alternating({"whole": whole, "change": change}, ROUNDS)
    found["whole"], found["change"] = (statistics.median(times[name]) for name in ("whole", "change"))
    found["cheaper"] = timing.ratio(times["whole"], times["change"])
    return found | compared(cr, total)


def compared(cr: Any, total: Any) -> dict[str, float]:
    """Diffs of two snapshots: gradients, an operator below the output, a node put in there; a rebuild."""
    plain = cr.snapshot(total.tanh())
    total.backward()
    after = cr.snapshot(total.tanh())
    again = cr.snapshot(graph(cr.Value)[1].tanh())
    pairs = {
        "gradients": (plain, after),
        "rebuilt": (plain, again),
        "operator": (plain, cr.snapshot(total.sin())),
        "inserted": (plain, cr.snapshot(total.sin().tanh())),
    }
    found = {"nodes": float(plain.nodes)}
    for name, (old, new) in pairs.items():
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            cr.diff(old, new)
            times.append(time.perf_counter() - start)
        found[name] = statistics.median(times)
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        cr.snapshot(total)
        times.append(time.perf_counter() - start)
    found["snapshot"] = statistics.median(times)
    return found


def chain() -> dict[str, float]:
    """A million values one behind the other."""
    from chainrule import Value

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    x = at = Value(1.0)
    for _ in range(1_000_000):
        at = at + x
    built = time.perf_counter()
    at.backward()
    back = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    del at
    return {
        "build": built - start,
        "backward": back - built,
        "free": time.perf_counter() - back,
        "megabytes": (peak - before) / 1024,
    }


def apart(name: str, *arguments: str) -> dict[str, float]:
    """The result of one of the functions above in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, name, *arguments], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def by(factor: float, what: str) -> str:
    return f"{factor:,.0f} times {what}; "


def main() -> None:
    rows = []
    whole: dict[str, float] = {}
    quiet: dict[str, float] = {}
    for collector in ("on", "off"):
        found = {name: apart("eager", name, collector) for name in ("micrograd", "chainrule")}
        sums = {name: sum(each.values()) for name, each in found.items()}
        whole, quiet = (sums, quiet) if collector == "on" else (whole, sums)
        for name, each in found.items():
            rows.append(
                [
                    f"{name}, collector {collector}",
                    f"{each['build'] * 1e3:,.1f}",
                    f"{each['backward'] * 1e3:,.1f}",
                    f"{sums[name] * 1e3:,.1f}",
                    f"{sums['micrograd'] / sums[name]:.1f}",
                ]
            )
    eager_table = timing.table(
        ["100,000 nodes", "build, ms", "backward, ms", "both, ms", "times faster than micrograd"], rows
    )
    fast, million = apart("compiled"), apart("chain")
    compiled_table = timing.table(
        ["what", "time", "target", "figure"],
        [
            [
                "compile, once",
                f"{fast['compile'] * 1e3:,.0f} ms",
                "",
                f"{fast['operations']:,.0f} operations",
            ],
            [
                "forward and backward",
                f"{fast['whole'] * 1e3:.2f} ms",
                "≥ 300",
                by(whole["micrograd"] / fast["whole"], "faster than micrograd builds and differentiates it")
                + by(quiet["micrograd"] / fast["whole"], "with the collector off")
                + by(whole["chainrule"] / fast["whole"], "faster than our own eager pass")[:-2],
            ],
            [
                "one leaf near the output changed",
                f"{fast['change'] * 1e6:.1f} µs",
                "≥ 100",
                by(fast["cheaper"], "cheaper than a compiled pass")
                + by(whole["chainrule"] / fast["change"], "than an eager one")
                + f"{fast['changed']:.0f} operations",
            ],
        ],
    )
    diff_table = timing.table(
        ["diff of two graphs", "ms", "target"],
        [
            ["gradients changed", f"{fast['gradients'] * 1e3:.0f}", "< 150"],
            ["the same expression built again", f"{fast['rebuilt'] * 1e3:.0f}", "< 150"],
            ["an operator changed", f"{fast['operator'] * 1e3:.0f}", "< 150"],
            ["a node put in between", f"{fast['inserted'] * 1e3:.0f}", "< 150"],
            ["a snapshot, for comparison", f"{fast['snapshot'] * 1e3:.0f}", ""],
        ],
    )
    chain_table = timing.table(
        ["1,000,000 values in a chain", ""],
        [
            ["build", f"{million['build']:.2f} s"],
            ["backward", f"{million['backward']:.2f} s"],
            ["free", f"{million['free']:.2f} s"],
            ["peak memory", f"{million['megabytes']:.0f} MB"],
        ],
    )
    timing.written(
        "values",
        "Graphs of single numbers",
        "python bench/values.py",
        "Eager, each in a process of its own; Python's garbage collector as it is by default, and switched off. Target:"
        " at least 5 times faster than micrograd.",
        eager_table,
        "Compiled, one thread. Ratios to micrograd and to the eager pass are to those with the collector on, unless it"
        " is said. Of a change some 6 µs are the call into wasmtime, whatever it computes.",
        compiled_table,
        f"Snapshots of {fast['nodes']:,.0f} nodes, compared.",
        diff_table,
        "A chain, in a process of its own.",
        chain_table,
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["eager", package, collector]:
            print(json.dumps(eager(package, collector == "on")))
        case ["compiled"]:
            print(json.dumps(compiled()))
        case ["chain"]:
            print(json.dumps(chain()))
