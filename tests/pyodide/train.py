"""Trains networks on the machine of whichever Python this is, and prints what came of it as one line of JSON.

Runs under CPython (machine on wasmtime) and under Pyodide (machine on the JavaScript engine's WebAssembly).
"""

import json
import pkgutil
import sys
from array import array
from hashlib import sha256
from importlib import import_module

import chainrule
from chainrule.config import Settings
from chainrule.network import Plan, Trainer
from chainrule.network.data import load, split
from chainrule.session import Session
from chainrule.session.commands import Inspect, Step
from chainrule.session.events import Frame

if sys.platform == "emscripten":
    from chainrule.machine.browser import BrowserMachine as Machine
else:
    from chainrule.machine.native import NativeMachine as Machine

STEPS = 1000
HOSTS = ("chainrule.hosts", "chainrule.cli", "chainrule.__main__", "chainrule.machine.native")
OTHER_HOST = "chainrule.machine.browser"
RUNS = {
    "spirals": Plan((2, 8, 8, 1), "tanh", "mse", "adam", 15),
    "moons": Plan((2, 16, 16, 1), "gelu", "binary_cross_entropy", "momentum", 10),
    "penguins": Plan((4, 12, 3), "relu", "cross_entropy", "sgd", 32),
    "digits": Plan((64, 20, 10), "silu", "cross_entropy", "adam", 64),
}


def digest(*numbers: array) -> str:
    return sha256(b"".join(each.tobytes() for each in numbers)).hexdigest()


def trained(name: str, plan: Plan) -> str:
    """Of the parameters, gradients, values and pictures after all steps, and the losses on both sets."""
    divided = split(load(name, 500, 0.1, 1), 0.6, 1)
    trainer = Trainer(Machine(), plan, divided, 1, {"learning_rate": 0.03})
    trainer.advance(STEPS)
    assert trainer.step == STEPS
    found = trainer.evaluate()
    losses = array("d", [found.training_loss, found.validation_loss, found.training_accuracy])
    return digest(trainer.parameters(), trainer.gradients(), trainer.values(), trainer.maps()[2], losses)


def shown() -> str:
    """Of the frame that a session shows after an epoch."""
    session = Session(Settings(), Machine, "test")
    session.handle(Inspect(id=1, target="w:1:0:0"))
    session.handle(Step(id=2, unit="epoch"))
    events = []
    while session.dirty:
        events += session.tick(10)
    frame = events[-1]
    assert isinstance(frame, Frame)
    assert frame.epoch == 1
    return digest(frame.parameters, frame.adjoints, frame.curve, array("d", [frame.inspection.gradient]))


def imported() -> list[str]:
    """Every module of the core, imported."""
    names = [found.name for found in pkgutil.walk_packages(chainrule.__path__, "chainrule.")]
    core = [name for name in names if not name.startswith(HOSTS) and name != OTHER_HOST]
    for name in core:
        import_module(name)
    return core


print(
    json.dumps(
        {
            "python": sys.platform,
            "core": imported(),
            "trained": {name: trained(name, plan) for name, plan in RUNS.items()},
            "shown": shown(),
        }
    )
)
