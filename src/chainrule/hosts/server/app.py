"""The server as a whole."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from importlib.metadata import version

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from chainrule.config import Settings
from chainrule.hosts.server.connection import Connection
from chainrule.hosts.server.guard import Guard
from chainrule.hosts.server.page import Page
from chainrule.hosts.server.shelf import Shelf, new_id
from chainrule.machine.native import NativeMachine
from chainrule.network.data import Table
from chainrule.session.session import Session

LARGEST_MESSAGE = 2**20  # bytes; whoever sends more is cut off before it is all in memory


def application(settings: Settings, tables: Mapping[str, Table], port: int, token: str) -> ASGIApp:
    """The ASGI application: the page on ``/``, its socket on ``/socket``, for those who know ``token``.

    The first session is made here: a ``ChainruleError`` when none can be under these settings.
    """

    def make(session_id: str) -> Session:
        return Session(settings, NativeMachine, session_id, tables)

    first_id = new_id()
    first = first_id, make(first_id)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        with ThreadPoolExecutor(settings.performance.worker_pool_size, "machine") as executor:
            interval = settings.performance.render_throttle_ms / 1000
            shelf = app.state.shelf = Shelf(make, executor, interval, version("chainrule"), first)
            yield
            await shelf.close()

    async def converse(websocket: WebSocket) -> None:
        await Connection(websocket, websocket.app.state.shelf).run()

    page = Page()
    inner = Starlette(
        routes=[
            WebSocketRoute("/socket", converse),
            Route("/", page.answer),
            Route("/{path:path}", page.answer),
        ],
        lifespan=life,
    )
    return Guard(inner, port, token)  # as middleware it would stand within what answers to a defect


def server(
    listener: socket.socket, token: str, settings: Settings, tables: Mapping[str, Table]
) -> uvicorn.Server:
    """A server for ``run(sockets=[listener])``. It ends on SIGINT and SIGTERM.

    Raises ``ChainruleError`` when no session can be made under these settings.
    """
    return uvicorn.Server(
        uvicorn.Config(
            application(settings, tables, listener.getsockname()[1], token),
            ws="websockets-sansio",
            ws_max_size=LARGEST_MESSAGE,
            ws_per_message_deflate=False,  # it costs more time than it saves on the way to oneself
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
    )
