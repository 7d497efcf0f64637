"""Rules: every operation written once, with all its readings."""

from chainrule.rules import ops as _ops  # noqa: F401  the built-in operations enter the table here
from chainrule.rules.losses import LOSSES, Loss
from chainrule.rules.optimisers import OPTIMISERS, Hyper, Optimiser
from chainrule.rules.table import RULES, Rule, define

__all__ = ["LOSSES", "OPTIMISERS", "RULES", "Hyper", "Loss", "Optimiser", "Rule", "define"]
