"""One page's socket: commands in, events out, and nothing that arrives can do more harm than a notice."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from starlette.websockets import WebSocket, WebSocketDisconnect

from chainrule.errors import ChainruleError, ConfigError
from chainrule.hosts.server.notices import complaint, notice
from chainrule.hosts.server.outbox import Outbox
from chainrule.hosts.server.runner import Runner
from chainrule.hosts.server.shelf import Shelf
from chainrule.protocol.decode import command_id, read_command
from chainrule.protocol.wire import pack
from chainrule.session.commands import Ack, Command, Hello
from chainrule.session.events import Notice

PATIENCE = 10.0  # seconds for the first hello
PARTING = 2.0  # seconds that a page which is shown out gets to take the last word
FAILED, TAKEN_OVER, FULL, SILENT = 1011, 4001, 4002, 4008

_log = logging.getLogger("chainrule.server")


class Connection:
    """One socket from its acceptance to its end."""

    def __init__(self, socket: WebSocket, shelf: Shelf) -> None:
        self._socket, self._shelf = socket, shelf
        self._outbox = Outbox()
        self._displaced = asyncio.Event()

    async def run(self) -> None:
        """Serve the page until it leaves or is shown out."""
        await self._socket.accept()
        with suppress(WebSocketDisconnect):
            try:
                async with asyncio.timeout(PATIENCE):
                    hello = await self._hello()
            except TimeoutError:
                await self._part(SILENT, notice("error", "error.no_hello"))
                return
            try:
                runner, resumed = await self._shelf.open(hello.session)
            except ChainruleError as error:
                await self._part(FULL, complaint(error, hello.id))
                return
            except Exception:
                _log.exception("no session could be made")
                await self._part(FAILED, notice("error", "error.internal", command=hello.id))
                return
            await self._serve(runner, resumed)

    async def _hello(self) -> Hello:
        while True:
            command = await self._command()
            if isinstance(command, Hello):
                return command
            if isinstance(command, Notice):
                await self._socket.send_bytes(pack(command))
            else:
                await self._socket.send_bytes(pack(notice("error", "error.hello_first", command=command.id)))

    async def _serve(self, runner: Runner, resumed: bool) -> None:
        runner.attach(self._outbox, resumed, self._displaced.set)
        tasks = [
            asyncio.create_task(each)
            for each in (self._read(runner), self._write(runner), self._displaced.wait())
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            runner.detach(self._outbox)
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
        for end in ends:
            if isinstance(end, Exception) and not isinstance(end, WebSocketDisconnect):
                _log.error("connection failed", exc_info=end)
        if self._displaced.is_set():
            await self._part(TAKEN_OVER, notice("info", "notice.taken_over"))

    async def _read(self, runner: Runner) -> None:
        while True:
            command = await self._command()
            if isinstance(command, Notice):
                self._outbox.put([command])
            elif isinstance(command, Hello):
                self._outbox.put([notice("error", "error.hello_again", command=command.id)])
            elif isinstance(command, Ack):
                runner.painted(self._outbox, command.seq)
            else:
                runner.submit(command)
            # Who does not take the answers is not asked what else it wants: its messages stay in its own buffers.
            while self._outbox.crowded or runner.crowded:
                await asyncio.sleep(0.01)

    async def _write(self, runner: Runner) -> None:
        while True:
            event = await self._outbox.take(runner.number)
            await self._socket.send_bytes(pack(event))

    async def _command(self) -> Command | Notice:
        """The next message as a command, or what is wrong with it."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code") or 1005)
        text = message.get("text")
        if text is None:
            return complaint(ConfigError("error.message_binary"))
        try:
            return read_command(text)
        except ConfigError as error:
            return complaint(error, command_id(text))

    async def _part(self, code: int, last_word: Notice) -> None:
        with suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(PARTING):
                await self._socket.send_bytes(pack(last_word))
                await self._socket.close(code)
