"""Edits: from an experiment and new values by path to the next experiment, or an error and nothing changed.

Two halves, because the second needs to know the data: ``changed`` holds every value against its field,
``settled`` holds the parts against each other and lets what was not touched follow.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from attrs import evolve, frozen

from chainrule.config import NetworkLimits
from chainrule.errors import ConfigError, Fact
from chainrule.network.plan import Plan
from chainrule.rules import LOSSES, OPTIMISERS, Task
from chainrule.session.catalogue import MENUS
from chainrule.session.commands import Setting
from chainrule.session.events import Catalogue
from chainrule.session.experiment import Experiment, NetworkShape, Training
from chainrule.session.fields import HYPER, checked, field


@frozen(kw_only=True)
class Facts:
    """What ``settled`` must know of the data: ``outputs`` of the network, ``rows`` to train on."""

    task: Task
    inputs: int
    outputs: int
    rows: int


@frozen(kw_only=True)
class Remark:
    """Something that followed from an edit without being asked for: a sentence of the catalogue, and where."""

    code: str
    where: str
    facts: Mapping[str, Fact]


def changed(
    experiment: Experiment, changes: Mapping[str, Setting], catalogue: Catalogue, max_layers: int
) -> Experiment:
    """``experiment`` with ``changes``, each value within its field. Raises ``ConfigError`` with ``where`` the path.

    Another optimiser, schedule … comes with the defaults of its hyperparameters, so it is read before them.
    """
    for path in sorted(changes, key=lambda path: path not in MENUS):
        value = checked(field(path, experiment.training, catalogue), changes[path], max_layers)
        experiment = _with(experiment, path, value)
    return experiment


def flat(experiment: Experiment) -> dict[str, Setting]:
    """All values of ``experiment`` by path: the edit that makes it from any other."""
    data, network, training = experiment.data, experiment.network, experiment.training
    return {
        "data.name": data.name,
        "data.points": data.points,
        "data.noise": data.noise,
        "data.train_share": data.train_share,
        "data.features": list(data.features),
        "network.hidden": list(network.hidden),
        "network.activation": network.activation,
        "network.normalisation": network.normalisation,
        "network.dropout": network.dropout,
        "network.initialiser": network.initialiser,
        "training.optimiser": training.optimiser,
        "training.schedule": training.schedule,
        "training.regulariser": training.regulariser,
        "training.clipping": training.clipping,
        "training.learning_rate": training.learning_rate,
        "training.loss": training.loss,
        "training.batch_size": training.batch_size,
        "seed": experiment.seed,
        **{HYPER + name: value for name, value in training.hyper.items()},
    }


def settled(
    before: Experiment, draft: Experiment, touched: Collection[str], facts: Facts, limits: NetworkLimits
) -> tuple[Experiment, tuple[Remark, ...]]:
    """``draft``, the edit of ``before`` at the paths ``touched``, made to agree with its data.

    * A learning rate that was never chosen goes to the new optimiser's default; one that was chosen stays.
    * A loss that does not fit the task gives way to its next of kin that does.
    * A batch larger than the training set shrinks to it.

    What was touched never follows: there the disagreement is a ``ConfigError``. So are too many parameters.
    """
    remarks: list[Remark] = []
    training = draft.training
    usual = _usual_rate(training.optimiser)
    if (
        training.optimiser != before.training.optimiser
        and "training.learning_rate" not in touched
        and training.learning_rate != usual
        and not _rate_chosen(before.training)
    ):
        training = evolve(training, learning_rate=usual)
        remarks.append(
            _remark("rate_followed", "training.learning_rate", value=usual, optimiser=training.optimiser)
        )
    if facts.task not in LOSSES[training.loss].tasks:
        fitting = fitting_loss(training.loss, facts.task)
        if "training.loss" in touched:
            raise ConfigError(
                "error.loss_unfit",
                where="training.loss",
                loss=training.loss,
                data=draft.data.name,
                fitting=fitting,
            )
        training = evolve(training, loss=fitting)
        remarks.append(_remark("loss_changed", "training.loss", loss=fitting, data=draft.data.name))
    if training.batch_size > facts.rows:
        if "training.batch_size" in touched:
            raise ConfigError(
                "error.batch_too_large",
                where="training.batch_size",
                value=training.batch_size,
                limit=facts.rows,
            )
        training = evolve(training, batch_size=facts.rows)
        remarks.append(_remark("batch_clipped", "training.batch_size", value=facts.rows))
    hyper = {**defaults(training), **training.hyper}
    after = evolve(draft, training=evolve(training, hyper=hyper))
    found = plan(after, facts).parameters
    if found > limits.max_total_parameters:
        raise ConfigError(
            "error.too_many_parameters",
            where="data.name"
            if "data.name" in touched and "network.hidden" not in touched
            else "network.hidden",
            value=found,
            limit=limits.max_total_parameters,
        )
    return after, tuple(remarks)


def fitted(experiment: Experiment, facts: Facts, limits: NetworkLimits, batch_limit: int) -> Experiment:
    """``experiment`` made smaller, where it must be, to start with under these limits: narrower, then shallower.

    Raises ``ConfigError`` when not even a network without hidden layers is small enough.
    """
    training = experiment.training
    fits = facts.task in LOSSES[training.loss].tasks
    experiment = evolve(
        experiment,
        network=_narrowed(experiment.network, limits.max_layers, limits.max_neurons_per_layer),
        training=evolve(
            training,
            loss=training.loss if fits else fitting_loss(training.loss, facts.task),
            batch_size=min(training.batch_size, batch_limit, facts.rows),
        ),
    )
    while experiment.network.hidden and plan(experiment, facts).parameters > limits.max_total_parameters:
        hidden, widest = experiment.network.hidden, max(experiment.network.hidden)
        smaller = _narrowed(experiment.network, len(hidden) - (widest == 1), max(1, widest // 2))
        experiment = evolve(experiment, network=smaller)
    return settled(experiment, experiment, (), facts, limits)[0]


def _narrowed(network: NetworkShape, layers: int, neurons: int) -> NetworkShape:
    return evolve(network, hidden=tuple(min(each, neurons) for each in network.hidden[:layers]))


def plan(experiment: Experiment, facts: Facts) -> Plan:
    """The network that ``experiment`` asks for on such data."""
    network, training = experiment.network, experiment.training
    return Plan(
        sizes=(facts.inputs, *network.hidden, facts.outputs),
        activation=network.activation,
        loss=training.loss,
        optimiser=training.optimiser,
        batch=training.batch_size,
        task=facts.task,
        normalisation=network.normalisation,
        dropout=network.dropout > 0,
        initialiser=network.initialiser,
        schedule=training.schedule,
        regulariser=training.regulariser,
        clipping=training.clipping,
    )


def defaults(training: Training) -> dict[str, float]:
    """The hyperparameters of what ``training`` has chosen, the learning rate apart, as they are unless chosen."""
    return {name: value for path in MENUS for name, value in _own(path, training).items()}


def _own(path: str, training: Training) -> dict[str, float]:
    hyper = MENUS[path][getattr(training, path.removeprefix("training."))].hyper
    return {name: each.default for name, each in hyper.items() if name != "learning_rate"}


def fitting_loss(loss: str, task: str) -> str:
    """The loss for ``task`` that is most like ``loss``: cross-entropy for cross-entropy, else the first that fits."""
    fit = [name for name, each in LOSSES.items() if task in each.tasks]
    kin = [name for name in fit if name.endswith("cross_entropy") and loss.endswith("cross_entropy")]
    return (kin or fit)[0]


def _usual_rate(optimiser: str) -> float:
    return OPTIMISERS[optimiser].hyper["learning_rate"].default


def _rate_chosen(training: Training) -> bool:
    """Whether the learning rate is another than the optimiser's default."""
    return training.learning_rate != _usual_rate(training.optimiser)


def _remark(name: str, where: str, **facts: Fact) -> Remark:
    return Remark(code=f"notice.{name}", where=where, facts=facts)


def _with(experiment: Experiment, path: str, value: Any) -> Experiment:
    """``experiment`` with the checked ``value`` at ``path``."""
    group, _, name = path.partition(".")
    if not name:
        return evolve(experiment, **{group: value})
    part: Any = getattr(experiment, group)
    if path.startswith(HYPER):
        part = evolve(part, hyper={**part.hyper, path.removeprefix(HYPER): value})
    elif path in MENUS and value != getattr(part, name):
        kept = {key: number for key, number in part.hyper.items() if key not in _own(path, part)}
        part = evolve(part, **{name: value})
        part = evolve(part, hyper={**kept, **_own(path, part)})
    else:
        part = evolve(part, **{name: tuple(value) if isinstance(value, list) else value})
    return evolve(experiment, **{group: part})
