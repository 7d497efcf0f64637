"""Menus of the rule tables, for Python: ``optimisers.adam(0.01)``, ``regularisers.l2(strength=0.001)`` …"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import isfinite

from attrs import frozen

from chainrule.api.arguments import shown
from chainrule.errors import ProgramError
from chainrule.network.plan import check_name
from chainrule.rules import CLIPPINGS, OPTIMISERS, REGULARISERS, SCHEDULES, Hyper


@frozen
class Chosen:
    """An entry of a menu with the hyperparameters that were given; all others have their defaults."""

    name: str
    hyper: Mapping[str, float]

    def __str__(self) -> str:
        given = ", ".join(f"{name}={value:g}" for name, value in self.hyper.items())
        return f"{self.name}({given})"


class Menu:
    """Each entry of a rule table as a function that takes its hyperparameters: the first by position, all by name.

    What is added to the table is in the menu. Numbers must be finite; ``ProgramError`` names what does not fit."""

    def __init__(self, what: str, hyper: Callable[[], Mapping[str, Mapping[str, Hyper]]]) -> None:
        self._what, self._hyper = what, hyper

    def __dir__(self) -> list[str]:
        return list(self._hyper())

    def __repr__(self) -> str:
        return f"<{self._what}: {', '.join(self._hyper())}>"

    def __getattr__(self, name: str) -> Callable[..., Chosen]:
        if name.startswith("_"):
            raise AttributeError(name)

        def choose(first: float | None = None, **hyper: float) -> Chosen:
            return self.chosen(name, first, hyper)

        check_name(self._what, name, self._hyper())
        choose.__name__ = name
        choose.__doc__ = (
            f"{name}({', '.join(f'{key}={spec.default:g}' for key, spec in self._hyper()[name].items())})"
        )
        return choose

    def chosen(
        self, name: str, first: float | None = None, hyper: Mapping[str, float] | None = None
    ) -> Chosen:
        """The entry ``name`` with its hyperparameters checked."""
        check_name(self._what, name, self._hyper())
        known = self._hyper()[name]
        given = dict(hyper or {})
        if first is not None:
            if not known:
                raise ProgramError("error.no_hyper", where=name, name=name)
            given = {next(iter(known)): first, **given}
        for key, number in given.items():
            if key not in known:
                listed = ", ".join(known) or "–"
                raise ProgramError(
                    "error.unknown_hyper", where=f"{name}.{key}", name=name, hyper=key, known=listed
                )
            if isinstance(number, str) or not isfinite(number):
                raise ProgramError("error.hyper_number", where=f"{name}.{key}", hyper=key, found=str(number))
        return Chosen(name, {key: float(number) for key, number in given.items()})

    def read(self, entry: Chosen | str) -> Chosen:
        """An entry, which may be said by its name alone."""
        if isinstance(entry, Chosen):
            return self.chosen(entry.name, None, entry.hyper)
        return self.chosen(entry if isinstance(entry, str) else shown(entry))


optimisers = Menu("optimiser", lambda: {name: each.hyper for name, each in OPTIMISERS.items()})
regularisers = Menu("regulariser", lambda: {name: each.hyper for name, each in REGULARISERS.items()})
schedules = Menu("schedule", lambda: {name: each.hyper for name, each in SCHEDULES.items()})
clippings = Menu("clipping", lambda: {name: each.hyper for name, each in CLIPPINGS.items()})
