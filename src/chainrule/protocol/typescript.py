"""Write the messages as TypeScript: ``python -m chainrule.protocol.typescript`` makes ``web/src/messages.ts``.

An interface a class; commands and events carry their tag as ``type``. Field names stay as they are in Python.
A field of a command that has a default may be left out. Numbers that travel as bytes become typed arrays.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from inspect import cleandoc
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from attrs import NOTHING, fields, has

from chainrule.protocol.messages import COMMANDS, EVENTS, shapes, tag

CURE = "python -m chainrule.protocol.typescript"
PAGE = Path(__file__).parents[3] / "web" / "src" / "messages.ts"
WIDTH = 110
PLAIN: Mapping[Any, str] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}
ARRAYS: Mapping[str, str] = {
    "f64": "Float64Array",
    "f32": "Float32Array",
    "i32": "Int32Array",
    "i8": "Int8Array",
    "u8": "Uint8Array",
}


@cache
def schema() -> str:
    """A hash of all declarations: page and server that name the same one understand each other."""
    lines = (line for kind in _classes() for line in _interface(kind))
    return sha256("\n".join(lines).encode()).hexdigest()[:12]


def render() -> str:
    """The whole of ``messages.ts``, formatted as Biome would."""
    lines = [
        "// Generated from src/chainrule/config.py and, in src/chainrule/session, commands, events, explanations and",
        f"// experiment. Do not edit; run `{CURE}` instead.",
        "",
        f'export const SCHEMA = "{schema()}";',
    ]
    for kind in _classes():
        lines += ["", *_comment(kind), *_interface(kind)]
    for name, kinds in (("Command", COMMANDS), ("Event", EVENTS)):
        lines += ["", *_union(name, [kind.__name__ for kind in kinds.values()])]
    return "\n".join(lines) + "\n"


def _classes() -> list[type]:
    """Every class that travels, each after those that it holds."""
    found: list[type] = []

    def visit(kind: type) -> None:
        if kind in found:
            return
        for shape in shapes(kind).values():
            for inner in _held(shape):
                visit(inner)
        found.append(kind)

    for kind in (*COMMANDS.values(), *EVENTS.values()):
        visit(kind)
    return found


def _held(shape: Any) -> Iterator[type]:
    if isinstance(shape, type) and has(shape):
        yield shape
    for part in get_args(shape):
        if get_origin(shape) not in (Annotated, Literal):
            yield from _held(part)


def _comment(kind: type) -> list[str]:
    text = cleandoc(kind.__doc__ or "").replace("None", "null").splitlines()
    if len(text) == 1:
        return [f"/** {text[0]} */"]
    return ["/**", *(f" * {line}".rstrip() for line in text), " */"] if text else []


def _interface(kind: type) -> list[str]:
    command = tag(kind) in COMMANDS
    lines = [f"export interface {kind.__name__} {{"]
    if command or tag(kind) in EVENTS:
        lines.append(f'  readonly type: "{tag(kind)}";')
    kinds = shapes(kind)
    for each in fields(kind):  # type: ignore[misc, unused-ignore]
        mark = "?" if command and each.default is not NOTHING else ""
        lines.append(f"  readonly {each.name}{mark}: {_type(kinds[each.name])};")
    return [*lines, "}"]


def _union(name: str, members: list[str]) -> list[str]:
    line = f"export type {name} = {' | '.join(members)};"
    if len(line) <= WIDTH:
        return [line]
    return [f"export type {name} =", *(f"  | {each}" for each in members[:-1]), f"  | {members[-1]};"]


def _type(shape: Any) -> str:
    origin, parts = get_origin(shape), get_args(shape)
    if shape in PLAIN:
        return PLAIN[shape]
    if origin is Annotated:
        return ARRAYS[parts[1]]
    if origin is Literal:
        return " | ".join(f'"{each}"' for each in parts)
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(_type(each) for each in parts))
    if origin is list or (origin is tuple and parts[1:] == (...,)):
        inner = _type(parts[0])
        return f"readonly ({inner})[]" if " " in inner else f"readonly {inner}[]"
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return f"Readonly<Record<{_type(parts[0])}, {_type(parts[1])}>>"
    if isinstance(shape, type) and has(shape):
        return shape.__name__
    raise TypeError(f"{shape} has no TypeScript form; give it one here")


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
