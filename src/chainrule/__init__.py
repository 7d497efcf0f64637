"""Chainrule: a glass box for backpropagation.

from chainrule import Value
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
loss = (a * b + 10).tanh()
loss.backward()
a.grad  # how the loss answers to a
"""

from chainrule.graph import Value

__all__ = ["Value"]
