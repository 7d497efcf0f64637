"""The session: an experiment, commands that change or drive it, events that tell what became of it."""

from chainrule.session.experiment import Experiment
from chainrule.session.session import Session

__all__ = ["Experiment", "Session"]
