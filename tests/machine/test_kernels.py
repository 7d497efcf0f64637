"""Every structural instruction: WebAssembly against the plain Python text of it, on awkward sizes."""

import subprocess
import sys
from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.errors import ProgramError
from chainrule.machine import module_bytes
from chainrule.machine.encoder import signed, unsigned
from chainrule.machine.native import NativeMachine
from chainrule.machine.reference import ReferenceMachine
from chainrule.network.stream import Stream
from chainrule.program import Builder, padded
from chainrule.program.program import row_stride

few = st.integers(1, 9)
SHAPES = {"rows": few, "depth": few, "columns": st.integers(1, 20)}


@pytest.fixture(scope="module")
def machines():
    return NativeMachine(), ReferenceMachine()


def same(machines, builder, seed=1, *, start=None):
    """Run the program on both machines from the same random arena; compare every number of the arena."""
    program = builder.build()
    stream = Stream(seed)
    numbers = start or array("d", [stream.normal() for _ in range(program.words)])
    arenas = []
    for machine in machines:
        machine.load(program)
        machine.write(0, numbers)
        for offset, constant in program.constants:
            machine.write(offset, constant)
        machine.run(0, program.rows)
        arenas.append(machine.read(0, program.words))
    return program, arenas


@given(**SHAPES, biased=st.booleans(), transposed=st.booleans(), accumulate=st.booleans())
def test_matmul(machines, rows, depth, columns, biased, transposed, accumulate):
    builder = Builder()
    weights = builder.vector("weights", rows * depth)
    bias = builder.vector("bias", rows)
    inputs, out = builder.span("inputs", depth, columns), builder.span("out", rows, columns)
    builder.matmul(
        weights,
        inputs,
        out,
        bias=bias.offset if biased else -1,
        transposed=transposed,
        accumulate=accumulate,
    )
    _, (native, reference) = same(machines, builder)
    assert native == pytest.approx(reference, rel=1e-12, abs=1e-12)


@given(**SHAPES)
def test_outer(machines, rows, depth, columns):
    builder = Builder()
    left, right = builder.span("left", rows, columns), builder.span("right", depth, columns)
    out = builder.vector("out", rows * depth)
    builder.outer(left, right, out.offset)
    _, (native, reference) = same(machines, builder)
    assert native == pytest.approx(reference, rel=1e-12, abs=1e-12)


@given(rows=few, columns=st.integers(1, 20))
def test_column_max_is_exact(machines, rows, columns):
    builder = Builder()
    inputs, out = builder.span("inputs", rows, columns), builder.span("out", 1, columns)
    builder.emit(
        "column_max",
        rows=rows,
        columns=padded(columns),
        out=out.offset,
        inputs=inputs.offset,
        input_stride=inputs.stride,
    )
    _, (native, reference) = same(machines, builder)
    assert native == reference


@given(rows=few, columns=st.integers(1, 20), seed=st.integers(0, 1000))
def test_confusion_and_pack_are_exact(machines, rows, columns, seed):
    builder = Builder()
    inputs, target = builder.span("inputs", rows, columns), builder.span("target", rows, columns)
    weights = builder.span("weights", 1, columns)
    classes = max(2, rows)
    counts, picture = builder.vector("counts", classes**2), builder.vector("picture", rows * columns)
    for place in (counts, picture):
        builder.emit("fill", out=place.offset, count=place.size, one=0)
    builder.emit(
        "confusion",
        rows=rows,
        columns=padded(columns),
        classes=classes,
        out=counts.offset,
        inputs=inputs.offset,
        input_stride=inputs.stride,
        target=target.offset,
        target_stride=target.stride,
        weights=weights.offset,
    )
    builder.emit(
        "pack",
        rows=rows,
        columns=columns,
        out=picture.offset * 8,
        inputs=inputs.offset,
        input_stride=inputs.stride,
    )
    _, (native, reference) = same(machines, builder, seed)
    assert native.tobytes() == reference.tobytes()


