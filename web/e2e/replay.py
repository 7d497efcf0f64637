"""Run an experiment again without page, session or WebAssembly, and print one mark's numbers as JSON.

    python replay.py '{"data": {"name": "moons"}, "network": {"hidden": [4]}, "training": {}, "steps": 3,
                       "target": "w:1:0:0"}'

The machine is the plain Python reference. ``target`` is named as in the session's events.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from chainrule.machine.reference import ReferenceMachine
from chainrule.network import Plan, Trainer
from chainrule.network.data import load, split
from chainrule.session.experiment import DataChoice, Experiment, NetworkShape, Training


def replayed(asked: dict[str, Any]) -> dict[str, float]:
    experiment = Experiment(
        data=DataChoice(**asked.get("data", {})),
        network=NetworkShape(**asked.get("network", {})),
        training=Training(**asked.get("training", {})),
    )
    data, training = experiment.data, experiment.training
    table = load(data.name, data.points, data.noise, experiment.seed)
    divided = split(table, data.train_share, experiment.seed)
    network = experiment.network
    plan = Plan(
        (len(table.features), *network.hidden, len(table.classes) if table.task == "multiclass" else 1),
        network.activation,
        training.loss,
        training.optimiser,
        training.batch_size,
        task=table.task,
        normalisation=network.normalisation,
        dropout=network.dropout > 0,
        initialiser=network.initialiser,
        schedule=training.schedule,
        regulariser=training.regulariser,
        clipping=training.clipping,
    )
    hyper = {
        "learning_rate": training.learning_rate,
        **training.hyper,
        "dropout_rate": network.dropout,
    }
    trainer = Trainer(ReferenceMachine(), plan, divided, experiment.seed, hyper)
    trainer.advance(asked["steps"])

    kind, layer, neuron, *source = asked["target"].split(":")
    spans = trainer.layers[int(layer) - 1]
    place = spans.biases + int(neuron)
    if kind == "w":
        place = spans.weights + int(neuron) * spans.inputs + int(source[0])
    value, gradient = trainer.parameters()[place], trainer.gradients()[place]
    return {
        "numeric": difference(trainer, place) if asked.get("numeric") else None,
        "value": value,
        "gradient": gradient,
        "validation_loss": trainer.evaluate().validation_loss,
        "penalty": trainer.penalty,
        "rate": trainer.rate,
    }


def difference(trainer: Trainer, place: int) -> float:
    """The derivative of the loss of the batch with its penalty, by central differences; no backward pass in it."""
    value, width = trainer.parameters()[place], 1e-5
    objective = []
    for moved in (value + width, value - width):
        trainer.set_parameters({place: moved})
        objective.append(trainer.batch_loss + trainer.penalty)
    trainer.set_parameters({place: value})
    return (objective[0] - objective[1]) / (2 * width)


print(json.dumps(replayed(json.loads(sys.argv[1]))))
