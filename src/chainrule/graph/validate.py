"""Is a graph whole? For graphs that come as descriptions: drawn by hand, loaded from a file, sent by a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from attrs import field, frozen

from chainrule.errors import RuleError
from chainrule.graph.value import Value, apply
from chainrule.rules import RULES


@frozen
class Node:
    """A node as it is described: the rule that makes it (empty for a leaf, which has ``data``) and the names of its
    operands in order."""

    rule: str = ""
    operands: tuple[str, ...] = ()
    constants: Mapping[str, float] = field(factory=dict)
    data: float = 0.0


def findings(nodes: Mapping[str, Node], result: str) -> list[RuleError]:
    """Everything that is wrong with the graph behind ``result``, each as an error that names the node: unknown rules
    and operands, the wrong number of operands, constants missing or unknown, cycles, nodes that lead nowhere."""
    found: list[RuleError] = []
    if result not in nodes:
        found.append(RuleError("error.graph_result", where=result, name=result))
    for name, node in nodes.items():
        found.extend(_odd(nodes, name, node))
    cycle = _cycle(nodes)
    if cycle:
        found.append(RuleError("error.graph_cycle", where=cycle[0], path=" → ".join((*cycle, cycle[0]))))
    reached = _reached(nodes, result)
    found += [
        RuleError("error.graph_loose", where=name, name=name, result=result)
        for name in nodes
        if result in nodes and name not in reached
    ]
    return found


def assemble(nodes: Mapping[str, Node], result: str) -> dict[str, Value]:
    """The ``Value`` of each node that ``result`` needs, by name; raises the first of ``findings``."""
    wrong = findings(nodes, result)
    if wrong:
        raise wrong[0]
    values: dict[str, Value] = {}
    stack = [result]
    while stack:
        name = stack[-1]
        node = nodes[name]
        missing = [each for each in node.operands if each not in values]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        if name not in values:
            values[name] = (
                apply(node.rule, *(values[each] for each in node.operands), **node.constants)
                if node.rule
                else Value(node.data)
            )
            values[name].label = name
    return values


def _odd(nodes: Mapping[str, Node], name: str, node: Node) -> list[RuleError]:
    """What is wrong with one node by itself."""
    found = [
        RuleError("error.graph_operand", where=name, name=name, operand=operand)
        for operand in node.operands
        if operand not in nodes
    ]
    if not node.rule:
        if node.operands:
            found.append(RuleError("error.graph_leaf", where=name, name=name, found=len(node.operands)))
        return found
    rule = RULES.get(node.rule)
    if rule is None:
        near = (get_close_matches(node.rule, RULES, n=1) or [next(iter(RULES))])[0]
        return [*found, RuleError("error.unknown_rule", where=name, name=node.rule, nearest=near)]
    if len(node.operands) != len(rule.inputs):
        found.append(
            RuleError(
                "error.rule_operands",
                where=name,
                name=node.rule,
                inputs=len(rule.inputs),
                found=len(node.operands),
            )
        )
    found += [
        RuleError("error.rule_constant", where=name, name=node.rule, constant=constant)
        for constant in node.constants
        if constant not in rule.constants
    ]
    for constant, default in rule.constants.items():
        if default is None and constant not in node.constants:
            found.append(RuleError("error.constant_missing", where=name, name=node.rule, constant=constant))
    return found


def _cycle(nodes: Mapping[str, Node]) -> Sequence[str]:
    """The names along one cycle, or none."""
    state: dict[
        str, int
    ] = {}  # 1 while its operands are looked at, 2 once they are known to be free of cycles
    for start in nodes:
        path: list[str] = []
        stack = [start]
        while stack:
            name = stack[-1]
            if state.get(name) is None:
                state[name] = 1
                path.append(name)
                for operand in nodes[name].operands:
                    if state.get(operand) == 1:
                        return path[path.index(operand) :]
                    if operand in nodes and state.get(operand) is None:
                        stack.append(operand)
            else:
                stack.pop()
                if state[name] == 1:
                    state[name] = 2
                    path.pop()
    return ()


def _reached(nodes: Mapping[str, Node], result: str) -> set[str]:
    seen = {result} & set(nodes)
    stack = list(seen)
    while stack:
        for operand in nodes[stack.pop()].operands:
            if operand in nodes and operand not in seen:
                seen.add(operand)
                stack.append(operand)
    return seen
