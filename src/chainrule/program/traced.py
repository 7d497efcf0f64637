"""Layers from plain Python: arithmetic on lists of numbers, traced once, differentiated and run like any other."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from typing import Any

from attrs import frozen

from chainrule.errors import RuleError
from chainrule.graph import Value
from chainrule.graph.value import apply
from chainrule.graph.walk import topological
from chainrule.program.builder import Builder, Operand
from chainrule.program.program import Span
from chainrule.rules import RULES

LayerFunction = Callable[[list[Any], list[Any]], Sequence[Any]]
"""``function(x, w)`` gives the outputs of a layer from its inputs and parameters, all lists of numbers."""

_TRIALS = (0.37, -0.58)


@frozen
class _Node:
    """A number of the arithmetic: of an input (``kind`` "input", ``place`` which), a parameter, a constant of the text,
    or what the rule ``kind`` makes of the nodes ``operands``."""

    kind: str
    place: int = 0
    number: float = 0.0
    operands: tuple[int, ...] = ()
    constants: tuple[float, ...] = ()


@frozen(eq=False)
class Traced:
    """The arithmetic of a layer, node by node; ``results`` are the places of its outputs."""

    name: str
    inputs: int
    outputs: int
    parameters: int
    nodes: tuple[_Node, ...]
    results: tuple[int, ...]

    def values(self, x: Sequence[Value], w: Sequence[Value]) -> list[Value]:
        """The same arithmetic on ``Value``s."""
        found: list[Value] = []
        for node in self.nodes:
            if node.kind == "input":
                found.append(x[node.place])
            elif node.kind == "parameter":
                found.append(w[node.place])
            elif node.kind == "constant":
                found.append(Value(node.number))
            else:
                constants = dict(zip(RULES[node.kind].constants, node.constants, strict=True))
                found.append(apply(node.kind, *(found[at] for at in node.operands), **constants))
        return [found[at] for at in self.results]

    def emit(
        self, builder: Builder, x: Operand, parameters: Operand, first: int, into: Operand, name: str
    ) -> None:
        """``into`` = the outputs at the columns of ``x``, with the parameters from ``first`` on."""
        columns, training = into.columns, into.adjoint is not None
        spread = builder.operand_once(
            f"{name}.parameters", max(1, self.parameters), columns, adjoint=training
        )
        if self.parameters:
            _spread(builder, parameters, first, spread, self.parameters)
        inner = builder.operand_once(f"{name}.nodes", len(self.nodes), columns, adjoint=training)
        found: list[Operand] = []
        for at, node in enumerate(self.nodes):
            if node.kind == "input":
                found.append(_row(x, node.place))
            elif node.kind == "parameter":
                found.append(_row(spread, node.place))
            elif node.kind == "constant":
                found.append(Operand(_constant(builder, node.number, columns)))
            else:
                scalars = [_constant(builder, number, 1) for number in node.constants]
                operands = [found[operand] for operand in node.operands]
                found.append(
                    builder.apply(RULES[node.kind], *operands, into=_row(inner, at), scalars=scalars)
                )
        for row, at in enumerate(self.results):
            builder.apply(RULES["linear"], found[at], into=_row(into, row))


def trace(function: LayerFunction, inputs: int, parameters: int, name: str = "") -> Traced:
    """What ``function(x, w)`` does with lists of ``inputs`` and ``parameters`` numbers.

    Raises ``RuleError`` where it compares numbers, does not give a list of numbers, or does something else the second
    time: a layer must be the same arithmetic whatever its numbers are.
    """
    title = name or getattr(function, "__name__", "layer")
    traces = [_traced(function, inputs, parameters, title, number) for number in _TRIALS]
    if traces[0].nodes != traces[1].nodes or traces[0].results != traces[1].results:
        raise RuleError("error.layer_varies", where=title, name=title)
    return traces[0]


def _traced(function: LayerFunction, inputs: int, parameters: int, name: str, number: float) -> Traced:
    x = [Value(number + 0.01 * at, label=f"x{at}") for at in range(inputs)]
    w = [Value(number - 0.01 * at, label=f"w{at}") for at in range(parameters)]
    try:
        answer = function(list(x), list(w))
    except TypeError as trouble:
        raise RuleError("error.layer_trace", where=name, name=name, reason=str(trouble)) from trouble
    if not isinstance(answer, list | tuple) or not answer:
        raise RuleError("error.layer_result", where=name, name=name, found=type(answer).__name__)
    wrapped = [each if isinstance(each, Value) else Value(each) for each in answer]
    total = wrapped[0] + 0.0
    for each in wrapped:
        total = total + each
    known = {id(each): _Node("input", at) for at, each in enumerate(x)}
    known |= {id(each): _Node("parameter", at) for at, each in enumerate(w)}
    places: dict[int, int] = {}
    nodes: list[_Node] = []
    needed = {id(each) for result in wrapped for each in topological(result)}
    for value in topological(total):
        if id(value) not in needed:
            continue
        places[id(value)] = len(nodes)
        if id(value) in known:
            nodes.append(known[id(value)])
        elif value.rule is None:
            nodes.append(_Node("constant", number=value.data))
        else:
            operands = tuple(places[id(parent)] for parent in value.parents)
            nodes.append(_Node(value.rule.name, operands=operands, constants=value.constants))
    results = tuple(places[id(each)] for each in wrapped)
    return Traced(name, inputs, len(wrapped), parameters, tuple(nodes), results)


def _row(operand: Operand, row: int) -> Operand:
    """One row of a matrix."""

    def of(span: Span) -> Span:
        return Span(span.offset + row * span.stride, 1, span.columns, span.stride)

    return Operand(of(operand.value), None if operand.adjoint is None else of(operand.adjoint))


def _constant(builder: Builder, number: float, columns: int) -> Span:
    """A row of ``columns`` times the same number."""
    name = f"constant.{float(number).hex()}.{columns}"
    return builder.spans.get(name) or builder.constant(name, array("d", [number]) * columns)


def _spread(builder: Builder, parameters: Operand, first: int, into: Operand, count: int) -> None:
    """Row j of ``into`` = parameter ``first + j`` in every column."""
    ones = builder.ones(into.columns)
    builder.matmul(parameters.value, ones, into.value, offset=first)
    if into.adjoint is None:
        return
    gradients, adjoint = parameters.gradient, into.gradient
    assert into.rows == count
    builder.record(lambda: builder.outer(adjoint, ones, gradients.offset + first))
