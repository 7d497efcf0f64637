"""The core in Pyodide: it imports, and trains to the very same bits as natively."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PURE = ("attrs", "cattrs", "typing_extensions", "PyYAML")
"""What the core needs from elsewhere; all of it runs without compiled parts."""


def outcome(command: list[str | Path]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def native() -> dict[str, Any]:
    return outcome([sys.executable, HERE / "train.py"])


@pytest.fixture(scope="module")
def browser(node: str, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    packages = tmp_path_factory.mktemp("packages")
    for name in PURE:
        for file in files(name) or ():
            if file.suffix == ".py" and ".." not in file.parts:
                (packages / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file.locate(), packages / file)
    pyodide = repository / "web" / "node_modules" / "pyodide"
    return outcome([node, HERE / "run.mjs", pyodide, HERE / "train.py", repository / "src", packages])


def test_every_module_of_the_core_imports_without_a_host(browser: dict[str, Any]) -> None:
    assert browser["python"] == "emscripten"
    assert {"chainrule.network.trainer", "chainrule.session.session", "chainrule.protocol.wire"} <= set(
        browser["core"]
    )


@pytest.mark.parametrize("data", ["spirals", "moons", "penguins", "digits"])
def test_a_thousand_steps_end_in_the_same_bits(
    data: str, native: dict[str, Any], browser: dict[str, Any]
) -> None:
    assert browser["trained"][data] == native["trained"][data]


def test_a_session_shows_the_same_bits(native: dict[str, Any], browser: dict[str, Any]) -> None:
    assert browser["shown"] == native["shown"]
