"""Differences between two moments of a graph, and the ids that nodes keep."""

import math
import subprocess
import sys

import pytest
from expressions import recipe
from hypothesis import given
from hypothesis import strategies as st

from chainrule import Value
from chainrule.graph.diff import Edge, diff
from chainrule.graph.snapshot import snapshot


def expression(swap=False, label="a"):
    a, b = Value(2.0, label=label), Value(-3.0, label="b")
    inner = a * b if not swap else a / b
    return (a, b), (inner + 10).tanh() * 2


@given(st.integers(0, 2**32))
def test_the_same_expression_built_again_has_the_same_ids(seed):
    one, two = (snapshot(recipe(seed).values()[-1]) for _ in range(2))
    assert one.ids == two.ids
    assert len(set(one.ids)) == one.nodes
    assert diff(one, two).empty


def test_ids_are_the_same_in_another_process():
    code = (
        "from chainrule import Value; from chainrule.graph.snapshot import snapshot\n"
        "a, b = Value(2.0, label='a'), Value(-3.0, label='b')\n"
        "print(snapshot((a * b + 10).tanh() * 2).ids)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert str(snapshot(expression()[1]).ids) == out.strip()


def test_equal_expressions_are_told_apart():
    x = Value(1.0)
    shot = snapshot(x * x + x * x)
    assert len(set(shot.ids)) == 4


def test_values_and_gradients_that_moved_are_listed_apart():
    (a, _), top = expression()
    before = snapshot(top)
    top.backward()
    found = diff(before, snapshot(top))
    assert found.values == []
    assert len(found.gradients) == before.nodes
    a.data = math.nan
    again = diff(snapshot(expression()[1]), snapshot(top))
    assert [snapshot(top).labels[at] for at in again.turned_invalid] == ["a"]
    assert again.values == again.turned_invalid
    back = diff(snapshot(top), snapshot(expression()[1]))
    assert back.turned_valid == again.turned_invalid
    assert diff(snapshot(top), snapshot(top)).empty


def test_a_changed_operator_is_the_same_node_with_another_operator():
    before, after = snapshot(expression()[1]), snapshot(expression(swap=True)[1])
    found = diff(before, after)
    assert [after.rules[at] for at in found.operators] == ["div"]
    assert found.added == found.removed == found.edges_added == found.edges_removed == []
    assert [after.rules[at] for at in found.values] == ["div", "add", "tanh", "mul"]


def test_a_node_put_in_between_is_added_with_its_edges():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    before = snapshot((a * b).tanh())
    after = snapshot((a * b).sin().tanh())
    found = diff(before, after)
    (new,) = found.added
    assert after.rules[new] == "sin"
    assert found.removed == []
    tanh, product = after.rules.index("tanh"), after.rules.index("mul")
    assert found.edges_added == [Edge(new, 0, product), Edge(tanh, 0, new)]
    assert found.edges_removed == [Edge(before.rules.index("tanh"), 0, before.rules.index("mul"))]
    back = diff(after, before)
    assert (len(back.added), len(back.removed)) == (0, 1)


@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_any_two_graphs_are_accounted_for_in_full(one, two):
    old, new = snapshot(recipe(one, 20).values()[-1]), snapshot(recipe(two, 25).values()[-1])
    found = diff(old, new)
    kept = [before for before in found.match if before is not None]
    assert len(set(kept)) == len(kept)
    assert sorted([*kept, *found.removed]) == list(range(old.nodes))
    assert new.nodes - len(kept) == len(found.added)
    # The edges kept and those that came are the new graph's; the edges kept and those that went the old one's.
    count = sum(map(len, new.parents)) - len(found.edges_added)
    assert count == sum(map(len, old.parents)) - len(found.edges_removed)


@pytest.mark.parametrize("change", [0.5, math.inf])
def test_a_leaf_that_moved_is_a_value_that_moved(change):
    (a, _), top = expression()
    before = snapshot(top)
    a.data = change
    found = diff(before, snapshot(top))
    assert [before.labels[at] for at in found.values] == ["a"]
    assert not found.empty
