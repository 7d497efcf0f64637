"""The command ``chainrule``: open the playground in a browser. Whatever is wrong is one line and exit code 2."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, NoReturn

# Nothing heavy up here: --version and every mistake answer at once.
from chainrule.errors import ChainruleError, ConfigError
from chainrule.text import sentence

if TYPE_CHECKING:
    from chainrule.network.data import Table

OPTIONS = ("--port", "--no-open", "--config", "--data", "--version", "--help")


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ConfigError("error.command_line", message=message)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C; returns the exit code."""
    try:
        chosen = _read(sys.argv[1:] if arguments is None else arguments)
        if chosen.version:
            _say_version()
            return 0
        _serve(chosen)
    except ChainruleError as error:
        print(f"chainrule: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def _read(arguments: Sequence[str]) -> Namespace:
    parser = _Parser("chainrule", description=sentence("cli.about", {}), allow_abbrev=False, add_help=False)
    parser.add_argument("--port", metavar="N", help=sentence("cli.port", {}))
    parser.add_argument("--no-open", action="store_true", help=sentence("cli.no_open", {}))
    parser.add_argument("--config", metavar="FILE", help=sentence("cli.config", {}))
    parser.add_argument("--data", metavar="FILE.csv", help=sentence("cli.data", {}))
    parser.add_argument("--version", action="store_true", help=sentence("cli.version", {}))
    parser.add_argument("--help", "-h", action="help", help=sentence("cli.help", {}))
    chosen, unknown = parser.parse_known_args(arguments)
    if unknown:
        name = unknown[0].partition("=")[0]
        if not name.startswith("-"):
            raise ConfigError("error.stray_argument", argument=name)
        near = get_close_matches(name, OPTIONS, n=1)
        if near:
            raise ConfigError("error.unknown_option", option=name, nearest=near[0])
        raise ConfigError("error.no_such_option", option=name, allowed=", ".join(OPTIONS))
    return chosen


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise ConfigError("error.port_number", where="--port", value=text[:40])
    return int(text)


def _say_version() -> None:
    from importlib.metadata import version

    print(f"chainrule {version('chainrule')}")


def _serve(chosen: Namespace) -> None:
    """Everything that can be wrong is found before the address is printed."""
    from chainrule.config import load_settings
    from chainrule.hosts.server.listen import HOST, listen

    port = _port(chosen.port)
    settings = load_settings(chosen.config)
    tables = _tables(chosen.data)
    with listen(port) as listener:
        from secrets import token_urlsafe

        from chainrule.hosts.server.app import server
        from chainrule.hosts.server.browser import opened

        token = token_urlsafe(24)
        serving = server(listener, token, settings, tables)
        address = f"http://{HOST}:{listener.getsockname()[1]}/?token={token}"
        print(address, flush=True)
        if chosen.no_open:
            serving.run(sockets=[listener])
        else:
            with opened(address):
                serving.run(sockets=[listener])


def _tables(path: str | None) -> Mapping[str, Table]:
    if path is None:
        return {}
    from chainrule.network.data import read_csv

    table = read_csv(path)
    return {table.name: table}
