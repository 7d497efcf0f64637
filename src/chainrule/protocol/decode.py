"""Read a command from the text a page sent. Nothing of it is trusted: one ``ConfigError`` says what is wrong where."""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import get_close_matches
from math import isfinite
from typing import Any, Literal, NoReturn, get_args, get_origin

from attrs import fields
from cattrs import (
    AttributeValidationNote,
    BaseConverter,
    BaseValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationNote,
)

from chainrule.config import shown
from chainrule.errors import ConfigError
from chainrule.protocol.messages import COMMANDS
from chainrule.session.commands import Command, Setting

LONGEST = 64 * 1024  # bytes
DEEPEST = 16
LARGEST = 2**53 - 1  # the largest whole number that every JSON reader keeps exact


def read_command(text: str) -> Command:
    """The command in ``text``. Raises ``ConfigError``: too long or deep, not JSON, not an object, a key twice, an
    unknown command or field, a field missing, of the wrong type or out of range. ``where`` is the dotted path
    of the field, or of the experiment where the value is one of an edit."""
    tree = _object(text)
    if "type" not in tree:
        raise ConfigError("error.message_no_type", where="type")
    name = tree.pop("type")
    kind = COMMANDS.get(name) if isinstance(name, str) else None
    if kind is None:
        _unknown_command(name)
    try:
        command: Command = _converter.structure(tree, kind)
    except BaseValidationError as group:
        raise _first(group, (name,)) from None
    return command


def command_id(text: str) -> int:
    """The ``id`` of a command that may be wrong otherwise; 0 where there is none to read."""
    try:
        number = _object(text).get("id")
    except ConfigError:
        return 0
    return number if isinstance(number, int) and _is_whole(number, LARGEST) else 0


class _WrongError(Exception):
    """What a field must hold instead; the path is known further out."""

    def __init__(self, code: str, value: object, **facts: str | int | float) -> None:
        self.code, self.value, self.facts = code, value, facts


def _object(text: str) -> dict[str, Any]:
    size = len(text) if len(text) > LONGEST else len(text.encode("utf-8", "surrogatepass"))
    if size > LONGEST:
        raise ConfigError("error.message_long", size=size, limit=LONGEST)
    try:
        tree = json.loads(text, parse_constant=_constant, object_pairs_hook=_once)
        deep = _deeper(tree, DEEPEST)
    except RecursionError:
        deep = True
    except ConfigError:
        raise
    except json.JSONDecodeError as trouble:
        raise ConfigError("error.message_not_json", reason=trouble.msg, place=trouble.pos) from None
    except ValueError:  # a number of thousands of digits
        raise ConfigError("error.message_not_json", reason="number too long", place=0) from None
    if deep:
        raise ConfigError("error.message_deep", limit=DEEPEST)
    if not isinstance(tree, dict):
        raise ConfigError("error.message_not_object", value=shown(tree))
    return tree


def _constant(name: str) -> NoReturn:
    raise ConfigError("error.message_constant", name=name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:  # JSON readers disagree about which of the two counts
            raise ConfigError("error.message_twice", key=shown(key))
        found[key] = value
    return found


def _deeper(tree: object, levels: int) -> bool:
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return levels < 0 or any(_deeper(each, levels - 1) for each in inner)


def _unknown_command(name: object) -> NoReturn:
    near = get_close_matches(name, COMMANDS, n=1) if isinstance(name, str) else []
    if near:
        raise ConfigError("error.message_command", where="type", name=shown(name), nearest=near[0])
    raise ConfigError("error.message_no_command", where="type", name=shown(name), allowed=", ".join(COMMANDS))


def _first(trouble: BaseException, path: tuple[str, ...]) -> ConfigError:
    """The first of all that is wrong, with the path to it."""
    for note in getattr(trouble, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            path = (*path, note.name)
        elif isinstance(note, IterableValidationNote):
            path = (*path, str(note.index))
    dotted = ".".join(path)
    where = ".".join(path[2:]) if path[1:2] == ("changes",) and path[2:] else dotted
    if isinstance(trouble, BaseValidationError):
        return _first(trouble.exceptions[0], path)
    if isinstance(trouble, ForbiddenExtraKeysError):
        field, known = min(trouble.extra_fields), [each.name for each in fields(trouble.cl)]
        return ConfigError(
            "error.message_unknown_field",
            where=f"{dotted}.{_short(field)}",
            path=dotted,
            field=shown(field),
            allowed=", ".join(known),
        )
    if isinstance(trouble, KeyError):
        return ConfigError("error.message_missing", where=where, path=dotted)
    if isinstance(trouble, _WrongError):
        return ConfigError(
            trouble.code,
            where=_short(where),
            path=_short(dotted),
            value=shown(trouble.value),
            **trouble.facts,
        )
    raise trouble


def _short(path: str) -> str:
    """A path with names that a stranger may have chosen, fit to be printed."""
    clean = "".join(each if each.isprintable() else "?" for each in path)
    return clean if len(clean) <= 80 else clean[:79] + "…"


def _is_whole(value: object, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= high


def _switch(value: object, _: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongError("error.message_switch", value)
    return value


def _whole(value: object, _: object) -> int:
    if not _is_whole(value, LARGEST):
        raise _WrongError("error.message_whole", value, low=0, high=LARGEST)
    assert isinstance(value, int)
    return value


def _number(value: object, _: object) -> float:
    # Compared as it is: a whole number may be too long to become a float.
    if isinstance(value, bool) or not isinstance(value, int | float) or not -LARGEST <= value <= LARGEST:
        raise _WrongError("error.message_number", value, low=-LARGEST, high=LARGEST)
    return float(value)


def _text(value: object, _: object) -> str:
    if not isinstance(value, str) or any("\ud800" <= each <= "\udfff" for each in value):
        raise _WrongError("error.message_text", value)
    return value


def _is_literal(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin is Literal


def _is_mapping(kind: Any) -> bool:
    origin: Any = get_origin(kind)
    return origin is Mapping


def _one_of(kind: Any, _: BaseConverter) -> Any:
    allowed = get_args(kind)

    def read(value: object, _: object) -> object:
        if not isinstance(value, str) or value not in allowed:
            raise _WrongError("error.message_choice", value, allowed=", ".join(allowed))
        return value

    return read


def _mapping(kind: Any, converter: BaseConverter) -> Any:
    assert isinstance(converter, Converter)
    inner = converter.gen_structure_mapping(kind)

    def read(value: object, _: object) -> object:
        if not isinstance(value, dict):
            raise _WrongError("error.message_mapping", value)
        return inner(value, kind)

    return read


def _setting(value: object, _: object) -> Setting:
    """What an edit may put at a path; whether it fits there the session knows."""
    whole = isinstance(value, int) and not isinstance(value, bool) and -LARGEST <= value <= LARGEST
    number = isinstance(value, float) and isfinite(value)
    layers = isinstance(value, list) and all(_is_whole(each, LARGEST) for each in value)
    if whole or number or layers:
        return value  # type: ignore[return-value]
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return [_text(each, None) for each in value]
    if isinstance(value, str):
        return _text(value, None)
    raise _WrongError("error.message_setting", value)


def _strict() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    converter.register_structure_hook(int, _whole)
    converter.register_structure_hook(bool, _switch)
    converter.register_structure_hook(float, _number)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook(Setting, _setting)
    converter.register_structure_hook_factory(_is_literal, _one_of)
    converter.register_structure_hook_factory(_is_mapping, _mapping)
    return converter


_converter = _strict()
