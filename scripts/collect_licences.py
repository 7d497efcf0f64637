"""Put the licences of what the built page contains into the page.

    python3 scripts/collect_licences.py

The page is bundled from packages of others; their licences ask to be handed on with it.
"""

from __future__ import annotations

import json
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ROOT / "web" / "node_modules"
TARGET = ROOT / "src" / "chainrule" / "hosts" / "page" / "licences.txt"

SHIPPED = (
    "@codemirror/autocomplete",
    "@codemirror/commands",
    "@codemirror/lang-python",
    "@codemirror/language",
    "@codemirror/state",
    "@codemirror/streamparser",
    "@codemirror/view",
    "@fontsource-variable/inter",
    "@fontsource-variable/jetbrains-mono",
    "@lezer/common",
    "@lezer/highlight",
    "@lezer/lr",
    "@lezer/python",
    "@marijn/find-cluster-break",
    "clsx",
    "crelt",
    "flatbush",
    "flatqueue",
    "style-mod",
    "svelte",
    "temml",
    "uplot",
    "w3c-keyname",
)


def licence(name: str) -> str:
    """Name, version and the whole text."""
    folder = PACKAGES / name
    said = json.loads((folder / "package.json").read_text("utf-8"))
    (text,) = [file for file in folder.iterdir() if file.name.lower().startswith("licen") and file.is_file()]
    title = f"{name} {said['version']} ({said['license']})"
    return f"{title}\n{'=' * len(title)}\n\n{text.read_text('utf-8').strip()}\n"


if __name__ == "__main__":
    TARGET.write_text("\n\n".join(map(licence, SHIPPED)), "utf-8")
