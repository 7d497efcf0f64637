"""One experiment with everything in it: wasmtime, Chromium and Firefox end with the same bits."""

import subprocess
import sys
from pathlib import Path


def test_three_engines_end_with_the_same_bits(repository: Path) -> None:
    script = repository / "scripts" / "same_bits.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    hashes = [line.split()[1] for line in done.stdout.splitlines()[:3]]
    assert len(hashes) == 3
    assert len(set(hashes)) == 1
    assert len(hashes[0]) == 64
