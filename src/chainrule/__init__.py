"""Chainrule: a glass box for backpropagation.

import chainrule as cr
a, b = cr.Value(2.0, label="a"), cr.Value(-3.0, label="b")
loss = (a * b + 10).tanh()
loss.backward()
a.grad  # how the loss answers to a

run = cr.Network([2, 16, 16, 1]).train(cr.data.moons(), optimiser=cr.optimisers.adam(0.01))
run.validation_accuracy
"""

from chainrule import nn
from chainrule.api import data
from chainrule.api.checks import check_gradients
from chainrule.api.engine import compile
from chainrule.api.files import load
from chainrule.api.menus import clippings, optimisers, regularisers, schedules
from chainrule.api.network import Network, layer, train_all
from chainrule.graph import Value
from chainrule.graph.diff import diff
from chainrule.graph.snapshot import snapshot

__all__ = [
    "Network",
    "Value",
    "check_gradients",
    "clippings",
    "compile",
    "data",
    "diff",
    "layer",
    "load",
    "nn",
    "optimisers",
    "regularisers",
    "schedules",
    "snapshot",
    "train_all",
]
