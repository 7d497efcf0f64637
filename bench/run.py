"""Measure everything: the engine's steps, then the page in a real browser. Figures go to bench/results.

make bench            both
python bench/run.py   the same, where everything is set up
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    subprocess.run([sys.executable, HERE / "steps.py"], check=True)
    node = shutil.which("node")
    if node is None:
        sys.exit("Node.js is needed for the page's figures: run make bench, which finds it.")
    subprocess.run([node, HERE / "page.mjs", Path(sys.executable).parent / "chainrule"], check=True)


if __name__ == "__main__":
    main()
