"""A progress bar for long runs, in terminals and notebooks."""

from __future__ import annotations

import sys
from typing import Any

DELAY = 1.0  # seconds before a bar appears: a short run does not need one


def bar(steps: int, wanted: bool | None) -> Any:
    """A bar over ``steps``. ``wanted`` is None: where someone can see it, and only if it takes a while."""
    from tqdm.auto import tqdm

    shown = _watched() if wanted is None else wanted
    return tqdm(total=steps, unit="step", disable=not shown, delay=0 if wanted else DELAY, leave=bool(wanted))


def _watched() -> bool:
    notebook = "ipykernel" in sys.modules
    return notebook or bool(sys.stderr and sys.stderr.isatty())
