"""The elementary functions as the machine computes them: at most 2 ulp off over the whole range of doubles, with
IEEE's edges, and bit for bit what the same text gives on Python's floats."""

import math
import random
import struct
from array import array

import pytest
from mpmath import mp, mpf

from chainrule.machine.native import NativeMachine
from chainrule.program import Builder
from chainrule.rules import RULES, elementary
from chainrule.rules.expr import symbol
from chainrule.rules.kernel import Kernel, Output
from chainrule.rules.reading import evaluate

NAMES = ("exp", "log", "sin", "cos", "tanh", "expm1", "log1p")
COUNT = 3000
TINY, HUGE, LEAST = 2.0**-1022, math.nextafter(math.inf, 0), 5e-324


@pytest.fixture(scope="module")
def machine():
    return NativeMachine()


def on_machine(machine, name, numbers):
    """The function on many numbers at once; expm1 and log1p have no rule of their own and run inside tests' kernels."""
    builder = Builder()
    x = builder.span("x", 1, len(numbers))
    y = builder.span("y", 1, len(numbers))
    builder.element_wise(RULES[name].kernel, [x], [y])
    program = builder.build()
    machine.load(program)
    machine.write(x.offset, array("d", numbers))
    machine.run(0, program.rows)
    return machine.read(y.offset, len(numbers))


def sampled(name):
    """Numbers of every size, numbers near 1, breakpoints, and for angles near multiples of a quarter turn."""
    chance = random.Random(name)
    found = [
        chance.choice((-1, 1)) * math.ldexp(1 + chance.random(), chance.randint(-1074, 1023))
        for _ in range(COUNT)
    ]
    found += [chance.uniform(-30, 30) for _ in range(COUNT)]
    found += [chance.uniform(-750, 750) for _ in range(COUNT)]
    found += [1 + chance.uniform(-0.5, 0.5) * 2.0 ** -chance.randint(0, 50) for _ in range(COUNT)]
    found += [chance.choice((-1, 1)) * chance.random() * 2.0 ** -chance.randint(0, 60) for _ in range(COUNT)]
    quarter = mp.pi / 2
    for _ in range(COUNT):
        k = chance.randint(1, 10 ** chance.randint(1, 15))
        found.append(float(k * quarter))
    found.append(6381956970095103.0 * 2.0**797)  # the double nearest to a multiple of pi / 2
    found += [2.0**20, math.nextafter(2.0**20, math.inf), 2.0**1023, HUGE, TINY, LEAST, -TINY]
    if name in ("log", "log1p"):
        found = list(map(abs, found))
    if name == "log1p":
        found += [-chance.random() for _ in range(COUNT)]
    return [x for x in found if math.isfinite(x)]


def exact(name, x):
    with mp.workprec(1300 if name in ("sin", "cos") else 200):
        if name in ("expm1", "log1p", "tanh") and abs(x) < 2.0**-60:
            return mpf(x)  # the next term of the series is far below the last digit
        if name == "exp" and x < -800:
            return mpf(0)
        if name in ("exp", "expm1") and x > 800:
            return mpf("inf")
        if name == "tanh" and abs(x) > 400:
            return mpf(math.copysign(1, x))
        if name == "expm1" and x < -800:
            return mpf(-1)
        return +getattr(mp, name)(mpf(x))


def ulps_off(found, wanted):
    nearest = float(wanted)
    if math.isinf(nearest) or math.isinf(found):
        # What lies within half a unit of the largest double may round either way.
        return 0.0 if found == nearest or abs(wanted) >= mpf(HUGE) * (1 - mpf(2) ** -52) else math.inf
    return float(abs(mpf(found) - wanted) / mpf(math.ulp(nearest)))


def same(found, wanted):
    """The same bits; all NaNs are one."""
    return struct.pack("<d", found) == struct.pack("<d", wanted) or (math.isnan(found) and math.isnan(wanted))


def computed(machine, name, numbers):
    if name in RULES:
        return on_machine(machine, name, numbers)
    return array("d", [getattr(elementary, name)(x) for x in numbers])


@pytest.mark.parametrize("name", NAMES)
def test_at_most_two_units_off_in_the_last_place(machine, name):
    numbers = sampled(name)
    found = computed(machine, name, numbers)
    worst = max((ulps_off(y, exact(name, x)), x) for x, y in zip(numbers, found, strict=True))
    print(f"{name}: at most {worst[0]:.3f} ulp, at {worst[1]!r}")
    assert worst[0] <= 2.0, worst


EDGES = {
    "exp": [(0.0, 1.0), (-0.0, 1.0), (math.inf, math.inf), (-math.inf, 0.0), (709.782712893385, math.inf)],
    "log": [
        (0.0, -math.inf),
        (-0.0, -math.inf),
        (1.0, 0.0),
        (-1.0, math.nan),
        (math.inf, math.inf),
        (-math.inf, math.nan),
    ],
    "sin": [
        (-0.0, -0.0),
        (0.0, 0.0),
        (math.inf, math.nan),
        (-math.inf, math.nan),
        (LEAST, LEAST),
        (-TINY, -TINY),
    ],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (math.inf, math.nan), (-math.inf, math.nan), (LEAST, 1.0)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (math.inf, 1.0), (-math.inf, -1.0), (LEAST, LEAST), (-TINY, -TINY)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (math.inf, math.inf), (-math.inf, -1.0), (LEAST, LEAST)],
    "log1p": [(0.0, 0.0), (-0.0, -0.0), (-1.0, -math.inf), (-2.0, math.nan), (math.inf, math.inf)],
}


@pytest.mark.parametrize("name", EDGES)
def test_edges_are_as_ieee_says(machine, name):
    numbers, expected = zip(*EDGES[name], (math.nan, math.nan), strict=True)
    for x, wanted, y in zip(numbers, expected, computed(machine, name, numbers), strict=True):
        assert same(y, wanted), (x, y, wanted)


def test_the_largest_exponential_is_finite(machine):
    assert math.isfinite(on_machine(machine, "exp", [709.782712893384])[0])


@pytest.mark.parametrize("name", ["exp", "log", "sin", "cos", "tanh", "softplus", "sigmoid", "gelu", "silu"])
def test_the_same_text_gives_the_same_bits_on_floats_and_on_the_machine(machine, name):
    numbers = [*sampled(name), 0.0, -0.0, math.inf, -math.inf]
    found = on_machine(machine, name, numbers)
    x = symbol(RULES[name].inputs[0])
    assert RULES[name].kernel == Kernel(name, (x.name,), (), (Output("y", RULES[name].expr),))
    for number, y in zip(numbers, found, strict=True):
        wanted = evaluate(RULES[name].expr, {x.name: number}, portable=True)
        assert same(y, wanted), (number, y, wanted)
