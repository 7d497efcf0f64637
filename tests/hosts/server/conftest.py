"""A real server on a free port, and a page that talks to it over a real socket."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from threading import Thread
from time import sleep
from types import TracebackType
from typing import Any, Self

import pytest
from websockets.sync.client import ClientConnection, connect

from chainrule.config import Settings
from chainrule.hosts.server.app import server
from chainrule.hosts.server.listen import HOST, listen
from chainrule.protocol.wire import unpack
from chainrule.session.events import Event, Frame, Notice

TOKEN = "the-token-of-these-tests"
PATIENCE = 20


class Visit:
    """One connection of a page. ``told`` is everything that came."""

    socket: ClientConnection

    def __init__(self, line: AbstractContextManager[ClientConnection]) -> None:
        self._line = ExitStack()
        self._open = line
        self.told: list[Event] = []
        self._id = 100

    def __enter__(self) -> Self:
        self.socket = self._line.enter_context(self._open)
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._line.close()

    def send(self, kind: str, **fields: Any) -> int:
        self._id += 1
        self.socket.send(json.dumps({"type": kind, "id": self._id, **fields}))
        return self._id

    def next(self, timeout: float = PATIENCE) -> Event:
        message = self.socket.recv(timeout)
        assert isinstance(message, bytes)
        self.told.append(unpack(message))
        return self.told[-1]

    def until(self, wanted: Callable[[Any], bool], *, ack: bool = True) -> Any:
        """Read and paint until an event is as ``wanted``; that event."""
        while True:
            event = self.next()
            if ack and isinstance(event, Frame):
                self.send("ack", seq=event.seq)
            if wanted(event):
                return event

    def frame(self, wanted: Callable[[Frame], bool] = lambda _: True) -> Frame:
        found: Frame = self.until(lambda event: isinstance(event, Frame) and wanted(event))
        return found

    def notice(self, command: int | None = None) -> Notice:
        found: Notice = self.until(
            lambda event: isinstance(event, Notice) and command in (None, event.command)
        )
        return found

    def hello(self, session: str = "") -> str:
        """Introduce the page and read the whole state; the session's id."""
        self.send("hello", session=session)
        welcome = self.until(lambda event: type(event).__name__ == "Welcome")
        self.frame()
        name: str = welcome.session
        return name


class Site:
    """The server as a browser sees it."""

    def __init__(self, port: int) -> None:
        self.port, self.host, self.cookie = port, f"{HOST}:{port}", f"chainrule-{port}={TOKEN}"
        self.token = TOKEN

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, str]:
        line = http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE)
        try:
            line.putrequest(method, path, skip_host=True)
            given = {"Host": self.host} | {name.replace("_", "-"): value for name, value in headers.items()}
            for name, value in given.items():
                line.putheader(name, value)
            line.endheaders()
            answer = line.getresponse()
            return answer, answer.read().decode()
        finally:
            line.close()

    def visit(self, *, cookie: str | None = None, origin: str | None = None, **options: Any) -> Visit:
        return Visit(
            connect(
                f"ws://{self.host}/socket",
                origin=origin or f"http://{self.host}",  # type: ignore[arg-type]
                additional_headers={"Cookie": self.cookie if cookie is None else cookie},
                max_size=None,
                **options,
            )
        )


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with listen(0) as listener:
        port = listener.getsockname()[1]
        running = server(listener, TOKEN, Settings(), {})
        thread = Thread(target=running.run, kwargs={"sockets": [listener]})
        thread.start()
        while not running.started and thread.is_alive():
            sleep(0.01)
        try:
            yield Site(port)
        finally:
            running.should_exit = True
            thread.join()
