"""Rules: every operation written once, with all its readings."""

from chainrule.rules import ops as _ops  # noqa: F401  the built-in operations enter the table here
from chainrule.rules.clipping import CLIPPINGS, Clipping
from chainrule.rules.hyper import Hyper
from chainrule.rules.losses import LOSSES, Loss, Task
from chainrule.rules.optimisers import OPTIMISERS, Optimiser
from chainrule.rules.regularisers import REGULARISERS, Regulariser
from chainrule.rules.schedules import SCHEDULES, Schedule
from chainrule.rules.table import RULES, Rule, define

__all__ = [
    "CLIPPINGS",
    "LOSSES",
    "OPTIMISERS",
    "REGULARISERS",
    "RULES",
    "SCHEDULES",
    "Clipping",
    "Hyper",
    "Loss",
    "Optimiser",
    "Regulariser",
    "Rule",
    "Schedule",
    "Task",
    "define",
]
