"""What tests of several packages share."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder of the whole project."""
    return ROOT


@pytest.fixture(scope="session")
def node() -> str:
    """Node.js as `make` found or fetched it, else the one on the path."""
    path = os.pathsep.join((str(ROOT / ".make" / "node"), os.environ.get("PATH", "")))
    found = shutil.which("node", path=path)
    if found is None:
        pytest.fail("This test needs Node.js: run `make test`, which fetches it, or put it on PATH.")
    return found
