"""The wheel: what is in it, and that it works where there is nothing but Python."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener
from zipfile import ZipFile

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin


def build(project: Path, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", target, project],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("wheel")
    built = build(repository, target)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = target.glob("chainrule-*.whl")
    return found


def test_the_wheel_holds_the_page_the_sentences_the_data_and_the_type_marker(wheel: Path) -> None:
    names = ZipFile(wheel).namelist()
    assert "chainrule/hosts/page/index.html" in names
    assert any(re.fullmatch(r"chainrule/hosts/page/assets/.+\.js", name) for name in names)
    assert {"chainrule/text/en.json", "chainrule/text/zh-CN.json", "chainrule/py.typed"} <= set(names)
    for data in ("iris", "penguins", "digits"):
        assert any(re.search(rf"/{data}\.csv", name) for name in names), data


def test_the_wheel_hands_on_the_licences_of_what_is_bundled(wheel: Path) -> None:
    archive = ZipFile(wheel)
    text = archive.read("chainrule/hosts/page/licences.txt").decode()
    for name in ("inter", "jetbrains-mono", "svelte", "uplot", "temml"):
        assert name in text
    assert "SIL OPEN FONT LICENSE" in text
    assert any(name.endswith("licenses/LICENSE") for name in archive.namelist())


def test_the_wheel_holds_nothing_but_the_package(wheel: Path) -> None:
    roots = {name.split("/")[0] for name in ZipFile(wheel).namelist()}
    assert {re.sub(r"-.*\.dist-info$", "", root) for root in roots} == {"chainrule"}


def test_a_wheel_without_the_page_is_refused_with_the_cure(repository: Path, tmp_path: Path) -> None:
    copy = tmp_path / "project"
    copy.mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE"):
        shutil.copy(repository / name, copy)
    shutil.copytree(repository / "src", copy / "src", ignore=shutil.ignore_patterns("page", "__pycache__"))
    built = build(copy, tmp_path)
    assert built.returncode != 0
    assert "The page is not built" in built.stdout + built.stderr
    assert "make page" in built.stdout + built.stderr
    assert not list(tmp_path.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program, installed from the wheel into an environment of its own."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=True)
    pip = [home / "bin" / "python", "-m", "pip", "install", "--quiet", wheel]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return home / "bin" / "chainrule"


@pytest.fixture(scope="module")
def address(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the installed program answers; it runs with an empty PATH, so without Node.js."""
    folder = tmp_path_factory.mktemp("elsewhere")
    with subprocess.Popen(
        [installed, "--no-open", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={"PATH": "", "HOME": str(folder), "PYTHONUNBUFFERED": "1"},
    ) as server:
        assert server.stdout is not None
        found = re.search(r"http://\S+", server.stdout.readline())
        try:
            assert found is not None
            yield found[0]
        finally:
            server.terminate()


def test_installed_from_the_wheel_it_serves_the_page_and_all_its_scripts(address: str) -> None:
    browse = build_opener(HTTPCookieProcessor(CookieJar()))
    with browse.open(address, timeout=20) as answer:
        page = answer.read().decode()
    scripts = re.findall(r'<script[^>]+src="([^"]+)"', page)
    assert any("assets/" in script for script in scripts)
    for script in scripts:
        with browse.open(urljoin(address, script), timeout=20) as answer:
            assert answer.headers["content-type"].startswith("text/javascript")
            assert answer.read()


def test_installed_from_the_wheel_it_computes(address: str) -> None:
    cookies = CookieJar()
    build_opener(HTTPCookieProcessor(cookies)).open(address, timeout=20).close()
    host = urlsplit(address).netloc
    with connect(
        f"ws://{host}/socket",
        origin=Origin(f"http://{host}"),
        additional_headers={"Cookie": "; ".join(f"{each.name}={each.value}" for each in cookies)},
    ) as socket:
        socket.send('{"type": "hello", "id": 1}')
        heard = [socket.recv(timeout=20) for _ in range(5)]
    assert all(isinstance(each, bytes) for each in heard)
    assert [name for each in heard for name in re.findall(rb'"type": ?"(\w+)"', each[:4000])[:1]] == [
        b"welcome",
        b"document",
        b"dataset",
        b"graph",
        b"frame",
    ]


def test_a_mistyped_option_ends_with_one_line_and_exit_code_2(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed, "--prot", "8000"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 2
    assert "--prot" in done.stderr
    assert "Traceback" not in done.stderr