def test_pack_clips_rounds_to_even_and_marks_nan(machines):
    builder = Builder()
    inputs, picture = builder.span("inputs", 1, 8), builder.vector("picture", 1)
    builder.emit("pack", rows=1, columns=8, out=picture.offset * 8, inputs=0, input_stride=inputs.stride)
    numbers = array("d", [0, -1, 1, 5, float("nan"), float("-inf"), 0.5 / 127, 1.5 / 127])
    _program, arenas = same(machines, builder, start=numbers)
    for arena in arenas:
        packed = array("b", arena[picture.offset : picture.offset + 1].tobytes())
        assert list(packed) == [0, -127, 127, 127, -128, -127, 0, 2]


@given(rows=st.integers(1, 30), batch=st.integers(1, 12), times=st.integers(1, 9), seed=st.integers(0, 2**32))
@settings(max_examples=50)
def test_gather_walks_and_shuffles_alike(machines, rows, batch, times, seed):
    builder = Builder()
    data, targets = builder.vector("data", rows * 3), builder.vector("targets", rows)
    order = builder.constant("order", map(float, range(rows)))
    state = builder.constant("state", [rows, -1, 0.0, 0, 0, 0, 0, 0])
    inputs, target = builder.span("inputs", 3, batch), builder.span("target", 1, batch)
    weights = builder.span("weights", 1, batch)
    for _ in range(times):
        builder.emit(
            "gather",
            rows=rows,
            columns=padded(batch),
            batch=batch,
            depth=3,
            outputs=1,
            data=data.offset,
            targets=targets.offset,
            order=order.offset,
            state=state.offset,
            shuffle=1,
            divisor=0,
            inputs=inputs.offset,
            input_stride=inputs.stride,
            target=target.offset,
            target_stride=target.stride,
            weights=weights.offset,
        )
    _, (native, reference) = same(machines, builder, seed)
    assert native.tobytes() == reference.tobytes()
    assert sorted(native[order.offset : order.offset + rows]) == list(range(rows))


@given(st.integers(0, 2**64))
def test_unsigned_leb128_reads_back(value):
    encoded = unsigned(value)
    assert sum((byte & 0x7F) << (7 * at) for at, byte in enumerate(encoded)) == value
    assert all(byte & 0x80 for byte in encoded[:-1])
    assert not encoded[-1] & 0x80


@given(st.integers(-(2**63), 2**63 - 1))
def test_signed_leb128_reads_back(value):
    encoded = signed(value)
    raw = sum((byte & 0x7F) << (7 * at) for at, byte in enumerate(encoded))
    assert (raw - (1 << 7 * len(encoded)) if encoded[-1] & 0x40 else raw) == value


def test_the_same_rules_give_the_same_bytes():
    assert module_bytes() == module_bytes()
    assert module_bytes().startswith(b"\x00asm\x01\x00\x00\x00")


@given(st.integers(1, 5000))
def test_rows_start_on_whole_blocks_and_never_a_cache_way_apart(columns):
    stride = row_stride(columns)
    assert stride >= padded(columns) >= columns
    assert stride % 8 == 0
    assert stride % 512 != 0


def test_machines_may_be_made_in_many_threads_at_once():
    """In a process of its own, where nothing is compiled yet."""
    script = (
        "import threading; from chainrule.machine.native import NativeMachine\n"
        "gate = threading.Barrier(8); made = []\n"
        "def make():\n    gate.wait(); made.append(NativeMachine())\n"
        "threads = [threading.Thread(target=make) for _ in range(8)]\n"
        "[t.start() for t in threads]; [t.join() for t in threads]; print(len(made))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("8", "")


def test_a_program_beyond_the_address_space_is_refused():
    builder = Builder()
    builder.span("huge", 300_000, 1000)
    with pytest.raises(ProgramError, match=r"need 2\.2 GB, and a machine holds 2 GB"):
        builder.build()


def test_two_machines_do_not_share_memory():
    builder = Builder()
    place = builder.vector("place", 1)
    builder.emit("fill", out=place.offset, count=1, one=1)
    program = builder.build()
    first, second = NativeMachine(), NativeMachine()
    first.load(program)
    second.load(program)
    first.run(0, 1)
    assert (first.read(0, 1)[0], second.read(0, 1)[0]) == (1.0, 0.0)
