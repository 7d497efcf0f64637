"""A learner's code in a process of its own: started, given its time, and ended whatever it does."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from chainrule.script import Flaw, Outcome, Request
from chainrule.script.outcome import nothing, read_outcome, written

GRACE = 3.0  # seconds beyond its own limit, to start and to tell
LONGEST = 64 * 2**20  # bytes of an outcome


async def run_script(request: Request) -> Outcome:
    """Run ``request`` and give what came of it. Cancelled, it ends the process."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", "chainrule.script.child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        limit=LONGEST,
        start_new_session=True,  # an interrupt at the terminal is not meant for it, and its children end with it
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        async with asyncio.timeout(request.limits.seconds + GRACE):
            process.stdin.write(written(request).encode() + b"\n")
            with suppress(ConnectionError):
                await process.stdin.drain()
            line = await process.stdout.readline()
            return await asyncio.to_thread(read_outcome, line.decode("utf-8", "replace"))
    except TimeoutError:
        return nothing(Flaw(kind="time", number=request.limits.seconds))
    except ValueError:  # it has ended without a word, or said something else
        return nothing(Flaw(kind="died"))
    finally:
        _end(process)
        # A grandchild in a session of its own may hold the pipe open: what it writes is not waited for.
        process._transport.close()  # type: ignore[attr-defined]
        await process.wait()


def _end(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            import os
            import signal

            os.killpg(process.pid, signal.SIGKILL)
