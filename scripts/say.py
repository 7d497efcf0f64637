"""Add or change one sentence of the message catalogue in every language at once.

    python scripts/say.py error.port_busy "Port {port} is in use." "端口 {port} 已被占用。"

Keys stay sorted, both languages get the key, and their placeholders must agree.
"""

from __future__ import annotations

import fcntl
import json
import re
import sys
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "src" / "chainrule" / "text"
LANGUAGES = ("en", "zh-CN")


def main(key: str, *sentences: str) -> None:
    names = [set(re.findall(r"{(\w+)", text)) for text in sentences]
    if len(sentences) != len(LANGUAGES) or any(found != names[0] for found in names):
        sys.exit(f"{key}: give {' and '.join(LANGUAGES)}, with the same placeholders")
    with (FOLDER / "__init__.py").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for tag, text in zip(LANGUAGES, sentences, strict=True):
            path = FOLDER / f"{tag}.json"
            table = json.loads(path.read_text("utf-8")) if path.exists() else {}
            table[key] = text
            path.write_text(
                json.dumps(dict(sorted(table.items())), ensure_ascii=False, indent=2) + "\n", "utf-8"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])
