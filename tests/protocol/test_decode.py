from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chainrule.errors import ConfigError
from chainrule.protocol.decode import DEEPEST, LARGEST, LONGEST, command_id, read_command
from chainrule.protocol.messages import COMMANDS
from chainrule.session.commands import Ack, Edit, Hello, Inspect, Look, Pace, Play, SetParameter, Step

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NEAR_COMMANDS = st.fixed_dictionaries(
    {"type": st.sampled_from([*COMMANDS, "Play", "ack "]) | TREES},
    optional=dict.fromkeys(
        ("id", "session", "seq", "unit", "changes", "example", "target", "steps_per_second"), TREES
    ),
)


def refused(message: object) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        read_command(message if isinstance(message, str) else json.dumps(message))
    return caught.value


@pytest.mark.parametrize(
    ("message", "command"),
    [
        ({"type": "hello", "id": 0}, Hello(id=0)),
        ({"type": "hello", "id": 1, "session": "abc", "seq": 9}, Hello(id=1, session="abc", seq=9)),
        ({"type": "play", "id": 2}, Play(id=2)),
        ({"type": "step", "id": 2, "unit": "epoch"}, Step(id=2, unit="epoch")),
        ({"type": "pace", "id": 3, "steps_per_second": 5}, Pace(id=3, steps_per_second=5.0)),
        ({"type": "look", "id": 4, "example": None}, Look(id=4)),
        ({"type": "look", "id": 4, "example": 7}, Look(id=4, example=7)),
        ({"type": "inspect", "id": 5, "target": "w:1:0:2"}, Inspect(id=5, target="w:1:0:2")),
        ({"type": "ack", "id": LARGEST, "seq": 6}, Ack(id=LARGEST, seq=6)),
        (
            {"type": "edit", "id": 6, "changes": {"seed": 2, "network.hidden": [4, 2], "data.name": "xor"}},
            Edit(id=6, changes={"seed": 2, "network.hidden": [4, 2], "data.name": "xor"}),
        ),
        (
            {"type": "edit", "id": 7, "changes": {"data.features": ["x1", "sin_x2"]}},
            Edit(id=7, changes={"data.features": ["x1", "sin_x2"]}),
        ),
        (
            {"type": "setparameter", "id": 8, "target": "w:1:0:2", "value": -0.5},
            SetParameter(id=8, target="w:1:0:2", value=-0.5),
        ),
    ],
)
def test_a_good_message_is_the_command_it_names(message: object, command: object) -> None:
    assert read_command(json.dumps(message)) == command


def test_every_command_can_be_read() -> None:
    for name in COMMANDS:
        message = {"type": name, "id": 1, **({"seq": 1} if name == "ack" else {})}
        message |= {"steps_per_second": 1} if name == "pace" else {}
        message |= {"target": "b:1:0", "value": 0.5} if name == "setparameter" else {}
        message |= {"cursor": 3} if name == "seek" else {"target": "b:1:0"} if name == "verify" else {}
        message |= {"unit": "op", "milliseconds": 300, "loop": False} if name == "settempo" else {}
        message |= {"show": {"what": "code"}, "write": {"text": "a"}, "arrange": {"layout": "down"}}.get(
            name, {}
        )
        assert type(read_command(json.dumps(message))) is COMMANDS[name]


@pytest.mark.parametrize(
    ("message", "where", "says"),
    [
        ({"id": 1}, "type", '"type"'),
        ({"type": "pley", "id": 1}, "type", "Did you mean play?"),
        ({"type": "sing", "id": 1}, "type", "Commands are hello, play"),
        ({"type": ["play"], "id": 1}, "type", "Commands are"),
        ({"type": "play"}, "play.id", "play.id is missing"),
        ({"type": "play", "id": 1, "loud": 2}, "play.loud", "play has no field 'loud'. Its fields are id."),
        ({"type": "play", "id": True}, "play.id", "play.id is true, but must be a whole number"),
        ({"type": "play", "id": 1.0}, "play.id", "play.id is 1.0"),
        ({"type": "play", "id": -1}, "play.id", "from 0 to"),
        ({"type": "play", "id": LARGEST + 1}, "play.id", "from 0 to"),
        ({"type": "step", "id": 1, "unit": "day"}, "step.unit", "must be one of op, layer, phase, batch"),
        ({"type": "pace", "id": 1, "steps_per_second": "5"}, "pace.steps_per_second", "must be a number"),
        ({"type": "pace", "id": 1, "steps_per_second": False}, "pace.steps_per_second", "is false"),
        ('{"type": "pace", "id": 1, "steps_per_second": 1e999}', "pace.steps_per_second", "must be a number"),
        ({"type": "pace", "id": 1, "steps_per_second": 10**400}, "pace.steps_per_second", "must be a number"),
        ({"type": "step", "id": 1, "back": 1}, "step.back", "must be true or false"),
        ({"type": "inspect", "id": 1, "target": 3}, "inspect.target", "must be text"),
        ({"type": "inspect", "id": 1, "target": "\ud800"}, "inspect.target", "must be text"),
        ({"type": "edit", "id": 1, "changes": []}, "edit.changes", "new values by path"),
        (
            {"type": "edit", "id": 1, "changes": {"data.noise": None}},
            "data.noise",
            "edit.changes.data.noise is",
        ),
        ({"type": "edit", "id": 1, "changes": {"network.hidden": [True]}}, "network.hidden", "whole numbers"),
        ('{"type": "edit", "id": 1, "changes": {"data.noise": NaN}}', "", "NaN"),
        ('{"type": "play"', "", "not JSON"),
        ('{"type": "play", "id": 1, "id": 2}', "", "has the key 'id' twice"),
        ('{"type": "edit", "id": 1, "changes": {"seed": 1, "seed": 1}}', "", "has the key 'seed' twice"),
        ('{"id": 1, "\\ud800": 1, "\\ud800": 1}', "", "has the key '\\ud800' twice"),
        ("[1]", "", "must be a JSON object"),
        ("9" * 5000, "", "not JSON"),
        ("[" * 60_000, "", f"deeper than {DEEPEST}"),
        ('{"id":' + "[" * 20 + "]" * 20 + "}", "", f"deeper than {DEEPEST}"),
        ('{"id": "' + "é" * (LONGEST // 2) + '"}', "", f"at most {LONGEST}"),
        ("x" * (LONGEST + 1), "", f"at most {LONGEST}"),
    ],
)
def test_a_wrong_message_is_one_error_that_names_the_place(message: object, where: str, says: str) -> None:
    error = refused(message)
    assert error.where == where
    assert says in str(error)
    assert len(str(error)) < 600


def test_the_id_is_read_from_a_wrong_message_where_it_can_be() -> None:
    assert command_id('{"type": "sing", "id": 12}') == 12
    assert command_id('{"type": "sing", "id": "12"}') == 0
    assert command_id('{"type": "sing", "id": true}') == 0
    assert command_id("not json") == 0


@given(st.text(max_size=200) | TREES.map(json.dumps) | NEAR_COMMANDS.map(json.dumps))
@example('{"type": "edit", "id": 1, "changes": {"\\ud800": null}}')
@example('{"type": "play", "id": 1, "\\ud800": 1}')
def test_whatever_arrives_is_a_command_or_a_config_error(text: str) -> None:
    command_id(text)
    with suppress(ConfigError):
        assert type(read_command(text)) in COMMANDS.values()
