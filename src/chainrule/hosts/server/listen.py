"""The port: where the server listens, decided before anything heavy is imported."""

from __future__ import annotations

import errno
import os
import socket

from chainrule.errors import ConfigError

HOST = "127.0.0.1"
PORT = 8707
TRIES = 20


def listen(port: int | None) -> socket.socket:
    """A socket that listens on ``port`` of this machine alone; for ``None`` on the usual port or the next free one.

    Raises ``ConfigError`` when the port is in use or not allowed. 0 takes any free port.
    """
    if port is not None:
        return _bound(port)
    for each in range(PORT, PORT + TRIES):
        try:
            return _bound(each)
        except ConfigError:
            continue
    return _bound(0)


def _bound(port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle's delay off for every connection; unnamed, it leaves it on, and
    # each answer of two parts waits 40 ms for the browser's delayed acknowledgement.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":  # elsewhere it would let two servers share a port
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
        found.listen(128)  # a browser that is quicker than the server waits in line
    except OSError as trouble:
        found.close()
        if trouble.errno == errno.EADDRINUSE:
            raise ConfigError("error.port_busy", where="--port", port=port) from None
        reason = trouble.strerror or type(trouble).__name__
        raise ConfigError("error.port", where="--port", port=port, reason=reason) from None
    return found
