"""Normalisation and dropout: WebAssembly against the plain Python text, and against what they are meant to be."""

import math
import struct
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.machine.native import NativeMachine
from chainrule.machine.reference import ReferenceMachine
from chainrule.network.stream import Stream
from chainrule.program import Builder, padded

SHAPES = {"rows": st.integers(1, 9), "columns": st.integers(1, 20), "seed": st.integers(0, 100)}
NAMES = ("scales", "shifts", "means", "variances", "scale_gradients", "shift_gradients")


@pytest.fixture(scope="module")
def machines():
    return NativeMachine(), ReferenceMachine()


def build(kind, rows, columns):
    """Forward and backward of one normalisation; batch norm weighs its examples evenly."""
    builder = Builder()
    matrices = {
        name: builder.span(name, rows, columns) for name in ("inputs", "normal", "out", "upstream", "dx")
    }
    places = {name: builder.vector(name, rows).offset for name in NAMES}
    inverses = builder.vector("inverses", max(rows, columns)).offset
    weights = builder.constant("weights", [1 / columns] * columns).offset
    shape = {"rows": rows, "columns": padded(columns), "stride": matrices["inputs"].stride}
    forward = {name: places[name] for name in ("scales", "shifts")}
    back = {name: places[name] for name in ("scales", "scale_gradients", "shift_gradients")}
    if kind == "batch_norm":
        forward |= {"weights": weights, "means": places["means"], "variances": places["variances"]}
        back["weights"] = weights
    ends = {name: matrices[name].offset for name in ("inputs", "normal", "out")}
    builder.emit(kind, **shape, **forward, inverses=inverses, **ends)
    upstream, dx = matrices["upstream"].offset, matrices["dx"].offset
    builder.emit(
        f"{kind}.back",
        **shape,
        **back,
        inverses=inverses,
        upstream=upstream,
        normal=ends["normal"],
        out=dx,
    )
    return builder.build()


def filled(program, rows, columns, seed):
    """Random numbers everywhere, zeros in the padded columns of the upstream gradients as in a real step."""
    stream = Stream(seed)
    numbers = array("d", [stream.normal() for _ in range(program.words)])
    span = program.spans["upstream"]
    for row in range(rows):
        for column in range(columns, span.stride):
            numbers[span.offset + row * span.stride + column] = 0.0
    for offset, constant in program.constants:
        numbers[offset : offset + padded(len(constant))] = array("d", bytes(8 * padded(len(constant))))
        numbers[offset : offset + len(constant)] = constant
    return numbers


def ran(machine, program, numbers):
    machine.load(program)
    machine.write(0, numbers)
    machine.run(0, program.rows)
    return machine.read(0, program.words)


def matrix(arena, program, name, rows, columns):
    span = program.spans[name]
    return [list(arena[span.offset + row * span.stride :][:columns]) for row in range(rows)]


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm"])
@given(**SHAPES)
def test_machine_and_reference_agree(kind, machines, rows, columns, seed):
    program = build(kind, rows, columns)
    numbers = filled(program, rows, columns, seed)
    native, reference = (ran(machine, program, numbers) for machine in machines)
    # 300 where a variance is 0 but for EPSILON: rounding counts that much more
    assert native == pytest.approx(reference, rel=1e-9, abs=1e-10)


@pytest.mark.parametrize(("kind", "axis"), [("batch_norm", 1), ("layer_norm", 0)])
@given(rows=st.integers(2, 9), columns=st.integers(2, 20), seed=st.integers(0, 100))
def test_what_is_normalised_has_mean_0_and_variance_1(kind, axis, machines, rows, columns, seed):
    program = build(kind, rows, columns)
    arena = ran(machines[0], program, filled(program, rows, columns, seed))
    normal = matrix(arena, program, "normal", rows, columns)
    inputs = matrix(arena, program, "inputs", rows, columns)
    lines = (normal, inputs) if axis else (list(zip(*each, strict=True)) for each in (normal, inputs))
    for found, given_ in zip(*lines, strict=True):
        mean = math.fsum(given_) / len(given_)
        variance = math.fsum((x - mean) ** 2 for x in given_) / len(given_)
        assert math.fsum(found) == pytest.approx(0, abs=1e-9)
        assert math.fsum(x * x for x in found) / len(found) == pytest.approx(variance / (variance + 1e-5))


