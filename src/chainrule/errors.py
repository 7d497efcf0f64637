"""Every error a person can meet: a code, the numbers and names that go into its sentence, and where it happened.

The sentence itself stands in the message catalogue (``chainrule/text/*.json``) under the same code,
so the page can show it in the reader's language and Python can print it in English.
"""

from __future__ import annotations

from collections.abc import Mapping

from chainrule.text import sentence

Fact = str | int | float


class ChainruleError(Exception):
    """A mistake that can be named: what happened, where, and what to do about it.

    ``code`` is a key of the message catalogue. ``facts`` fill the placeholders of its sentence.
    ``where`` names the place in the reader's own terms: a configuration key (``training.learning_rate``),
    a file and line (``flowers.csv:12``) or a command; empty where the sentence says it all.
    """

    def __init__(self, code: str, *, where: str = "", **facts: Fact) -> None:
        self.code = code
        self.where = where
        self.facts: Mapping[str, Fact] = facts
        super().__init__(sentence(code, facts))


class RuleError(ChainruleError, ValueError):
    """A rule that cannot be: wrong arity, wrong number of gradients, a tracer asked for its truth."""


class ProgramError(ChainruleError, ValueError):
    """A graph or network that cannot be lowered: shapes that do not fit, a limit exceeded."""


class DataError(ChainruleError, ValueError):
    """A data set that cannot be learned from: unreadable file, one class, too many rows."""


class ConfigError(ChainruleError, ValueError):
    """A configuration, experiment or command with a wrong key or value."""
