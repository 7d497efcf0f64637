"""Print the path of a Chromium that the browser tests can drive.

    python3 scripts/find_chromium.py

Looks at ``CHROMIUM``, then at the usual names. As root on Debian (a fresh container, say) it installs
Chromium and a small Chinese font; elsewhere it says what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PACKAGES = ("chromium", "fonts-wqy-microhei")
"""Without the font Chinese sentences would be boxes on the pictures."""


def find() -> str | None:
    chosen = os.environ.get("CHROMIUM", "")
    if chosen:
        return shutil.which(chosen)
    found = (shutil.which(name) for name in (*NAMES, *PLACES))
    return next((path for path in found if path is not None), None)


def missing() -> list[str]:
    """Debian packages to install: the font too, unless some Chinese font is there already."""
    listed = shutil.which("fc-list")
    fonts = (
        listed and subprocess.run([listed, ":lang=zh"], capture_output=True, text=True, check=False).stdout
    )
    return [name for name, there in zip(PACKAGES, (find(), fonts), strict=True) if not there]


def install(packages: list[str]) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (
        ["update", "-qq"],
        ["install", "-y", "-qq", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends", *packages],
    ):
        subprocess.run(
            ["apt-get", *words], check=True, env=quiet, stdin=subprocess.DEVNULL, stdout=sys.stderr
        )


def main() -> None:
    debian = Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
    packages = missing()
    if packages and "CHROMIUM" not in os.environ and debian and os.getuid() == 0:
        print(f"Installing {' and '.join(packages)} for the browser tests", file=sys.stderr)
        install(packages)
    found = find()
    if found is None:
        sys.exit(
            "The browser tests need Chromium or Chrome, and none was found. Install it (Debian: apt-get install"
            " chromium), or set CHROMIUM to the path of its program."
        )
    print(found)


if __name__ == "__main__":
    main()
