"""Networks: their plan, their first weights, and the trainer that runs them."""

from chainrule.network.plan import LayerSpans, Plan
from chainrule.network.reader import Evaluation
from chainrule.network.stream import Stream
from chainrule.network.trainer import Trainer

__all__ = ["Evaluation", "LayerSpans", "Plan", "Stream", "Trainer"]
