"""The scene: what the page draws between two edits, as the events ``Document``, ``Dataset`` and ``Graph``."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise

from chainrule.layout import columns
from chainrule.network.data import Split, Table
from chainrule.network.plan import LayerSpans
from chainrule.session.edits import Facts, plan
from chainrule.session.events import Dataset, Document, Graph, GraphLayer
from chainrule.session.experiment import Experiment
from chainrule.session.run import Run


def facts(split: Split) -> Facts:
    """What edits must know of the data. Two classes and a value take one output, more classes one each."""
    table = split.table
    outputs = len(table.classes) if table.task == "multiclass" else 1
    return Facts(task=table.task, inputs=len(table.features), outputs=outputs, rows=len(split.training))


def document(experiment: Experiment, revision: int, known: Facts, run: Run, example: int | None) -> Document:
    """The experiment and how it is run."""
    return Document(
        revision=revision,
        experiment=experiment,
        task=known.task,
        parameters=plan(experiment, known).parameters,
        pace=run.pace,
        example=example,
        timeline=run.playback.stages,
        tempo=run.playback.tempo,
    )


def dataset(split: Split, revision: int) -> Dataset:
    """The examples, row by row."""
    table = split.table
    plane = table.coordinates
    part = array("B", bytes(table.rows))
    for row in split.validation:
        part[row] = 1
    return Dataset(
        revision=revision,
        name=table.name,
        planar=table.planar,
        extent=table.extent,
        features=table.features,
        classes=table.classes,
        training_rows=len(split.training),
        validation_rows=len(split.validation),
        x=array("f", plane[0::2]),
        y=array("f", plane[1::2]),
        label=array("B", table.labels),
        value=array("f", split.targets),
        split=part,
    )


def names(counts: Sequence[int]) -> tuple[str, ...]:
    """The nodes of a network with ``counts`` nodes a column, in the order of ``Frame.values``; the loss is last."""
    return (*(f"n:{layer}:{node}" for layer, count in enumerate(counts) for node in range(count)), "loss")


def graph(
    table: Table, layers: Sequence[LayerSpans], loss: str, revision: int, became: Mapping[int, int]
) -> Graph:
    """The network as columns of nodes, with every weight an edge. ``became``: the column that each column
    before has become."""
    came = {after: before for before, after in became.items()}
    counts = (layers[0].inputs, *(layer.outputs for layer in layers))
    firsts = tuple(accumulate((*counts, 1), initial=0))
    place = columns(counts, table.pixels)
    source, target, parameter = _edges(layers, firsts)
    kinds = ("input", *("hidden",) * (len(layers) - 1), "output", "loss")
    operations = ("", *(layer.activation for layer in layers), loss)
    return Graph(
        revision=revision,
        layers=tuple(
            GraphLayer(
                index=index,
                kind=kind,  # type: ignore[arg-type]
                operation=operations[index],
                first=first,
                count=after - first,
                wrap=place.wrap[index],
                x=place.middle[index],
            )
            for index, (kind, (first, after)) in enumerate(zip(kinds, pairwise(firsts), strict=True))
        ),
        names=names(counts),
        labels=(*_labels(table, counts), "L"),
        x=place.x,
        y=place.y,
        size=place.size,
        bias=_biases(layers),
        source=source,
        target=target,
        parameter=parameter,
        width=place.width,
        height=place.height,
        came=tuple(came.get(column, -1) for column in range(len(layers) + 1)),
    )


def _labels(table: Table, counts: Sequence[int]) -> list[str]:
    """Inputs have the names of features, neurons their number, outputs of several classes the class."""
    labels = list(table.features)
    for count in counts[1:-1]:
        labels.extend(str(number) for number in range(1, count + 1))
    return [*labels, *(table.classes if counts[-1] == len(table.classes) else ["1"])]


def _biases(layers: Sequence[LayerSpans]) -> array[int]:
    bias = array("i", [-1] * layers[0].inputs)
    for layer in layers:
        bias.extend(range(layer.biases, layer.biases + layer.outputs))
    bias.append(-1)
    return bias


def _edges(layers: Sequence[LayerSpans], firsts: Sequence[int]) -> tuple[array[int], array[int], array[int]]:
    """Source node, target node and parameter of each edge; the outputs' edges to the loss have no weight."""
    source, target, parameter = array("i"), array("i"), array("i")
    for index, layer in enumerate(layers):
        for neuron in range(layer.outputs):
            source.extend(range(firsts[index], firsts[index] + layer.inputs))
            target.extend([firsts[index + 1] + neuron] * layer.inputs)
        parameter.extend(range(layer.weights, layer.weights + layer.inputs * layer.outputs))
    for output in range(firsts[-3], firsts[-2]):
        source.append(output)
        target.append(firsts[-2])
        parameter.append(-1)
    return source, target, parameter
