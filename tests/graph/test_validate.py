"""Graphs that come as descriptions are whole, or each thing that is wrong is named."""

import pytest

from chainrule.errors import RuleError
from chainrule.graph.validate import Node, assemble, findings

WHOLE = {
    "a": Node(data=2.0),
    "b": Node(data=-3.0),
    "product": Node("mul", ("a", "b")),
    "bent": Node("clip", ("product",), {"low": -1.0, "high": 1.0}),
}


def test_a_whole_graph_becomes_values():
    assert findings(WHOLE, "bent") == []
    values = assemble(WHOLE, "bent")
    assert values["product"].data == -6
    assert values["bent"].data == -1
    assert values["bent"].parents == (values["product"],)


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        ({"bent": Node("tahn", ("product",))}, "unknown_rule", "bent"),
        ({"product": Node("mul", ("a",))}, "rule_operands", "product"),
        ({"product": Node("mul", ("a", "c"))}, "graph_operand", "product"),
        ({"product": Node("mul", ("a", "bent"))}, "graph_cycle", "product"),
        ({"product": Node("mul", ("product", "b"))}, "graph_cycle", "product"),
        ({"bent": Node("clip", ("product",), {"low": 0.0})}, "constant_missing", "bent"),
        ({"bent": Node("tanh", ("product",), {"low": 0.0})}, "rule_constant", "bent"),
        ({"loose": Node("tanh", ("a",))}, "graph_loose", "loose"),
        ({"a": Node("", ("b",))}, "graph_leaf", "a"),
    ],
)
def test_what_is_wrong_is_named_with_its_node(change, code, where):
    graph = {**WHOLE, **change}
    found = [(error.code, error.where) for error in findings(graph, "bent")]
    assert (f"error.{code}", where) in found
    with pytest.raises(RuleError):
        assemble(graph, "bent")


def test_a_result_must_be_there_and_everything_wrong_is_listed():
    assert [error.code for error in findings(WHOLE, "none")] == ["error.graph_result"]
    graph = {**WHOLE, "a": Node("tahn", ("x",)), "loose": Node()}
    assert {error.where for error in findings(graph, "bent")} == {"a", "loose"}


def test_a_deep_description_needs_no_recursion():
    graph = {"n0": Node(data=1.0)} | {f"n{at}": Node("tanh", (f"n{at - 1}",)) for at in range(1, 50_000)}
    assert findings(graph, "n49999") == []
    assert len(assemble(graph, "n49999")) == 50_000
