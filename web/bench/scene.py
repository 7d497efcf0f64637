"""A graph of code as the page gets it, as JSON: its structure, its numbers, and its numbers after a leaf has changed.

python web/bench/scene.py        about 30,000 values: a small network's loss over forty examples
python web/bench/scene.py small  the first example of the code view, 7 values
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from attrs import asdict

import chainrule.script
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
    """Print the three events."""
    small = Path(chainrule.script.__file__).parent / "examples" / "expression.py"
    text = small.read_text("utf-8") if "small" in sys.argv else TEXT
    request = Request(text=text, layout="right", width=WIDTH, height=HEIGHT, limits=Limits(seconds=30))
    sketch = Sketch(asyncio.run(run_script(request)), 1, None)
    before = sketch.frame(following=False, inspection=None)
    leaf = next(node for node, rule in enumerate(sketch.outcome.rules) if not rule)
    sketch.change(sketch.names[leaf], 0.5)
    after = sketch.frame(following=False, inspection=None)
    events = (("sketch", sketch.event()), ("sketchframe", before), ("sketchframe", after))
    print(json.dumps([{"type": tag, **asdict(event, value_serializer=plain)} for tag, event in events]))


def plain(_: object, __: object, value: object) -> object:
    """Arrays as lists."""
    return list(value) if hasattr(value, "typecode") else value  # type: ignore[call-overload]


main()
