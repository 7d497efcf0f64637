"""Jobs side by side: each thread has a machine of its own, results keep their order, errors come out."""

import threading
import time
from array import array

import pytest

from chainrule.errors import ProgramError
from chainrule.machine.native import NativeMachine
from chainrule.machine.pool import MOST_THREADS, Pool
from chainrule.program import Builder


def program():
    builder = Builder()
    x = builder.span("x", 1, 8)
    builder.emit("fill", out=x.offset, count=8, one=1)
    return builder.build()


def test_results_come_in_the_order_of_the_items_from_machines_of_their_own():
    gate = threading.Barrier(3, timeout=20)

    def job(machine, item):
        if item < 3:
            gate.wait()  # three threads are in here at once
        machine.load(program())
        machine.run(0, 1)
        machine.write(1, array("d", [float(item)]))
        return id(machine), list(machine.read(0, 3))

    with Pool(NativeMachine, 3) as pool:
        found = pool.map(job, range(9))
    assert [numbers for _, numbers in found] == [[1.0, float(item), 0.0] for item in range(9)]
    assert len({machine for machine, _ in found}) == 3


def test_an_error_of_a_job_comes_out_and_those_that_wait_are_dropped():
    begun = []

    def job(machine, item):
        begun.append(item)
        if item:
            time.sleep(0.02)  # or all of them would be through before the error is looked at
        raise ValueError(f"item {item}")

    with Pool(NativeMachine, 1) as pool, pytest.raises(ValueError, match="item 0"):
        pool.map(job, range(200))
    assert len(begun) < 200


@pytest.mark.parametrize("size", [0, -1, MOST_THREADS + 1])
def test_a_pool_has_a_size(size):
    with pytest.raises(ProgramError) as caught:
        Pool(NativeMachine, size)
    assert caught.value.where == "worker_pool_size"
