"""Hyperparameters: numbers a person chooses and training reads at every step."""

from __future__ import annotations

from attrs import frozen


@frozen
class Hyper:
    """A hyperparameter: its default, the range a person may choose from, and how a slider spreads it."""

    default: float
    low: float
    high: float
    scale: str = "linear"
