from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Annotated, Literal

import pytest
from attrs import frozen

from chainrule.protocol import typescript
from chainrule.protocol.typescript import CURE, PAGE, render, schema


def test_the_page_has_the_messages_that_the_classes_give() -> None:
    assert PAGE.read_text("utf-8") == render(), f"{PAGE} is stale; run: {CURE}"


def test_commands_and_events_carry_their_tag_and_other_classes_do_not() -> None:
    text = render()
    assert 'export interface Frame {\n  readonly type: "frame";' in text
    assert 'export interface Hello {\n  readonly type: "hello";' in text
    assert "export interface Term {\n  readonly latex: string;" in text


def test_only_defaults_of_commands_may_be_left_out() -> None:
    text = render()
    assert "readonly session?: string;" in text
    assert "readonly steps_per_second: number;" in text
    assert "readonly learning_rate: number;" in text


def test_each_kind_of_field_has_its_type() -> None:
    cases = {
        Annotated[array, "f64"]: "Float64Array",
        Annotated[array, "i8"]: "Int8Array",
        tuple[str, ...]: "readonly string[]",
        tuple[Literal["up", "down"], ...]: 'readonly ("up" | "down")[]',
        Mapping[str, float]: "Readonly<Record<string, number>>",
        int | float | None: "number | null",
        str | int | float | list[int]: "string | number | readonly number[]",
    }
    assert {shape: typescript._type(shape) for shape in cases} == cases


def test_a_type_without_a_form_is_refused() -> None:
    with pytest.raises(TypeError, match="complex"):
        typescript._type(complex)


def test_the_schema_changes_with_a_field_but_not_with_a_comment() -> None:
    @frozen
    class Plain:
        number: int

    @frozen
    class Spoken:
        """Says something."""

        number: int

    @frozen
    class Other:
        number: str

    def body(kind: type) -> list[str]:
        return typescript._interface(kind)[1:]

    assert body(Plain) == body(Spoken) != body(Other)
    assert len(schema()) == 12
    assert f'SCHEMA = "{schema()}"' in render()
