"""A graph of about 30,000 values as the page gets it, as JSON: a small network's loss over forty examples.

python web/bench/scene.py
"""

from __future__ import annotations

import asyncio
import json

from attrs import asdict

from chainrule.hosts.server.scripts import run_script
from chainrule.script import Limits, Request
from chainrule.session.sketch import HEIGHT, WIDTH, Sketch

TEXT = """
model = nn.MLP(3, [16, 16, 1])
xs = [[random.random() for _ in range(3)] for _ in range(40)]
loss = sum((model(x) - 1) ** 2 for x in xs)
loss.backward()
"""


def main() -> None:
    """Print the two events."""
    request = Request(text=TEXT, layout="right", width=WIDTH, height=HEIGHT, limits=Limits(seconds=30))
    sketch = Sketch(asyncio.run(run_script(request)), 1, None)
    events = (("sketch", sketch.event()), ("sketchframe", sketch.frame(following=False, inspection=None)))
    print(json.dumps([{"type": tag, **asdict(event, value_serializer=plain)} for tag, event in events]))


def plain(_: object, __: object, value: object) -> object:
    """Arrays as lists."""
    return list(value) if hasattr(value, "typecode") else value  # type: ignore[call-overload]


main()
