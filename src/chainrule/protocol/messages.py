"""Which messages there are, and the tag that names each on the wire: its class name in lower case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_args, get_type_hints

from chainrule.session.commands import Command
from chainrule.session.events import Event

COMMANDS: Mapping[str, type] = MappingProxyType({each.__name__.lower(): each for each in get_args(Command)})
EVENTS: Mapping[str, type] = MappingProxyType({each.__name__.lower(): each for each in get_args(Event)})


def tag(kind: type) -> str:
    """What stands under ``type`` in a message of this class."""
    return kind.__name__.lower()


@cache
def shapes(kind: type) -> Mapping[str, Any]:
    """Field name -> resolved type (``Annotated`` kept) of an attrs class, in the order of the class."""
    return MappingProxyType(get_type_hints(kind, include_extras=True))
