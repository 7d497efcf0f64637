"""The wheel: what is in it, and that it works where there is nothing but Python."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.request import HTTPCookieProcessor, build_opener
from zipfile import ZipFile

import pytest


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


def test_installed_from_the_wheel_it_shows_the_page_without_node(installed: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [installed, "--no-open", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={"PATH": "", "HOME": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    ) as server:
        try:
            assert server.stdout is not None
            url = re.search(r"http://\S+", server.stdout.readline())
            assert url is not None
            browse = build_opener(HTTPCookieProcessor(CookieJar()))
            with browse.open(url[0], timeout=20) as answer:
                address, page = answer.url, answer.read().decode()
            scripts = re.findall(r'<script[^>]+src="([^"]+)"', page)
            assert scripts
            base = re.sub(r"[?#].*", "", address)
            with browse.open(base + scripts[0].removeprefix("./").removeprefix("/"), timeout=20) as answer:
                assert answer.headers["content-type"].startswith("text/javascript")
                assert len(answer.read()) > 1000
        finally:
            server.terminate()


def test_a_mistyped_option_ends_with_one_line_and_exit_code_2(installed: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [installed, "--prot", "8000"], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 2
    assert "--prot" in done.stderr
    assert "Traceback" not in done.stderr
