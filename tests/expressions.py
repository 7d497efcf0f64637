"""Random expressions that any engine can compute: recipes of rules, with shared nodes and chains of sixty."""

import math
import random

from attrs import frozen

from chainrule.graph import Value
from chainrule.graph.value import apply
from chainrule.rules import RULES

LEAVES = 5
CONSTANTS = {
    "power": lambda draw: {"n": draw.choice([2.0, 3.0, 0.5, -1.0, 1.7])},
    "clip": lambda draw: {"low": draw.uniform(-2, -0.5), "high": draw.uniform(0.5, 2)},
    "leaky_relu": lambda draw: {"slope": draw.uniform(0.01, 0.5)},
    "elu": lambda draw: {"alpha": draw.uniform(0.5, 1.5)},
    "l1_penalty": lambda draw: {"strength": draw.uniform(0.1, 1)},
    "l2_penalty": lambda draw: {"strength": draw.uniform(0.1, 1)},
    "elastic_penalty": lambda draw: {"strength": draw.uniform(0.1, 1), "l1_ratio": draw.uniform(0.2, 0.8)},
    "huber": lambda draw: {"delta": draw.uniform(0.5, 2)},
}


@frozen
class Step:
    """Rule ``name`` on earlier numbers, by their places: leaves first, then results."""

    name: str
    operands: tuple[int, ...]
    constants: dict[str, float]


@frozen
class Recipe:
    leaves: tuple[float, ...]
    steps: tuple[Step, ...]

    def values(self) -> list[Value]:
        """The graph of it: every number, the result last."""
        found = [Value(number) for number in self.leaves]
        for step in self.steps:
            found.append(apply(step.name, *(found[at] for at in step.operands), **step.constants))
        return found


def recipe(seed: int, depth: int = 60, names: tuple[str, ...] = tuple(RULES)) -> Recipe:
    """Numbers stay finite, of moderate size, and away from kinks, so that every engine must agree."""
    draw = random.Random(seed)
    leaves = tuple(draw.uniform(-2, 2) for _ in range(LEAVES))
    values = [Value(number) for number in leaves]
    steps: list[Step] = []
    while len(steps) < depth:
        rule = RULES[draw.choice(names)]
        # Often the last result, so that chains grow; else any earlier number, so that nodes are shared.
        operands = tuple(
            len(values) - 1 if draw.random() < 0.5 else draw.randrange(len(values)) for _ in rule.inputs
        )
        constants = CONSTANTS.get(rule.name, lambda draw: {})(draw)
        value = apply(rule.name, *(values[at] for at in operands), **constants)
        if _tame(value) and not _at_a_kink(rule.name, value, constants):
            values.append(value)
            steps.append(Step(rule.name, operands, constants))
    return Recipe(leaves, tuple(steps))


def _tame(value: Value) -> bool:
    if not math.isfinite(value.data) or not 1e-3 < abs(value.data) < 50:
        return False
    fresh = [Value(parent.data) for parent in value.parents]
    again = apply(value.rule.name, *fresh, **dict(zip(value.rule.constants, value.constants, strict=True)))
    again.backward()
    return all(math.isfinite(each.grad) and abs(each.grad) < 50 for each in fresh)


def _at_a_kink(name: str, value: Value, constants: dict[str, float]) -> bool:
    numbers = [parent.data for parent in value.parents]
    margins = [abs(numbers[0]), *(abs(numbers[0] - constant) for constant in constants.values())]
    if len(numbers) == 2:
        margins += [
            abs(numbers[0] - numbers[1]),
            abs(abs(numbers[0] - numbers[1]) - constants.get("delta", 9)),
        ]
        margins.append(abs(1 - numbers[0] * numbers[1]))
    return min(margins) < 1e-3
