from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message
from websockets.exceptions import InvalidStatus

from chainrule.hosts.server.guard import Guard


def test_without_the_token_there_is_a_page_that_says_what_to_do(site: Any) -> None:
    for path in ("/", "/?token=wrong", "/assets/index.js", f"/assets/x?token={site.token}", "/?token=%ff%00"):
        answer, text = site.ask(path)
        assert answer.status == 403
        assert "?token=" in text
    _, text = site.ask("/", Accept_Language="zh-CN,zh;q=0.9")
    assert "令牌" in text


def test_the_token_becomes_a_cookie_that_no_script_and_no_request_of_another_site_can_use(site: Any) -> None:
    answer, _ = site.ask(f"/?token={site.token}")
    assert answer.status == 303
    assert answer.headers["Location"] == "/"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(site.cookie + ";")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert str(site.port) in site.cookie.partition("=")[0]


def test_with_the_cookie_the_page_opens_and_the_token_leaves_the_address(site: Any) -> None:
    answer, _ = site.ask("/", Cookie=site.cookie)
    assert answer.status in (200, 503)  # 503 where the page is not built
    answer, _ = site.ask("/?token=old", Cookie=site.cookie)
    assert (answer.status, answer.headers["Location"]) == (303, "/")


def test_a_strange_cookie_of_another_local_server_does_not_hide_ours(site: Any) -> None:
    answer, _ = site.ask("/", Cookie='a="{b, c}; =; session={"x": 1}; ' + site.cookie)
    assert answer.status != 403
    answer, _ = site.ask("/", Cookie=site.cookie + "x")
    assert answer.status == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "", "localhost.evil.example"])
def test_another_host_is_refused_even_with_the_cookie(site: Any, host: str) -> None:
    answer, text = site.ask("/", Host=host, Cookie=site.cookie)
    assert answer.status == 403
    assert site.host in text


def test_every_name_of_this_machine_is_its_host(site: Any) -> None:
    for name in ("127.0.0.1", "localhost", "[::1]"):
        answer, _ = site.ask("/", Host=f"{name}:{site.port}", Cookie=site.cookie)
        assert answer.status != 403


def admitted(port: int, host: str) -> tuple[int, str]:
    """The status and the policy with which a post from a page of ``host`` is answered on ``port``."""
    cookie, sent = f"chainrule-{port}=secret", list[Message]()
    headers = {"host": host, "origin": f"http://{host}", "cookie": cookie}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(Guard(PlainTextResponse("in"), port, "secret")(scope, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"])[b"content-security-policy"].decode()


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
def test_browsers_leave_out_port_80_and_no_other(name: str) -> None:
    status, policy = admitted(80, name)
    assert status == 200
    assert f"ws://{name};" in policy
    assert admitted(80, f"{name}:80")[0] == 200
    assert admitted(80, f"evil.{name}")[0] == admitted(8000, name)[0] == 403


def test_whatever_is_no_plain_read_must_come_from_our_own_page(site: Any) -> None:
    answer, _ = site.ask("/", "POST", Cookie=site.cookie)
    assert answer.status == 403
    answer, _ = site.ask("/", "POST", Cookie=site.cookie, Origin="http://evil.example")
    assert answer.status == 403
    answer, _ = site.ask("/", "POST", Cookie=site.cookie, Origin=f"http://{site.host}")
    assert answer.status == 405


@pytest.mark.parametrize(
    "changes",
    [
        {"cookie": ""},
        {"cookie": "chainrule-1=the-token-of-these-tests"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "https://127.0.0.1"},
    ],
)
def test_the_socket_is_refused_to_strangers(site: Any, changes: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as caught, site.visit(**changes):
        pass
    assert caught.value.response.status_code == 403


def test_every_answer_has_the_headers_of_a_careful_server(site: Any) -> None:
    for path, headers in (("/", {}), ("/", {"Cookie": site.cookie}), ("/nothing", {"Cookie": site.cookie})):
        answer, _ = site.ask(path, **headers)
        policy = dict(
            part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";")
        )
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert (
            policy["script-src"]
            == policy["style-src"]
            == policy["font-src"]
            == policy["worker-src"]
            == "'self'"
        )
        assert policy["connect-src"] == f"'self' ws://{site.host}"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_an_answer_to_a_defect_has_them_too(
    site: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("chainrule.hosts.server.page.RedirectResponse", None)
    answer, text = site.ask("/?token=old", Cookie=site.cookie)
    assert (answer.status, "Traceback" in text) == (500, False)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_deflate_is_not_negotiated_though_the_client_offers_it(site: Any) -> None:
    with site.visit(compression="deflate") as page:
        assert page.socket.protocol.extensions == []
        page.hello()
