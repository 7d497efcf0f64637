"""The listening socket."""

from __future__ import annotations

import asyncio
import socket

from chainrule.hosts.server.listen import listen


def test_answers_do_not_wait_for_acknowledgements() -> None:
    async def nodelay() -> int:
        found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            accepted = writer.get_extra_info("socket")
            found.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        listening = listen(0)
        async with await asyncio.start_server(met, sock=listening):
            _, writer = await asyncio.open_connection(*listening.getsockname())
            set_to = await found
            writer.close()
            await writer.wait_closed()
            return set_to

    assert asyncio.run(nodelay()) != 0
