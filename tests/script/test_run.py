"""The learner's process as a whole: what it makes of good code, and that bad code does no harm."""

from __future__ import annotations

import asyncio
import time

import pytest

from chainrule.graph import Value
from chainrule.hosts.server.scripts import run_script
from chainrule.layout import LAYOUTS
from chainrule.script import Limits, Outcome, Request
from chainrule.script.outcome import nothing, read_outcome, written
from chainrule.session.catalogue import scripts


def outcome(text: str, layout: str = "right", **limits: float) -> Outcome:
    bounds = Limits(**{"seconds": 4.0, **limits})  # type: ignore[arg-type]
    return asyncio.run(run_script(Request(text=text, layout=layout, width=180, height=34, limits=bounds)))


def made(text: str) -> dict[str, float]:
    found = outcome(text)
    assert found.flaw is None
    return dict(zip(found.labels, found.data, strict=True))


@pytest.mark.parametrize("name", [each.name for each in scripts()])
def test_every_example_gives_a_graph_without_a_flaw(name: str) -> None:
    (text,) = [each.text for each in scripts() if each.name == name]
    found = outcome(text)
    assert found.flaw is None
    assert found.nodes >= 4
    assert all(line > 0 for line in found.lines)
    assert found.passes >= 1


def test_names_lines_and_numbers_are_those_of_the_code() -> None:
    found = outcome("a = Value(2)\nb = a * 3\n\ndef f(x):\n    h = x + 1\n    return h * h\n\nc = f(b)\n")
    rows = list(zip(found.labels, found.rules, found.lines, found.data, strict=True))
    assert rows == [
        ("a", "", 1, 2.0),
        ("", "", 2, 3.0),
        ("b", "mul", 2, 6.0),
        ("", "", 5, 1.0),
        ("h", "add", 5, 7.0),
        ("c", "mul", 6, 49.0),
    ]
    assert found.parents[-1] == [4, 4]


def test_names_reach_into_lists_dictionaries_and_modules() -> None:
    labels = outcome("w = [Value(1), Value(2)]\nd = {'k': Value(3)}\nm = nn.Neuron(1)\ny = m([w[0]])").labels
    assert {"w[0]", "w[1]", "d['k']", "m.w[0]", "m.b", "y"} <= set(labels)


def test_a_label_of_its_own_comes_before_the_variable() -> None:
    assert outcome("a = Value(1, label='first')\nb = a + 1").labels[0] == "first"


def test_the_result_is_what_backward_was_called_on_last_and_gradients_are_kept() -> None:
    found = outcome("a = Value(3)\nb = a * a\nb.backward()\nb.backward()\nc = b + 1\n")
    assert found.labels[-1] == "b"
    assert found.passes == 2
    assert found.grads == [12.0, 2.0]
    assert "c" not in found.labels  # it is made of the result


def test_without_backward_the_last_expression_is_the_result_and_what_is_beside_it_is_kept() -> None:
    found = outcome("a = Value(3)\nz = Value(9) * 2\nb = a + 1\nb * 2\n")
    assert found.rules[-1] == "mul"
    assert "z" in found.labels


def test_a_flaw_keeps_what_was_made_before_it() -> None:
    found = outcome("a = Value(2)\nb = a * 3\nc = b + nothing\n")
    assert found.flaw is not None
    assert (found.flaw.kind, found.flaw.line, found.flaw.name) == ("error", 3, "NameError")
    assert (found.flaw.column, found.flaw.end_column) == (9, 16)
    assert found.labels[-1] == "b"


