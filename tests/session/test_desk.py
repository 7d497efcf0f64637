"""The code view from commands to events; the learner's process is the real one."""

from __future__ import annotations

import asyncio
import math
from array import array

import pytest
from expressions import recipe
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule.config import Settings
from chainrule.graph.follow import Followed
from chainrule.graph.walk import topological
from chainrule.hosts.server.scripts import run_script
from chainrule.machine.native import NativeMachine
from chainrule.session import Session
from chainrule.session.commands import (
    Arrange,
    Command,
    Follow,
    Halt,
    Inspect,
    Pause,
    Seek,
    SetParameter,
    SetTempo,
    Show,
    Step,
    Verify,
    Write,
)
from chainrule.session.events import Frame, Notice, Script, Sketch, SketchFrame
from chainrule.session.explanations import Inspection, Verified

FORK = "a = Value(3.0)\nb = a + a\nc = a * b\nd = b * c\nd.backward()\n"


def session() -> Session:
    return Session(Settings(), NativeMachine, "s")


def asked(of: Session, command: Command) -> list[object]:
    """Carry it out as a host does, the errand too."""
    events: list[object] = list(of.handle(command))
    errand = of.errand()
    if errand is not None and errand.request is not None:
        events += of.delivered(errand.number, asyncio.run(run_script(errand.request)))
    return events


def shown(text: str) -> Session:
    of = session()
    asked(of, Show(id=1, what="code"))
    asked(of, Write(id=2, text=text))
    return of


def scene(of: Session) -> tuple[Script, Sketch]:
    found = of.welcome(resumed=True)
    (script,) = [each for each in found if isinstance(each, Script)]
    (sketch,) = [each for each in found if isinstance(each, Sketch)]
    return script, sketch


def frame(of: Session) -> SketchFrame:
    of.welcome(resumed=True)
    (found,) = of.tick(0)
    assert isinstance(found, SketchFrame)
    return found


def explained(of: Session, target: str) -> Inspection:
    of.handle(Inspect(id=9, target=target))
    found = frame(of).inspection
    assert found is not None
    return found


def named(sketch: Sketch, label: str) -> str:
    return sketch.names[sketch.labels.index(label)]


def test_showing_the_code_runs_the_first_example() -> None:
    of = session()
    events = asked(of, Show(id=1, what="code"))
    assert [type(each) for each in events] == [Script, Script, Sketch]
    script, sketch = scene(of)
    assert script.shown
    assert script.state == "done"
    assert script.printed == "6.0 -4.0\n"
    assert sketch.labels[-1] == "L"
    assert list(frame(of).values)[-1] == -8.0


def test_the_network_comes_back_with_a_whole_frame() -> None:
    of = shown(FORK)
    events = asked(of, Show(id=3, what="network"))
    assert isinstance(events[0], Script)
    assert not events[0].shown
    assert isinstance(events[1], Frame)
    assert events[1].curve_reset


def test_a_page_that_comes_back_is_told_that_the_network_is_shown() -> None:
    of = shown(FORK)
    asked(of, Show(id=3, what="network"))
    (script,) = [each for each in of.welcome(resumed=True) if isinstance(each, Script)]
    assert not script.shown


def test_names_survive_what_is_typed() -> None:
    of = shown("a = Value(2.0)\nb = a * 3\nc = b + 1\n")
    before = scene(of)[1]
    asked(of, Write(id=3, text="a = Value(2.0)\nb = a * 3\nc = b - 1\nd = c.tanh()\n"))
    after = scene(of)[1]
    assert named(after, "a") == named(before, "a")
    assert named(after, "b") == named(before, "b")
    assert after.revision > before.revision
    assert len(set(after.names)) == len(after.names)
    assert named(after, "d") not in before.names


def test_the_stages_are_gone_through_and_each_number_is_what_is_added_up_by_then() -> None:
    of = shown(FORK)
    script, sketch = scene(of)
    phases = [each.phase for each in script.timeline]
    assert phases == ["forward", "forward", "loss", "zero", "seed", "backward", "backward", "backward"]
    a, b = sketch.labels.index("a"), sketch.labels.index("b")
    seen = []
    for cursor in range(len(phases) + 1):
        of.handle(Seek(id=4, cursor=cursor))
        now = frame(of)
        seen.append((now.adjoints[b], now.adjoints[a], now.moment.values_to, now.moment.cleared))
    # d = b c, c = a b, b = a + a at a = 3: first c's share of b is missing, then a's by b
    assert [each[0] for each in seen] == [0, 0, 0, 0, 0, 0, 18.0, 36.0, 36.0]
    assert [each[1] for each in seen] == [0, 0, 0, 0, 0, 0, 0, 36.0, 108.0]
    assert [each[2] for each in seen] == [0, 1, 2, 3, 3, 3, 3, 3, 3]
    assert [each[3] for each in seen] == [False] * 4 + [True] * 5