@pytest.mark.parametrize("kind", ["batch_norm", "layer_norm"])
@given(rows=st.integers(1, 4), columns=st.integers(1, 5), seed=st.integers(0, 50))
@settings(max_examples=20)
def test_backward_is_the_slope_of_forward(kind, machines, rows, columns, seed):
    program = build(kind, rows, columns)
    numbers = filled(program, rows, columns, seed)
    for name in ("dx", "scale_gradients", "shift_gradients"):
        span = program.spans[name]
        numbers[span.offset : span.offset + span.size] = array("d", bytes(8 * span.size))
    arena = ran(machines[0], program, numbers)
    upstream = matrix(arena, program, "upstream", rows, columns)

    def objective(place, step):
        moved = array("d", numbers)
        moved[place] += step
        out = matrix(ran(machines[0], program, moved), program, "out", rows, columns)
        return math.fsum(
            u * y for line, ys in zip(upstream, out, strict=True) for u, y in zip(line, ys, strict=True)
        )

    inputs, dx = program.spans["inputs"], program.spans["dx"]
    pairs = [
        (inputs.offset + row * inputs.stride + column, dx.offset + row * dx.stride + column)
        for row in range(rows)
        for column in range(columns)
    ]
    for source, target in (("scales", "scale_gradients"), ("shifts", "shift_gradients")):
        pairs += [
            (program.spans[source].offset + row, program.spans[target].offset + row) for row in range(rows)
        ]
    for place, gradient in pairs:
        slope = (objective(place, 1e-5) - objective(place, -1e-5)) / 2e-5
        # where the variance is close to 0, EPSILON rules and the slopes are steep
        assert arena[gradient] == pytest.approx(slope, rel=2e-4, abs=1e-5)


def masks(machine, rate, count, key=7, salt=1, turns=1):
    builder = Builder()
    state, place = builder.vector("state", 1), builder.vector("rate", 1)
    out = builder.vector("out", count)
    with builder.section("mask"):
        builder.emit(
            "mask", out=out.offset, count=padded(count), state=state.offset, salt=salt, rate=place.offset
        )
    with builder.section("next"):
        builder.emit("next_key", state=state.offset)
    program = builder.build()
    machine.load(program)
    machine.write(state.offset, array("d", struct.pack("<Q", key)))
    machine.write(place.offset, array("d", [rate]))
    found = []
    for _ in range(turns):
        machine.run(*program.slice("mask"))
        found.append(machine.read(out.offset, count))
        machine.run(*program.slice("next"))
    return found


@given(
    rate=st.floats(0, 0.95), key=st.integers(0, 2**64 - 1), salt=st.integers(0, 9), count=st.integers(1, 40)
)
def test_masks_are_the_same_bits_on_both_machines(machines, rate, key, salt, count):
    native, reference = (masks(machine, rate, count, key, salt, turns=3) for machine in machines)
    assert native == reference


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_a_mask_drops_its_share_and_keeps_the_mean(machines, rate):
    count, turns = 10_000, 20
    drawn = [x for mask in masks(machines[0], rate, count, turns=turns) for x in mask]
    share = drawn.count(0.0) / len(drawn)
    assert abs(share - rate) < 5 * math.sqrt(rate * (1 - rate) / len(drawn))
    assert set(drawn) == {0.0, 1 / (1 - rate)}


def test_masks_of_steps_layers_and_places_are_unrelated(machines):
    count = 20_000
    one, two = masks(machines[0], 0.5, count, turns=2)
    (other,) = masks(machines[0], 0.5, count, salt=2)
    for left, right in (
        (one, two),
        (one, other),
        (one[:-1], one[1:]),
        (one[:-8], one[8:]),
        (one[:-104], one[104:]),
    ):
        both = sum(a > 0 and b > 0 for a, b in zip(left, right, strict=True)) / len(left)
        assert abs(both - 0.25) < 5 * math.sqrt(0.25 * 0.75 / len(left))


def test_a_rate_of_zero_drops_nothing(machines):
    assert set(masks(machines[0], 0.0, 1000)[0]) == {1.0}
