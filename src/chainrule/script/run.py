"""Run the code and make out its graph. Here, in the learner's own process, the code may do what Python may do."""

from __future__ import annotations

import ast
import gc
import io
import math
import random
import sys
import traceback
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from numbers import Real
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

from attrs import evolve

from chainrule import nn
from chainrule.graph import Value
from chainrule.graph.walk import topological
from chainrule.layout import lay_out
from chainrule.script.names import named
from chainrule.script.outcome import Flaw, Outcome, Past, nothing
from chainrule.script.recorder import FILE, Recorder
from chainrule.script.request import Limits, Request

_LAST = "_"  # where the value of a last line that is an expression is kept, as Python's own prompt does
_WORDS = 300
MOST_PAST = 50_000  # numbers of leaves that are remembered, over all calls of backward
_ALIASES = {"micrograd": "chainrule", "micrograd.engine": "chainrule.graph", "micrograd.nn": "chainrule.nn"}


class TimeUpError(BaseException):
    """The time is over. Not an ``Exception``: the code should not take it for one of its own."""


class PrintedTooMuchError(BaseException):
    """More was printed than is kept."""


class TooManyNodesError(Exception):
    """The graph is larger than can be shown."""


class _Paper(io.StringIO):
    """Keeps what is printed, up to a limit."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, text: str) -> int:
        room = self._most - self.tell()
        super().write(text[: max(0, room)])
        if len(text) > room:
            raise PrintedTooMuchError
        return len(text)

    def close(self) -> None:
        """The code may close what it prints on; what was printed is still read."""


def run(request: Request) -> Outcome:
    """Run ``request.text``. What goes wrong is told in the outcome, beside the graph as far as it came."""
    try:
        code = _compiled(request.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as trouble:
        return nothing(_unreadable(trouble))
    paper, recorder = _Paper(request.limits.printed), Recorder()
    space: dict[str, Any] = {"__name__": "__main__", "__builtins__": __builtins__}
    package = sys.modules["chainrule"]  # higher than this one, and loaded before it
    # What was written for micrograd runs as it is.
    sys.modules.update({name: import_module(own) for name, own in _ALIASES.items()})
    given = {
        "Value": Value,
        "nn": nn,
        "cr": package,
        "chainrule": package,
        "math": math,
        "random": random,
    }
    space |= given
    watch = _Watch()
    watch.start()
    random.seed(0)
    flaw = None
    try:
        with redirect_stdout(paper), redirect_stderr(paper):
            recorder.start()
            try:
                exec(code, space)
            finally:
                recorder.stop()
    except SystemExit:
        pass
    except BaseException as trouble:
        flaw = told(trouble, request.limits)
    watch.stop()
    variables = {name: thing for name, thing in space.items() if given.get(name) is not thing}
    variables.pop("__builtins__", None)
    printed = paper.getvalue()
    try:
        found = _graph(request, variables, watch, recorder)
    except BaseException as trouble:
        return nothing(flaw or told(trouble, request.limits), printed)
    if found is None:
        return nothing(flaw or Flaw(kind="empty"), printed)
    return evolve(found, printed=printed, flaw=flaw, passes=len(watch.roots))


def _compiled(text: str) -> CodeType:
    """The code, the value of its last line kept if it is an expression."""
    tree = ast.parse(text, FILE)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        kept = ast.Assign([ast.Name(_LAST, ast.Store())], last.value)
        tree.body[-1] = ast.copy_location(kept, last)
        ast.fix_missing_locations(tree)
    return compile(tree, FILE, "exec", dont_inherit=True)


class _Watch:
    """Remembers what ``backward`` is called on, and what it leaves the leaves with, from ``start`` to ``stop``."""

    def __init__(self) -> None:
        self.roots: list[Value] = []
        self.past: dict[int, tuple[list[int], list[float], list[float]]] = {}
        self._room = MOST_PAST
        self._original = Value.backward

    def start(self) -> None:
        """From now on."""
        original = self._original

        def backward(value: Value) -> None:
            original(value)
            self._called(value)

        backward.__doc__ = original.__doc__
        Value.backward = backward  # type: ignore[assignment, method-assign]

    def stop(self) -> None:
        """No longer."""
        Value.backward = self._original  # type: ignore[method-assign]

    def _called(self, root: Value) -> None:
        self.roots.append(root)
        if self._room <= 0:
            return
        for value in topological(root):
            if value.rule is None:
                calls, data, grads = self.past.setdefault(value.born, ([], [], []))
                calls.append(len(self.roots))
                data.append(_number(value, value.data))
                grads.append(_number(value, value.grad))
                self._room -= 1


def _unreadable(trouble: BaseException) -> Flaw:
    if isinstance(trouble, SyntaxError):
        line, column = trouble.lineno or 0, trouble.offset or 0
        end = trouble.end_offset or 0 if trouble.end_lineno == trouble.lineno else 0
        words = str(trouble.msg)[:_WORDS]
        return Flaw(
            kind="syntax", line=line, column=column, end_column=end, name=type(trouble).__name__, words=words
        )
    return Flaw(kind="syntax", name=type(trouble).__name__, words=str(trouble)[:_WORDS])


def told(trouble: BaseException, limits: Limits) -> Flaw:
    """What went wrong, and where in the code."""
    line, column, end = _place(trouble.__traceback__)
    at = Flaw(kind="error", line=line, column=column, end_column=end)
    match trouble:
        case TimeUpError():
            return evolve(at, kind="time", number=limits.seconds)
        case PrintedTooMuchError():
            return evolve(at, kind="printed", number=limits.printed)
        case MemoryError():
            return evolve(at, kind="memory", number=limits.memory_mb)
        case TooManyNodesError():
            return Flaw(kind="nodes", number=limits.nodes)
    words = "".join(traceback.format_exception_only(trouble)).strip().partition(": ")[2]
    return evolve(at, name=type(trouble).__name__, words=" ".join(words.split())[:_WORDS])


def _place(trail: TracebackType | None) -> tuple[int, int, int]:
    """The innermost line of the code on the way to where it happened, with its columns from 1."""
    found = (0, 0, 0)
    while trail is not None:
        code = trail.tb_frame.f_code
        if code.co_filename == FILE:
            spans = list(code.co_positions())
            _, end_line, column, end = (
                spans[trail.tb_lasti // 2] if trail.tb_lasti >= 0 else (0, 0, None, None)
            )
            single = end_line == trail.tb_lineno and column is not None and end is not None
            found = (trail.tb_lineno, column + 1, end + 1) if single else (trail.tb_lineno, 0, 0)  # type: ignore[operator]
        trail = trail.tb_next
    return found


def _graph(request: Request, space: dict[str, Any], watch: _Watch, recorder: Recorder) -> Outcome | None:
    """Everything that the result was made of, and beside it what the code's variables hold that is not made of it."""
    labels = named(space)
    result = _result(space, labels, watch.roots)
    if result is None:
        return None
    most = request.limits.nodes
    inner = _behind([result], most)
    others = [value for _, value in labels.values() if value not in inner]
    after = {result}
    for value in sorted(_behind(others, most) - inner, key=lambda each: each.born):
        if any(parent in after for parent in value.parents):
            after.add(value)
    beside = _behind([value for value in others if value not in after], most)
    order = sorted((inner | beside) - {result}, key=lambda each: each.born)
    order.append(result)
    index = {id(value): at for at, value in enumerate(order)}
    parents = [[index[id(each)] for each in value.parents] for value in order]
    if any(each >= node for node, operands in enumerate(parents) for each in operands):
        raise ValueError("a value is made of itself: operands cannot be changed after the fact")
    place = lay_out(request.layout, parents, request.width, request.height)
    return Outcome(
        rules=["" if value.rule is None else value.rule.name for value in order],
        constants=[list(value.constants) for value in order],
        parents=parents,
        labels=[_label(value, labels, recorder) for value in order],
        lines=[recorder.line(value) for value in order],
        data=[_number(value, value.data) for value in order],
        grads=[_number(value, value.grad) for value in order],
        x=list(place.x),
        y=list(place.y),
        ranks=list(place.rank),
        way=place.way,  # type: ignore[arg-type]
        past=[
            Past(node=node, calls=calls, data=data, grads=grads)
            for node, value in enumerate(order)
            for calls, data, grads in [watch.past.get(value.born, ([], [], []))]
            if len(calls) > 1
        ],
    )