def test_stepping_goes_by_units_both_ways_and_around() -> None:
    of = shown(FORK)
    total = len(scene(of)[0].timeline)
    of.handle(Step(id=3, unit="phase"))
    assert frame(of).moment.phase == "forward"
    of.handle(Step(id=4, unit="phase"))
    assert frame(of).moment.phase == "loss"
    of.handle(Step(id=5, unit="op", back=True))
    assert frame(of).moment.cursor == 2
    of.handle(Step(id=6, unit="batch"))
    assert frame(of).moment.cursor == total
    (refused,) = of.handle(Seek(id=7, cursor=total + 1))
    assert isinstance(refused, Notice)
    assert refused.code == "error.no_such_stage"


def test_following_ends_with_the_pass_or_goes_round() -> None:
    of = shown(FORK)
    of.handle(SetTempo(id=3, unit="op", milliseconds=20, loop=False))
    of.handle(Seek(id=4, cursor=0))
    of.handle(Follow(id=5))
    for _ in range(100):
        of.tick(20)
    assert not of.playing
    assert frame(of).moment.resting
    of.handle(SetTempo(id=6, unit="op", milliseconds=20, loop=True))
    of.handle(Follow(id=7))
    for _ in range(100):
        of.tick(20)
    assert of.playing
    of.handle(Pause(id=8))
    assert not of.playing


def test_a_leaf_is_set_and_only_what_depends_on_it_is_computed() -> None:
    of = shown("a = Value(2.0)\nb = Value(3.0)\nc = a * 2\nd = b * 2\ne = c + d\n")
    sketch = scene(of)[1]
    of.handle(SetParameter(id=3, target=named(sketch, "b"), value=5.0))
    now = frame(of)
    assert now.values[-1] == 14.0
    assert now.recomputed == 2
    for target in (named(sketch, "c"), "v:999", "w:1:0:0"):
        (refused,) = of.handle(SetParameter(id=4, target=target, value=1.0))
        assert isinstance(refused, Notice)
        assert refused.code == "error.not_a_leaf_mark"
    (refused,) = of.handle(SetParameter(id=5, target=named(sketch, "b"), value=1e13))
    assert isinstance(refused, Notice)


def test_another_layout_keeps_names_numbers_and_place() -> None:
    of = shown(FORK)
    before = scene(of)[1]
    of.handle(SetParameter(id=3, target=named(before, "a"), value=2.0))
    of.handle(Seek(id=4, cursor=4))
    for layout, way in (("down", "down"), ("radial", "free"), ("right", "right")):
        of.handle(Arrange(id=5, layout=layout))
        script, after = scene(of)
        assert (script.layout, after.way) == (layout, way)
        assert after.names == before.names
        assert frame(of).moment.cursor == 4
        assert frame(of).values[0] == 2.0
    (refused,) = of.handle(Arrange(id=6, layout="spiral"))
    assert isinstance(refused, Notice)


def test_the_gradient_of_a_value_is_verified() -> None:
    of = shown(FORK)
    sketch = scene(of)[1]
    (found,) = of.handle(Verify(id=3, target=named(sketch, "a")))
    assert isinstance(found, Verified)
    assert found.agree
    assert found.reverse == 108.0
    assert found.dual == pytest.approx(108.0)
    assert found.numeric == pytest.approx(108.0, rel=1e-6)
    (refused,) = of.handle(Verify(id=4, target="v:999"))
    assert isinstance(refused, Notice)


