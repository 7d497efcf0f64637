"""What the host itself has to say to a page, and to a browser that gets no page."""

from __future__ import annotations

from typing import Literal

from attrs import fields_dict

from chainrule.errors import ChainruleError, Fact
from chainrule.session.events import Notice
from chainrule.session.experiment import Experiment
from chainrule.text import sentence


def notice(level: Literal["info", "error"], code: str, *, command: int = 0, **facts: Fact) -> Notice:
    """A notice with the sentence of ``code``."""
    return Notice(level=level, code=code, facts=facts, text=sentence(code, facts), where="", command=command)


def complaint(error: ChainruleError, command: int = 0) -> Notice:
    """The notice of an error. It names a place only where the page has a control for it."""
    where = error.where if error.where.partition(".")[0] in fields_dict(Experiment) else ""
    return Notice(
        level="error", code=error.code, facts=error.facts, text=str(error), where=where, command=command
    )


def spoken(code: str, accepted: str, **facts: Fact) -> str:
    """A sentence in the language that a browser's ``Accept-Language`` names first."""
    return sentence(code, facts, "zh-CN" if accepted.strip().lower().startswith("zh") else "en") + "\n"
