"""Read the catalogue. A key is dotted (``error.unknown_option``); a sentence has ``{named}`` placeholders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def language(tag: str) -> Mapping[str, str]:
    """All sentences of one language (``en`` or ``zh-CN``), by key."""
    table: dict[str, str] = json.loads((files("chainrule.text") / f"{tag}.json").read_text("utf-8"))
    return table


def sentence(key: str, facts: Mapping[str, object], tag: str = "en") -> str:
    """The sentence for ``key`` with its placeholders filled. A missing key is a defect: ``KeyError`` names it."""
    return language(tag)[key].format_map(facts)