def test_a_run_is_halted_and_what_comes_late_is_left() -> None:
    of = shown(FORK)
    of.handle(Write(id=3, text="while True: pass"))
    errand = of.errand()
    assert errand is not None
    (script,) = of.handle(Halt(id=4))
    assert isinstance(script, Script)
    assert script.flaw is not None
    assert script.flaw.kind == "cancelled"
    given_up = of.errand()
    assert given_up is not None
    assert given_up.request is None
    assert of.delivered(errand.number, asyncio.run(run_script(errand_of("a = Value(1)")))) == []
    assert scene(of)[1].labels[-1] == "d"  # the graph before is still there


def errand_of(text: str):  # type: ignore[no-untyped-def]
    of = session()
    of.handle(Show(id=1, what="code"))
    of.handle(Write(id=2, text=text))
    errand = of.errand()
    assert errand is not None
    return errand.request


def test_a_flaw_keeps_the_graph_that_there_was() -> None:
    of = shown(FORK)
    asked(of, Write(id=3, text="a = Value(1"))
    script, sketch = scene(of)
    assert script.flaw is not None
    assert script.flaw.kind == "syntax"
    assert sketch.labels[-1] == "d"


def test_an_operation_of_the_codes_own_is_refused_with_its_name() -> None:
    own = (
        "from chainrule.rules.table import define\nfrom chainrule.graph.value import apply\n"
        "define('cube', 'x', lambda x: x * x * x, grad=lambda x, y, g: (3 * x * x * g,))\n"
        "a = Value(2.0)\nb = apply('cube', a)\n"
    )
    of = session()
    asked(of, Show(id=1, what="code"))
    asked(of, Write(id=2, text=own))
    script = scene(of)[0]
    assert script.flaw is not None
    assert "cube" in script.flaw.words


def test_numbers_that_were_changed_after_their_use_are_computed_anew_and_that_is_told() -> None:
    of = shown("a = Value(2.0)\nb = a * 3\nb.backward()\na.data = 5.0\n")
    script, _ = scene(of)
    assert script.moved
    assert list(frame(of).values) == [5.0, 3.0, 15.0]


def test_code_may_hold_values_that_lead_nowhere() -> None:
    of = shown("x = Value(2.0)\ny = x * x\ny.backward()\n")
    for text in (
        "x = Value(2.0)\nunused = Value(7.0)\ny = x * x\ny.backward()\n",
        "x = Value(2.0)\ny = x * x\nz = x + 1\n",
        "x = Value(2.0)\nw = x.tanh() * 3\ny = x * x\nz = y + 1\nz.backward()\n",
        "x = Value(2.0)\ny = x * x\ny.backward()\n",
    ):
        asked(of, Write(id=3, text=text))
        script, sketch = scene(of)
        assert script.flaw is None
        assert script.current
        assert {"x", "y"} <= set(sketch.labels) or "z" in sketch.labels


def test_what_was_changed_on_the_page_is_told_from_what_the_code_did() -> None:
    of = shown(FORK)
    name = named(scene(of)[1], "a")
    assert math.isnan(explained(of, name).written)
    of.handle(SetParameter(id=3, target=name, value=5.0))
    found = explained(of, name)
    assert (found.value, found.written, found.kept) == (5.0, 3.0, 108.0)
    assert frame(of).edited
    of.handle(Arrange(id=4, layout="down"))
    found = explained(of, named(scene(of)[1], "a"))
    assert (found.value, found.written) == (5.0, 3.0)
    assert not scene(of)[0].moved  # it was not the code
    of.handle(SetParameter(id=5, target=named(scene(of)[1], "a"), value=3.0))
    assert not frame(of).edited


def test_in_the_middle_of_the_pass_the_terms_are_those_that_have_arrived() -> None:
    of = shown(FORK)
    sketch = scene(of)[1]
    of.handle(SetTempo(id=3, unit="op", milliseconds=100, loop=False))
    name, totals = named(sketch, "b"), []
    for cursor in range(len(scene(of)[0].timeline) + 1):
        of.handle(Seek(id=4, cursor=cursor))
        found = explained(of, name)
        sums = math.fsum([*(term.value for term in found.terms), found.terms_remainder])
        assert sums == found.gradient == frame(of).adjoints[sketch.names.index(name)]
        assert (found.paths == ()) == (not found.gradient_current)
        totals.append(sums)
    assert totals[-1] == 36.0
    assert 18.0 in totals


