"""Refuse to build a wheel or source archive that has no page in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageHook(BuildHookInterface[Any]):
    """The page is built by Node and git-ignored, so it can be missing; installed from such a wheel,
    ``chainrule`` would have nothing to show. An editable installation may come before the page."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        page = Path(self.root) / "src" / "chainrule" / "hosts" / "page" / "index.html"
        if version != "editable" and not page.is_file():
            raise SystemExit(
                f"The page is not built: {page.relative_to(self.root)} is missing, and a package without it"
                " shows nothing. Run `make page` (it needs Node, or fetches it), then build again."
            )
