"""What a training run was: its losses, how long a step took, and what it met."""

from __future__ import annotations

from attrs import field, frozen

from chainrule.errors import Fact
from chainrule.text import sentence


@frozen
class Point:
    """Losses over whole sets after ``step`` updates."""

    step: int
    training_loss: float
    validation_loss: float


@frozen
class Finding:
    """Something a person should know of, at the update that made it: ``str`` is the sentence."""

    code: str
    step: int
    facts: dict[str, Fact] = field(factory=dict)

    def __str__(self) -> str:
        return sentence(self.code, {"step": self.step, **self.facts})


@frozen(kw_only=True)
class Run:
    """``loss`` is the mean loss over the last batch, ``penalty`` what the regulariser adds to it; the others are over
    whole sets. What a task does not have is NaN: accuracies are of classifications, R² of regressions.

    ``steps`` were made; ``step_seconds`` is the time of one, without evaluation. ``interrupted``: someone pressed
    Ctrl-C, and the network has what it had learned by then. ``findings`` tell of numbers that left the range of
    doubles."""

    loss: float
    penalty: float
    training_loss: float
    validation_loss: float
    training_accuracy: float
    validation_accuracy: float
    training_r2: float
    validation_r2: float
    steps: int
    epochs: int
    step_seconds: float
    interrupted: bool
    history: tuple[Point, ...]
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        parts = [f"{self.steps:,} steps", f"training loss {self.training_loss:.4g}"]
        parts.append(f"validation loss {self.validation_loss:.4g}")
        if self.validation_accuracy == self.validation_accuracy:
            parts.append(f"validation accuracy {self.validation_accuracy:.1%}")
        if self.validation_r2 == self.validation_r2:
            parts.append(f"validation R² {self.validation_r2:.4f}")
        parts.append(f"{self.step_seconds * 1e6:.3g} µs a step")
        if self.interrupted:
            parts.append("interrupted")
        return ", ".join([*parts, *map(str, self.findings)])
