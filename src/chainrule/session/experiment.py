"""The experiment: one frozen document that says everything a run depends on.

Runs are reproducible: the same document gives the same state after the same number of steps, bit for bit, as long
as it is not edited on the way. A link is the document, a fork is a document with one change.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

SEED_LIMIT = 2**32 - 1


@frozen(kw_only=True)
class DataChoice:
    """Which examples to learn from.

    ``name`` is a data set of the catalogue. ``points`` and ``noise`` shape generated sets only; shipped
    and own sets have the rows they have. ``train_share`` is the part used for training, the rest validates.
    ``features`` are what the network gets of a plane; other sets have the features they have.
    """

    name: str = "spirals"
    points: int = 500
    noise: float = 0.1
    train_share: float = 0.6
    features: tuple[str, ...] = ("x1", "x2")


@frozen(kw_only=True)
class NetworkShape:
    """The hidden layers, input side first: neurons of each, and what they share: the activation, how their sums are
    normalised, the part of their outputs that training drops. ``initialiser`` draws the weights to begin with."""

    hidden: tuple[int, ...] = (8, 8)
    activation: str = "tanh"
    normalisation: str = "none"
    dropout: float = 0.0
    initialiser: str = "auto"


@frozen(kw_only=True)
class Training:
    """How it learns. ``hyper`` holds the hyperparameters of the optimiser (the learning rate apart), the schedule, the
    regulariser and the clipping, by name."""

    optimiser: str = "adam"
    learning_rate: float = 0.03
    hyper: Mapping[str, float] = field(factory=dict)
    loss: str = "mse"
    batch_size: int = 15
    schedule: str = "constant"
    regulariser: str = "none"
    clipping: str = "none"


@frozen(kw_only=True)
class Experiment:
    """Data, network, training and the seed from which all randomness of the run is drawn."""

    data: DataChoice = DataChoice()
    network: NetworkShape = NetworkShape()
    training: Training = Training()
    seed: int = 1
