"""The files of the built page."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from chainrule.hosts.server.notices import spoken

# The system's own table may say otherwise, and a script of another type is not run.
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class Page:
    """Serves ``folder``, by default the page shipped with the package."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = (folder or Path(str(files("chainrule.hosts") / "page"))).resolve()

    async def answer(self, request: Request) -> Response:
        """The file that is asked for. Names of files in ``assets`` hold a hash of the content: they never change."""
        if request.url.path == "/" and request.query_params:
            return RedirectResponse("/", 303)  # an address with the token, opened once more
        name = request.path_params.get("path", "") or "index.html"
        file, content = self._read(name)
        if content is None:
            if name == "index.html":
                text = spoken("error.page_missing", request.headers.get("accept-language", ""))
                return PlainTextResponse(text, 503)
            raise HTTPException(404)
        lasting = file.parent == self._folder / "assets"
        cache = "private, max-age=31536000, immutable" if lasting else "no-store"
        return Response(content, headers={"Content-Type": TYPES[file.suffix], "Cache-Control": cache})

    def _read(self, name: str) -> tuple[Path, bytes | None]:
        """The file of that name and what it holds; ``None`` where the page has no such file."""
        try:
            file = (self._folder / name).resolve()
            known = file.is_relative_to(self._folder) and file.suffix in TYPES and file.is_file()
            return file, file.read_bytes() if known else None
        except (OSError, ValueError):  # a name that no file can have, or a file that is not for us
            return self._folder, None
