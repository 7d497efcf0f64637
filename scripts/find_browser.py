"""Print the path of a browser that the tests can drive.

    python3 scripts/find_browser.py chromium
    python3 scripts/find_browser.py firefox

Looks at ``CHROMIUM`` or ``FIREFOX``, then at the usual names. As root on Debian (a fresh container, say) it installs
what is missing, for Chromium a small Chinese font too; elsewhere it says what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = {
    "chromium": (
        "chromium",
        "chromium-browser",
        "google-chrome-stable",
        "google-chrome",
        "chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ),
    "firefox": ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"),
}
PACKAGES = {"chromium": "chromium", "firefox": "firefox-esr"}
FONT = "fonts-wqy-microhei"
"""Without the font Chinese sentences would be boxes on the pictures."""


def find(browser: str) -> str | None:
    chosen = os.environ.get(browser.upper(), "")
    if chosen:
        return shutil.which(chosen)
    found = (shutil.which(name) for name in NAMES[browser])
    return next((path for path in found if path is not None), None)


def missing(browser: str) -> list[str]:
    """Debian packages to install; the font only if no other Chinese font is there."""
    packages = [] if find(browser) else [PACKAGES[browser]]
    if browser == "chromium":
        listed = shutil.which("fc-list")
        command = [str(listed), ":lang=zh"]
        fonts = listed and subprocess.run(command, capture_output=True, text=True, check=False).stdout
        packages += [] if fonts else [FONT]
    return packages


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
    browser = sys.argv[1] if len(sys.argv) > 1 else ""
    if browser not in NAMES:
        sys.exit(f"Say which browser: {' or '.join(NAMES)}.")
    debian = Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
    packages = missing(browser)
    if packages and browser.upper() not in os.environ and debian and os.getuid() == 0:
        print(f"Installing {' and '.join(packages)} for the browser tests", file=sys.stderr)
        install(packages)
    found = find(browser)
    if found is None:
        sys.exit(
            f"These tests need {browser.capitalize()}, and none was found. Install it (Debian: apt-get install"
            f" {PACKAGES[browser]}), or set {browser.upper()} to the path of its program."
        )
    print(found)


if __name__ == "__main__":
    main()