def test_a_long_chain_is_explained_within_a_moment() -> None:
    of = shown("a = Value(1.0)\nb = a\nfor _ in range(9000):\n    b = b * 1.0001\n")
    found = explained(of, named(scene(of)[1], "a"))
    assert found.paths_state == "large"  # nobody follows a path of 9,000 steps
    assert found.gradient == pytest.approx(1.0001**9000)
    of = shown("a = Value(1.0)\nb = a\nfor _ in range(50):\n    b = b * 1.5\n")
    found = explained(of, named(scene(of)[1], "a"))
    assert [len(path.steps) for path in found.paths] == [51]


def test_a_smooth_function_is_verified_at_zero() -> None:
    for function in ("tanh", "elu", "gelu", "sigmoid", "softplus"):
        of = shown(f"x = Value(0.0)\ny = x.{function}()\n")
        (found,) = of.handle(Verify(id=3, target=named(scene(of)[1], "x")))
        assert isinstance(found, Verified)
        assert found.agree, function


def test_a_name_that_is_no_text_is_made_one() -> None:
    of = shown("a = Value(1.0, label='x\\ud800')\nb = a + 1\n")
    script, sketch = scene(of)
    assert script.flaw is None
    assert sketch.labels[0] == "x\ufffd"


def test_a_mark_that_is_gone_is_not_explained() -> None:
    of = shown(FORK)
    of.handle(Inspect(id=3, target="v:999"))
    assert frame(of).inspection is None
    for odd in ("a:1", "a:1:9", "a:x:0", "a:999:0", "loss", "v:"):
        of.handle(Inspect(id=4, target=odd))
        assert frame(of).inspection is None


def test_what_code_left_in_grad_is_told_beside_the_gradient() -> None:
    of = shown("a = Value(3.0)\nb = a * a\nb.backward()\nb.backward()\n")
    found = explained(of, named(scene(of)[1], "a"))
    assert (found.gradient, found.kept) == (6.0, 12.0)


def test_the_sum_of_a_fork_has_a_term_for_each_way() -> None:
    of = shown(FORK)
    found = explained(of, named(scene(of)[1], "a"))
    assert sorted(term.value for term in found.terms) == [36.0, 36.0, 36.0]
    assert found.paths_count == 5  # by b twice, by c once; b is read by d and by c
    assert math.fsum(path.value for path in found.paths) == found.gradient == 108.0


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 40), st.data())
def test_terms_and_paths_add_up_to_the_gradient(seed: int, depth: int, data: st.DataObject) -> None:
    """The same sums as for networks, on the graphs that the engine is tested with."""
    from chainrule.script import Outcome
    from chainrule.session.reasons import Reasons
    from chainrule.session.sketch import Sketch as Drawn

    result = recipe(seed, depth).values()[-1]
    order = topological(result)
    followed = Followed(order)
    place = [0.0] * len(order)
    sketch = Drawn(
        Outcome(
            rules=[value.rule.name if value.rule else "" for value in order],
            constants=[list(value.constants) for value in order],
            parents=[list(each) for each in followed.parents],
            labels=[""] * len(order),
            lines=[0] * len(order),
            data=[value.data for value in order],
            grads=place,
            x=place,
            y=place,
            ranks=list(range(len(order))),
        ),
        1,
        None,
    )
    for value in order:
        value.grad = 0.0
    result.backward()
    assert array("d", [value.grad for value in order]).tobytes() == sketch.pull.adjoints.tobytes() or any(
        math.isnan(value.grad) for value in order
    )
    node = data.draw(st.integers(0, len(order) - 1))
    found = Reasons(sketch, sketch.moment(False)).explain(sketch.names[node])
    assert found is not None
    if found.kind == "result" or not math.isfinite(found.gradient):
        return
    if not all(math.isfinite(term.value) for term in found.terms):
        return
    parts = [*(term.value for term in found.terms), found.terms_remainder]
    assert math.isclose(
        math.fsum(parts), found.gradient, rel_tol=1e-11, abs_tol=1e-12 * max([1.0, *map(abs, parts)])
    )
    if found.paths_count >= 0 and math.isfinite(found.paths_remainder):
        ways = [*(path.value for path in found.paths), found.paths_remainder]
        assert math.isclose(
            math.fsum(ways), found.gradient, rel_tol=1e-9, abs_tol=1e-12 * max([1.0, *map(abs, ways)])
        )
        if found.paths_count <= len(found.paths):
            assert abs(found.paths_remainder) <= 1e-9 * max([1.0, *map(abs, ways)])
