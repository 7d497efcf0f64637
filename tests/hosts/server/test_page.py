from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from chainrule.hosts.server.page import Page


def answer(folder: Path, path: str, language: str = "en") -> Response:
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1:1"), (b"accept-language", language.encode())],
        "path_params": {"path": path[1:]},
    }
    return asyncio.run(Page(folder).answer(Request(scope)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html>")
    (page / "boot.js").write_text("0")
    (page / "assets" / "index-4f2a.js").write_text("1")
    (tmp_path / "secret.json").write_text("{}")
    return page


def test_the_page_is_asked_for_again_each_time_and_hashed_files_never(folder: Path) -> None:
    page = answer(folder, "/")
    assert page.body == b"<!doctype html>"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Cache-Control"] == "no-store"
    assert answer(folder, "/boot.js").headers["Cache-Control"] == "no-store"
    asset = answer(folder, "/assets/index-4f2a.js")
    assert asset.body == b"1"
    assert asset.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in asset.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.json",
        "/assets/../../secret.json",
        "//etc/hostname",
        "/assets",
        "/x.js",
        "/a\0.js",
        f"/{'a' * 300}.js",
    ],
)
def test_nothing_but_files_of_the_page_is_given_out(folder: Path, path: str) -> None:
    with pytest.raises(HTTPException) as caught:
        answer(folder, path)
    assert caught.value.status_code == 404


def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    english, chinese = answer(tmp_path, "/"), answer(tmp_path, "/", "zh-TW")
    assert english.status_code == chinese.status_code == 503
    assert "make run" in bytes(english.body).decode()
    assert "构建" in bytes(chinese.body).decode()
