"""A learner's own Python, run in a process of its own, and what becomes of it: a graph of values."""

from chainrule.script.outcome import Flaw, Outcome
from chainrule.script.request import Limits, Request

__all__ = ["Flaw", "Limits", "Outcome", "Request"]