def _number(value: Value, number: object) -> float:
    if not isinstance(number, Real):
        raise TypeError(
            f"data or grad of {value.label or 'a value'} is a {type(number).__name__}, not a number"
        )
    return float(number)


def _label(value: Value, labels: dict[int, tuple[str, Value]], recorder: Recorder) -> str:
    if value.label:
        return str(value.label)[:80]
    found = labels.get(value.born)
    return (found[0] if found else recorder.names.get(value.born, ""))[:80]


def _result(space: dict[str, Any], labels: dict[int, tuple[str, Value]], pulled: list[Value]) -> Value | None:
    """What ``backward`` was called on last, else the value of a last expression, else the last operation made that has
    a name, else the last leaf."""
    if pulled:
        return pulled[-1]
    last = space.get(_LAST)
    if isinstance(last, Value):
        return last
    named_values = [value for _, value in labels.values()]
    made = [value for value in named_values if value.rule is not None]
    return max(made or named_values, key=lambda each: each.born, default=None)


def _behind(roots: Iterable[Value], most: int) -> set[Value]:
    """The values that ``roots`` depend on, and these."""
    seen = set(roots)
    stack = list(seen)
    while stack:
        for parent in stack.pop().parents:
            if parent not in seen:
                if len(seen) >= most:
                    raise TooManyNodesError
                seen.add(parent)
                stack.append(parent)
    return seen


def tamed(limits: Limits) -> None:
    """Bound what this process may use. Where the system has no such bounds, whoever waits for it ends it in time."""
    sys.setrecursionlimit(2000)
    gc.disable()  # the process is short, its memory bounded
    try:
        import resource
        import signal
    except ImportError:  # Windows
        return
    taken = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    most = limits.memory_mb * 2**20
    if sys.platform != "darwin":  # which does not keep to it
        resource.setrlimit(resource.RLIMIT_AS, (_mapped(taken) + most, _mapped(taken) + most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    def over(number: int, frame: object) -> None:
        raise TimeUpError

    signal.signal(signal.SIGALRM, over)
    signal.setitimer(
        signal.ITIMER_REAL, limits.seconds, 0.2
    )  # again and again: the code may catch everything


def _mapped(otherwise: int) -> int:
    """Bytes of address space that are taken already."""
    try:
        import resource

        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return otherwise
