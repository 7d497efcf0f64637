"""The pass of one step, operation by operation, in the order in which a person follows it.

The machine's table is rotated (the update comes first, see ``lower``); here the update is what a pass ends with.
"""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from chainrule.program import Program

Phase = Literal["forward", "loss", "zero", "seed", "backward", "update"]
_PHASES: dict[str, Phase] = {
    "gather": "forward",
    "forward": "forward",
    "loss": "loss",
    "zero": "zero",
    "seed": "seed",
    "backward": "backward",
}
_WHOLE = ("zero", "seed")  # one act, however many instructions they take


@frozen
class Operation:
    """Rows ``first`` to ``last`` (excluded) of the table. ``layer``: 0 is the input, one more than the last layer's
    number the loss. ``name`` is that of the instruction: a rule, its ``.grad``, a matrix product …"""

    phase: Phase
    layer: int
    name: str
    first: int
    last: int


def operations(program: Program, depth: int) -> tuple[Operation, ...]:
    """The operations of a pass through ``depth`` layers. Clearing a place belongs to what is then added up in it; the
    update, from the learning rate on, is a single one."""
    found: list[Operation] = []
    for section in program.sections:
        if section.name not in _PHASES:
            continue
        phase = _PHASES[section.name]
        layer = section.layer if phase == "forward" or section.layer else depth + 1
        first = section.first
        for row in range(section.first, section.last):
            name, _ = program.instruction(row)
            last = row + 1
            if last < section.last and (name == "fill" or phase in _WHOLE):
                continue
            found.append(Operation(phase, layer, phase if phase in _WHOLE else name, first, last))
            first = last
    first, last = program.slice("schedule", "update")
    return (*found, Operation("update", 0, "update", first, last))
