from __future__ import annotations

import json
import socket
import struct
import time
from array import array
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from chainrule.hosts.server.connection import SILENT, TAKEN_OVER
from chainrule.protocol.decode import LONGEST
from chainrule.protocol.typescript import schema
from chainrule.session.events import Dataset, Document, Frame, Graph, Notice, Welcome


def closed(page: Any) -> int:
    """The code with which the server closes."""
    with pytest.raises(ConnectionClosed) as caught:
        page.until(lambda _: False, ack=False)
    assert caught.value.rcvd is not None
    return caught.value.rcvd.code


def reset(line: socket.socket) -> None:
    """End a connection without a goodbye."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.shutdown(socket.SHUT_RD)
    line.close()


def structures(events: list[Any]) -> list[Any]:
    return [each for each in events if isinstance(each, Document | Dataset | Graph)]


def test_a_new_page_is_told_everything_in_order(site: Any) -> None:
    with site.visit() as page:
        page.hello()
        assert [type(each) for each in page.told] == [Welcome, Document, Dataset, Graph, Frame]
        assert [each.seq for each in page.told] == [1, 2, 3, 4, 5]
        welcome, _, _, graph, frame = page.told
        assert welcome.schema == schema()
        assert welcome.version
        assert not welcome.resumed
        assert len(frame.values) == len(graph.names)
        assert (frame.step, frame.playing) == (0, False)


def test_play_trains_and_pause_really_stops(site: Any) -> None:
    with site.visit() as page:
        page.hello()
        page.send("play")
        page.frame(lambda frame: frame.step > 20 and frame.playing)
        page.send("pause")
        stopped = page.frame(lambda frame: not frame.playing)
        page.send("look", example=0)
        assert page.frame(lambda frame: frame.example == 0).step == stopped.step


def test_numbers_have_no_gaps_though_frames_are_left_out(site: Any) -> None:
    with site.visit() as page:
        page.hello()
        page.send("play")
        page.frame(lambda frame: frame.step > 30)
        assert [each.seq for each in page.told] == list(range(1, len(page.told) + 1))


def test_a_page_that_comes_back_finds_its_session_with_the_whole_curve(site: Any) -> None:
    with site.visit() as page:
        name = page.hello()
        page.send("edit", changes={"training.learning_rate": 0.02})
        page.send("play")
        page.frame(lambda frame: frame.step > 20)
        page.send("pause")
        last = page.frame(lambda frame: not frame.playing)
    with site.visit() as page:
        assert page.hello(name) == name
        assert [type(each) for each in page.told] == [Welcome, Document, Dataset, Graph, Frame]
        welcome, document, _, _, frame = page.told
        assert welcome.resumed
        assert document.experiment.training.learning_rate == 0.02
        assert frame.step == last.step
        assert frame.parameters == last.parameters
        assert frame.curve_reset
        assert (frame.curve[0], frame.curve[-3]) == (0, last.step)
        assert welcome.seq > last.seq


def test_training_goes_on_while_the_page_reloads(site: Any) -> None:
    with site.visit() as page:
        name = page.hello()
        page.send("play")
        before = page.frame(lambda frame: frame.step > 5).step
    with site.visit() as page:
        page.hello(name)
        assert page.told[-1].playing
        assert page.frame(lambda frame: frame.step > before + 20).playing


def test_an_unknown_session_begins_a_new_one(site: Any) -> None:
    with site.visit() as page:
        assert page.hello("no-such-session") != "no-such-session"
        assert not page.told[0].resumed


def test_the_newer_connection_takes_a_session_over(site: Any) -> None:
    with site.visit() as older, site.visit() as newer:
        name = older.hello()
        assert newer.hello(name) == name
        assert closed(older) == TAKEN_OVER
        assert [each.code for each in older.told if isinstance(each, Notice)] == ["notice.taken_over"]
        newer.send("step")
        assert newer.frame(lambda frame: frame.step == 1)


def test_two_sessions_do_not_disturb_each_other(site: Any) -> None:
    with site.visit() as one, site.visit() as other:
        assert one.hello() != other.hello()
        one.send("edit", changes={"network.hidden": [3]})
        one.send("step", unit="epoch")
        assert one.frame(lambda frame: frame.epoch == 1).revision == 2
        other.send("step")
        assert other.frame(lambda frame: frame.step == 1).revision == 1


def test_a_slow_page_gets_two_frames_then_the_last_and_every_structure_and_point(site: Any) -> None:
    with site.visit() as page:
        name = page.hello()
        page.send("pace", steps_per_second=300)
        page.send("play")
        frames = [page.until(lambda event: isinstance(event, Frame), ack=False) for _ in range(2)]
        start = len(page.told)
        for hidden in ([4], [4, 4], [5, 4]):  # one at a time: those that wait would become one
            page.send("edit", changes={"network.hidden": hidden})
            page.until(lambda event: isinstance(event, Graph), ack=False)
        page.send("sing")  # an answer that comes after all that
        page.until(lambda event: isinstance(event, Notice), ack=False)
        told = page.told[start:]
        assert not [each for each in told if isinstance(each, Frame)]
        kinds = [(type(each), each.revision) for each in structures(told)]
        assert kinds == [(kind, revision) for revision in (2, 3, 4) for kind in (Document, Dataset, Graph)]
        time.sleep(0.3)  # it trains on, unseen; the edits alone may be over before the next slice of training
        page.send("pause")
        page.send("ack", seq=frames[-1].seq)
        last = page.frame(lambda frame: not frame.playing)
        assert last.revision == 4
        assert last.step > frames[-1].step
        page.frame() if last.seq != page.told[-1].seq else None
        whole = array("d")
        for each in page.told:
            if isinstance(each, Frame):
                whole = each.curve if each.curve_reset else whole + each.curve
    with site.visit() as page:
        page.hello(name)
        assert page.told[-1].curve == whole


WRONG = [
    ("not json", "error.message_not_json"),
    ("[1]", "error.message_not_object"),
    ('{"type": "pley", "id": 7}', "error.message_command"),
    ('{"type": "play", "id": 7, "x": 1}', "error.message_unknown_field"),
    ('{"type": "hello", "id": 7}', "error.hello_again"),
    ('{"type": "inspect", "id": 7, "target": "elephant"}', "error.unknown_target"),
    ('{"type": "play", "id": 7, "x": "' + "y" * LONGEST + '"}', "error.message_long"),
    (b"\x00\x01", "error.message_binary"),
    ("[" * 5000, "error.message_deep"),
]


def test_what_is_wrong_is_answered_and_nothing_is_lost(site: Any) -> None:
    with site.visit() as page:
        name = page.hello()
        for message, code in WRONG:
            page.socket.send(message)
            notice = page.notice()
            assert (notice.level, notice.code) == ("error", code)
            assert notice.command == (7 if '"id": 7' in str(message) and len(message) < LONGEST else 0)
        page.send("step")
        assert page.frame(lambda frame: frame.step == 1)
    with site.visit() as page:
        assert page.hello(name) == name


def test_a_wrong_value_is_told_beside_its_control(site: Any) -> None:
    with site.visit() as page:
        page.hello()
        for value in (None, "loud", -3):
            command = page.send("edit", changes={"data.noise": value})
            assert page.notice(command).where == "data.noise"


def test_a_message_over_a_mebibyte_ends_the_connection_but_not_the_session(site: Any) -> None:
    with site.visit() as page:
        name = page.hello()
        page.socket.send("x" * (2**20 + 1))
        assert closed(page) == 1009
    with site.visit() as page:
        assert page.hello(name) == name


def test_whatever_comes_before_hello_is_answered(site: Any) -> None:
    with site.visit() as page:
        command = page.send("play")
        assert page.notice().code == "error.hello_first"
        assert page.told[-1].command == command
        page.socket.send("what")
        assert page.notice().code == "error.message_not_json"
        page.hello()


def test_a_page_that_never_says_hello_is_shown_out(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.hosts.server.connection.PATIENCE", 0.1)
    with site.visit() as page:
        assert closed(page) == SILENT
        assert page.told[-1].code == "error.no_hello"


def test_pages_that_vanish_in_the_middle_leave_the_server_and_its_log_alone(
    site: Any, caplog: pytest.LogCaptureFixture
) -> None:
    name = ""
    for when in ("connected", "greeted", "playing"):
        with site.visit() as page:
            if when != "connected":
                name = page.hello()
            if when == "playing":
                page.send("play")
                page.frame(lambda frame: frame.playing)
            reset(page.socket.socket)
    with site.visit() as page:
        assert page.hello(name) == name
    assert [
        record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")
    ] == []


def test_a_flood_of_commands_that_is_never_read_does_not_stop_another_page(site: Any) -> None:
    with site.visit(ping_interval=None, max_queue=1) as rude, site.visit() as polite:
        rude.hello()
        for number in range(2000):
            rude.socket.send(json.dumps({"type": "sing", "id": number}))
        polite.hello()
        polite.send("step")
        assert polite.frame(lambda frame: frame.step == 1)
        numbers = [rude.notice().command for _ in range(2000)]
        assert numbers == list(range(2000))
