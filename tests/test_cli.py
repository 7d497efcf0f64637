from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from chainrule.cli import OPTIONS, main

COMMAND = [sys.executable, "-m", "chainrule"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)


def refused(*arguments: str) -> str:
    """The one line with which the command refuses."""
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(r"chainrule: .+\n", done.stderr)
    return done.stderr


@contextmanager
def running(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command while it serves, and the address it prints first. It opens a browser in ``environment`` only."""
    quiet = ["--no-open"] if environment is None else []
    process = subprocess.Popen(
        [*COMMAND, *quiet, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def opened(address: str) -> int:
    """The status of what a browser gets to see in the end."""
    try:
        return int(build_opener(HTTPCookieProcessor()).open(address, timeout=30).status)
    except HTTPError as refusal:
        with refusal:
            return int(refusal.code)


def test_version_and_help_need_no_server_and_no_machine() -> None:
    seen = "import sys; sys.argv[1:] = [{!r}]; from chainrule.cli import main; main(); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", seen.format("--version")], capture_output=True, text=True, check=True
    )
    assert re.match(r"chainrule \d", done.stdout)
    assert not {"starlette", "uvicorn", "wasmtime", "cattrs", "yaml"} & set(done.stdout.split())


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    assert all(option in text for option in OPTIONS)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--prot", "80"], "Did you mean --port?"),
        (["--no-opn"], "Did you mean --no-open?"),
        (["--frobnicate=3"], "There is no option --frobnicate. Options are --port"),
        (
            ["flowers.csv"],
            "Nothing is expected at flowers.csv. For a data set of your own",
        ),
        (["--port"], "--port: expected one argument"),
        (["--port", "many"], "--port is many"),
        (["--port", "65536"], "from 0 to 65535"),
        (["--port", "-1"], "--port"),
        (["--port", "٣"], "--port is ٣"),
        (["--config", "nowhere.yaml"], "nowhere.yaml"),
        (["--data", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_a_wrong_command_line_is_one_line_and_code_2(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"chainrule: [^\n]+\n", err)
    assert says in err


def test_the_command_as_it_is_started_refuses_in_one_line() -> None:
    assert "Did you mean --port?" in refused("--prot", "80")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "flowers.csv"),
        ("a,b,class\n1,two,x\n3,4,y\n", "two"),
        ("a,b,class\n1,2,x\n3,4,x\n", "class"),
        ("a,b,class\n1,2\n", "flowers.csv"),
    ],
)
def test_a_data_file_that_cannot_be_learned_from_is_refused(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "flowers.csv"
    path.write_text(content)
    assert says in refused("--no-open", "--data", str(path))


def test_a_wrong_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chainrule.yaml"
    path.write_text("network_limits: {max_layer: 3}")
    assert "Did you mean network_limits.max_layers?" in refused("--no-open", "--config", str(path))


def test_a_configuration_that_nothing_can_start_with_is_refused_before_the_address(tmp_path: Path) -> None:
    path = tmp_path / "chainrule.yaml"
    path.write_text("network_limits: {max_total_parameters: 2}")
    assert "parameters" in refused("--no-open", "--config", str(path))


def test_a_port_in_use_is_refused_when_it_was_asked_for() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} is in use" in refused("--no-open", "--port", str(port))


def test_without_a_port_two_servers_find_one_each() -> None:
    with running() as (_, one), running() as (_, other):
        ports = [re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\?token=[\w-]{20,}", each) for each in (one, other)]
        assert ports[0] is not None
        assert ports[1] is not None
        assert ports[0][1] != ports[1][1]


def test_the_address_opens_the_page_and_ctrl_c_ends_it_quietly(tmp_path: Path) -> None:
    data = tmp_path / "flowers.csv"
    data.write_text("a,b,class\n" + "".join(f"{i},{i * i % 7},{'xy'[i % 2]}\n" for i in range(20)))
    with running("--port", "0", "--data", str(data)) as (process, address):
        assert opened(address) in (200, 503)  # 503 where the page is not built
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.skipif(os.name != "posix", reason="the browser is a shell script")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_browser_is_led_to_the_address_and_no_other_user_can_read_the_token(
    tmp_path: Path, end: signal.Signals
) -> None:
    browser, seen, folder = tmp_path / "browser", tmp_path / "seen", tmp_path / "files"
    browser.write_text(f'#!/bin/sh\necho "$@" > {seen}.new && mv {seen}.new {seen}\n')
    browser.chmod(0o700)
    folder.mkdir()
    environment = {**os.environ, "BROWSER": f"{browser} %s", "TMPDIR": str(folder)}
    with running("--port", "0", environment=environment) as (process, address):
        while process.poll() is None and not seen.exists():
            sleep(0.01)
        token = address.partition("token=")[2]
        assert token
        assert token not in seen.read_text()
        (file,) = folder.iterdir()
        assert urlsplit(seen.read_text().strip()).path == str(file)
        assert file.stat().st_mode & 0o777 == 0o600
        assert f'content="0; url={address}"' in file.read_text()
        assert opened(address) in (200, 503)
        process.send_signal(end)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")
    assert list(folder.iterdir()) == []


def test_without_a_browser_the_printed_address_works(tmp_path: Path) -> None:
    bare = {**os.environ, "PATH": str(tmp_path)}
    for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"):
        bare.pop(name, None)
    with running("--port", "0", environment=bare) as (process, address):
        assert opened(address) in (200, 503)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out, err) == (0, "", "")