def test_a_syntax_error_is_on_its_line() -> None:
    found = outcome("a = Value(2)\nb = (a *\n")
    assert found.flaw is not None
    assert (found.flaw.kind, found.flaw.line) == ("syntax", 2)
    assert found.nodes == 0


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        ("a = Value(1)\nwhile True:\n    pass\n", "time", 0),
        ("while True:\n    try:\n        x = 1\n    except BaseException:\n        pass\n", "time", 0),
        ("a = Value(1)\nwhile True:\n    print('again')\n", "printed", 3),
        ("a = Value(1)\nb = [0] * 10**10\n", "memory", 2),
        ("kept = []\nwhile True:\n    kept.append('x' * 10**7)\n", "memory", 3),
        ("a = Value(1.0)\nfor _ in range(50_000):\n    a = a + 1\n", "nodes", 0),
        ("del Value\na = Value(1)\n", "error", 2),
        ("Value = None\na = Value(1)\n", "error", 2),
        ("def f(x):\n    return f(x + 1)\nf(Value(1))\n", "error", 2),
        ("x = 1\n", "empty", 0),
        ("", "empty", 0),
        ("import os\nos._exit(3)\n", "died", 0),
        ("import os\nos.kill(os.getpid(), 9)\n", "died", 0),
        ("x = input()\n", "error", 1),
        ("raise SystemExit\n", "empty", 0),
        ("a = '\0'", "syntax", 0),
        ("a = Value(1)\na.data = 'x'\n", "error", 0),
        ("a = Value(1)\nb = a * 2\na.data = 1j\n", "error", 0),
        ("a = Value(1)\na.data = 10**400\n", "error", 0),
        ("a = Value(1)\nb = a + 1\na._first = b\n", "error", 0),
        ("import sys\nsys.stdout.close()\na = Value(1)\nprint(a.data)\n", None, 0),
        (
            "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\na = Value(1)\n",
            None,
            0,
        ),
        ("import os\nos.write(1, b'not an outcome\\n')\na = Value(1)\n", None, 0),
    ],
)
def test_code_that_goes_wrong_is_told(text: str, kind: str | None, line: int) -> None:
    found = outcome(text, seconds=1.0 if kind == "time" else 4.0)
    assert (found.flaw.kind if found.flaw else None) == kind
    if line:
        assert found.flaw is not None
        assert found.flaw.line == line


def test_a_run_that_is_given_up_ends_at_once_with_all_that_it_started() -> None:
    async def given_up() -> float:
        text = (
            "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        )
        request = Request(text=text, layout="right", width=1, height=1, limits=Limits(seconds=60))
        task = asyncio.create_task(run_script(request))
        await asyncio.sleep(0.5)
        began = time.monotonic()
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
        return time.monotonic() - began

    assert asyncio.run(given_up()) < 30  # not its own 60


def test_infinities_and_nan_cross_as_they_are() -> None:
    found = made("a = Value(1)\nb = a / 0\nc = b - b\n")
    assert found["b"] == float("inf")
    assert found["c"] != found["c"]


def test_leaves_have_a_history_of_the_calls_of_backward() -> None:
    found = outcome(
        "w = Value(3.0)\nfor _ in range(4):\n    loss = (w - 1) ** 2\n    w.grad = 0.0\n    loss.backward()\n"
        "    w.data -= 0.25 * w.grad\n"
    )
    (past,) = [each for each in found.past if found.labels[each.node] == "w"]
    assert past.calls == [1, 2, 3, 4]
    assert past.data == [3.0, 2.0, 1.5, 1.25]
    assert past.grads == [4.0, 2.0, 1.0, 0.5]


def test_what_was_written_for_micrograd_runs_as_it_is() -> None:
    found = outcome(
        "from micrograd.engine import Value\nfrom micrograd import nn\n"
        "m = nn.MLP(2, [2, 1])\ny = m([Value(1), Value(2)])\ny.backward()\n"
    )
    assert found.flaw is None
    assert found.labels[-1] == "y"


def test_the_class_is_as_it_was() -> None:
    from chainrule.script.run import run

    before = Value.backward
    request = Request(text="a = Value(1)\na.backward()", layout="right", width=1, height=1, limits=Limits())
    assert run(request).passes == 1
    assert Value.backward is before


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_stands(layout: str) -> None:
    found = outcome("a = Value(2)\nb = a * 3 + a\n", layout)
    assert len({*zip(found.x, found.y, strict=True)}) == found.nodes


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        written(nothing(None)).replace('"rules": []', '"rules": ["add"]'),
        written(nothing(None)).replace('"printed"', '"painted"'),
    ],
)
def test_what_is_no_outcome_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        read_outcome(text)


def test_a_graph_in_a_circle_is_refused() -> None:
    good = written(outcome("a = Value(1)\nb = a + a"))
    assert read_outcome(good).nodes == 2
    with pytest.raises(ValueError, match="not a graph"):
        read_outcome(good.replace("[0, 0]", "[0, 1]"))


def test_a_grandchild_that_lives_on_is_not_waited_for() -> None:
    text = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(12)\n    os._exit(0)\n"
        "a = Value(2.0)\nb = a * 3\n"
    )
    began = time.monotonic()
    found = outcome(text)
    assert time.monotonic() - began < 10
    assert found.labels == ["a", "", "b"]
