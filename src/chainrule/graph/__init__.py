"""Graph: values that remember how they were made."""

from chainrule.graph.value import Value
from chainrule.graph.walk import topological

__all__ = ["Value", "topological"]
