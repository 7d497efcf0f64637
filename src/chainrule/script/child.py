"""The learner's process: reads a request from its input, runs it, writes the outcome to its output, ends."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

from chainrule.script.outcome import nothing, read_request, written
from chainrule.script.run import TimeUpError, run, tamed, told


def main() -> None:
    """One request, one outcome. What the code writes past Python's own ``print`` goes nowhere."""
    request = read_request(sys.stdin.readline())
    answer = os.dup(1)
    void = os.open(os.devnull, os.O_RDWR)
    for each in (0, 1, 2):
        os.dup2(void, each)
    tamed(request.limits)
    try:
        outcome = run(request)
        text = written(outcome)
    except (TimeUpError, MemoryError) as trouble:
        text = written(nothing(told(trouble, request.limits)))
    calm()
    with os.fdopen(answer, "w", encoding="utf-8") as out:
        out.write(text + "\n")
    os._exit(0)  # whatever the code has left behind, threads too, ends here


def calm() -> None:
    """No alarm any more."""
    with suppress(ImportError, AttributeError):
        import signal

        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    main()
