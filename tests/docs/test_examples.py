"""Every example runs, and comes to what it promises."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples"
PROMISED = {
    "check_gradients": ["3 of 3 derivatives agree", "network: passed"],
    "compare_optimisers": ["sgd", "adamw", "validation accuracy 100.0%"],
    "micrograd_loop": ["to the last bit: True", "60 of 60 points right"],
    "moons": ["1,000 steps", "['0', '1'] True"],
    "own_layer": ["True", "validation accuracy 100.0%"],
    "regression_features": ["x1, sin x1: validation R² 0.9"],
}


def test_every_example_is_known_here():
    assert sorted(PROMISED) == sorted(path.stem for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", PROMISED)
def test_an_example_comes_to_what_it_promises(name, tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(FOLDER / f"{name}.py")],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONIOENCODING": "utf-8"},
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for text in PROMISED[name]:
        assert text in done.stdout
