"""Open the page in the user's browser."""

from __future__ import annotations

import signal
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from html import escape
from os import fdopen
from pathlib import Path
from tempfile import mkstemp
from threading import Thread

REDIRECT = """<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
<title>Chainrule</title>
<a href="{address}">{address}</a>
"""


@contextmanager
def opened(address: str) -> Iterator[None]:
    """A browser, where there is one, is sent to ``address`` meanwhile.

    Every user of the machine can read the arguments of a program, and ``address`` holds the token. So the browser is
    given the name of a file that only its owner can read, which leads there; it is gone in the end, also after SIGTERM.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    path = _file(address)
    try:
        if path is not None:
            # A browser in the terminal would not return; the server must not wait for it.
            Thread(target=webbrowser.open, args=(path.as_uri(),), daemon=True).start()
        yield
    finally:
        if path is not None:
            with suppress(OSError):
                path.unlink()
        signal.signal(signal.SIGTERM, before)


def _file(address: str) -> Path | None:
    try:
        handle, name = mkstemp(".html", "chainrule-")  # readable for its owner alone
        with fdopen(handle, "w", encoding="utf-8") as file:
            file.write(REDIRECT.format(address=escape(address)))
    except OSError:  # nowhere to write: the printed address must do
        return None
    return Path(name)
