"""Who may talk to the server: the browser that was given its address with the token, and nobody through it.

A page of another site can make the browser send requests here, and a name that is made to resolve to 127.0.0.1 can
make them look like its own. So every request must have a cookie that only the token gives, must have been meant for
this very host and port, and what is not a plain read must come from a page of ours.
"""

from __future__ import annotations

from secrets import compare_digest

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chainrule.hosts.server.notices import spoken

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws://{host}; worker-src 'self'; "
    "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


class Guard:
    """Lets through to ``app`` what may pass; puts the headers of a careful server on every answer."""

    def __init__(self, app: ASGIApp, port: int, token: str) -> None:
        self._app, self._token = app, token
        self._cookie = f"chainrule-{port}"
        names = ("127.0.0.1", "localhost", "[::1]")
        self._hosts = {f"{name}:{port}" for name in names}
        if port == 80:  # of all ports browsers leave this one out
            self._hosts.update(names)
        self._origins = {f"http://{host}" for host in self._hosts}
        self._address = f"127.0.0.1:{port}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._refusal(scope, headers)
        if scope["type"] == "websocket":
            if answer is None:
                await self._app(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008})
            return
        policy = POLICY.format(host=headers["host"] if headers.get("host") in self._hosts else self._address)

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = MutableHeaders(scope=message)
                own["Content-Security-Policy"] = policy
                own["X-Content-Type-Options"] = "nosniff"
                own["Referrer-Policy"] = "no-referrer"
                own["Cross-Origin-Opener-Policy"] = "same-origin"
                own["Cross-Origin-Resource-Policy"] = "same-origin"
                own.setdefault("Cache-Control", "no-store")
            await send(message)

        await (answer or self._app)(scope, receive, careful)

    def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        """What to answer instead of the page: a refusal, or the way from the address with the token to the page."""
        accepted = headers.get("accept-language", "")
        reads = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if headers.getlist("host") not in [[host] for host in self._hosts]:
            return PlainTextResponse(spoken("error.host", accepted, address=self._address), 403)
        if not reads and headers.get("origin") not in self._origins:
            return PlainTextResponse(spoken("error.origin", accepted, address=self._address), 403)
        if self._known(headers):
            return None
        given = QueryParams(scope["query_string"]).get("token", "")
        if not (reads and scope["path"] == "/" and self._right(given)):
            return PlainTextResponse(spoken("error.token", accepted), 403)
        answer = RedirectResponse("/", 303)
        # Not "strict": who comes here from the file that opens the browser would be sent on without it. Other
        # sites can make the browser show the page with it, as any link does, and read or send nothing.
        answer.set_cookie(self._cookie, self._token, httponly=True, samesite="lax")
        return answer

    def _known(self, headers: Headers) -> bool:
        # Cookies know no ports: those of other local servers stand beside ours, well formed or not.
        return any(
            self._right(cookie_parser(line).get(self._cookie, "")) for line in headers.getlist("cookie")
        )

    def _right(self, token: str) -> bool:
        return compare_digest(token.encode("utf-8", "replace"), self._token.encode())
