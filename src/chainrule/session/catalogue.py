"""Everything that can be chosen, and within which limits: the page builds its controls from this, edits are checked
by it. Menus are read from the rule tables, so a new rule is in the menus without a word here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, cast

from chainrule.config import Settings
from chainrule.layout import LAYOUTS
from chainrule.network.data import (
    FEATURES,
    FEWEST_POINTS,
    MOST_NOISE,
    MOST_POINTS,
    Choice,
    Table,
    choice,
    choices,
)
from chainrule.network.initialisers import INITIALISERS
from chainrule.network.plan import DROPOUT_RATE, NORMALISATIONS
from chainrule.rules import CLIPPINGS, LOSSES, OPTIMISERS, REGULARISERS, RULES, SCHEDULES, Hyper
from chainrule.rules.clipping import Clipping
from chainrule.rules.optimisers import LEARNING_RATE, Optimiser
from chainrule.rules.regularisers import Regulariser
from chainrule.rules.schedules import Schedule
from chainrule.session.events import (
    Catalogue,
    DatasetChoice,
    FieldSpec,
    LossChoice,
    RuleChoice,
    RuleMenu,
    ScriptChoice,
)
from chainrule.session.experiment import SEED_LIMIT

PACES = (1.0, 5.0, 20.0, 100.0, 300.0, 1000.0)
DEFAULT_PACE = 100.0
EXAMPLES = ("expression", "neuron", "fork", "mlp")

Entry = Optimiser | Schedule | Regulariser | Clipping
MENUS: Mapping[str, Mapping[str, Entry]] = MappingProxyType(
    {
        "training.optimiser": OPTIMISERS,
        "training.schedule": SCHEDULES,
        "training.regulariser": REGULARISERS,
        "training.clipping": CLIPPINGS,
    }
)
"""The rule tables whose entries have hyperparameters of their own, by path."""


def catalogue(settings: Settings, datasets: Sequence[DatasetChoice]) -> Catalogue:
    """All menus and limits under ``settings``, with ``datasets`` as the menu of data sets."""
    activations = tuple(name for name, rule in RULES.items() if rule.kind == "activation")
    return Catalogue(
        datasets=tuple(datasets),
        activations=activations,
        menus=tuple(
            RuleMenu(path=path, choices=tuple(map(_entry, table.values()))) for path, table in MENUS.items()
        ),
        scripts=scripts(),
        layouts=tuple(LAYOUTS),
        losses=tuple(LossChoice(name=name, tasks=tuple(loss.tasks)) for name, loss in LOSSES.items()),
        fields=(
            FieldSpec(path="data.name", kind="choice", choices=tuple(each.name for each in datasets)),
            FieldSpec(
                path="data.points",
                kind="integer",
                low=FEWEST_POINTS,
                high=MOST_POINTS,
                step=10,
                scale="log",
            ),
            FieldSpec(path="data.noise", kind="number", low=0, high=MOST_NOISE, step=0.01),
            FieldSpec(path="data.train_share", kind="number", low=0.1, high=0.9, step=0.05),
            FieldSpec(path="data.features", kind="names", choices=tuple(FEATURES)),
            FieldSpec(
                path="network.hidden",
                kind="layers",
                low=1,
                high=settings.network_limits.max_neurons_per_layer,
            ),
            FieldSpec(path="network.activation", kind="choice", choices=activations),
            FieldSpec(path="network.normalisation", kind="choice", choices=NORMALISATIONS),
            FieldSpec(path="network.dropout", kind="number", low=0, high=DROPOUT_RATE.high, step=0.05),
            FieldSpec(path="network.initialiser", kind="choice", choices=tuple(INITIALISERS)),
            *(FieldSpec(path=path, kind="choice", choices=tuple(table)) for path, table in MENUS.items()),
            _hyper("training.learning_rate", LEARNING_RATE),
            FieldSpec(path="training.loss", kind="choice", choices=tuple(LOSSES)),
            FieldSpec(
                path="training.batch_size",
                kind="integer",
                low=1,
                high=settings.computation.batch_size_limit,
                step=1,
            ),
            FieldSpec(path="seed", kind="integer", low=0, high=SEED_LIMIT, step=1),
        ),
    )


def menu(tables: Mapping[str, Table]) -> tuple[DatasetChoice, ...]:
    """A user's own ``tables`` first, then all others; an own one hides the one whose name it took."""
    own = [_dataset(choice(table), name) for name, table in tables.items()]
    return (*own, *(_dataset(each, each.name) for each in choices() if each.name not in tables))


def _dataset(known: Choice, name: str) -> DatasetChoice:
    return DatasetChoice(
        name=name,
        task=known.task,
        generated=known.generated,
        inputs=known.inputs,
        classes=known.classes,
        rows=known.rows,
        pixels=known.pixels,
        thumbnail=known.thumbnail,
    )


def _entry(entry: Entry) -> RuleChoice:
    own = {name: hyper for name, hyper in entry.hyper.items() if name != "learning_rate"}
    return RuleChoice(
        name=entry.name,
        defaults={name: hyper.default for name, hyper in own.items()},
        fields=tuple(_hyper(f"training.hyper.{name}", hyper) for name, hyper in own.items()),
    )


def _hyper(path: str, hyper: Hyper) -> FieldSpec:
    scale = cast(Literal["linear", "log"], hyper.scale)
    return FieldSpec(path=path, kind="number", low=hyper.low, high=hyper.high, scale=scale)


@cache
def scripts() -> tuple[ScriptChoice, ...]:
    """The examples of the code view, the first to begin with."""
    folder = files("chainrule.script") / "examples"
    return tuple(
        ScriptChoice(name=name, text=(folder / f"{name}.py").read_text("utf-8")) for name in EXAMPLES
    )
