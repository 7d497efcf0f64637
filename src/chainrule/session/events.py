"""What a session tells a page. Numbers that come by the thousand are ``Floats`` or ``Bytes``: binary on the wire.

Order: ``Welcome``, then ``Document``, ``Dataset`` and ``Graph`` of one ``revision``, then ``Frame`` after ``Frame``.
An edit that changes the structure sends the three again under a higher revision before the next frame.
``seq`` numbers every event of a session; 0 until the session has sent it.

The graph of a learner's code comes apart from all this: ``Script`` says how the code fares, ``Sketch`` is its graph,
``SketchFrame`` the numbers in it. Its marks are ``v:N``, a value, and ``a:N:P``, operand number P of the value N.

Marks of a network have names that survive edits elsewhere: ``n:L:J`` is neuron J of layer L (layer 0 is the input),
``w:L:J:I`` the weight of layer L from neuron I of layer L-1 to its neuron J, ``b:L:J`` a bias, ``z:L:J`` the weighted
sum of a neuron, ``loss`` the loss.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from attrs import frozen

from chainrule.config import Settings
from chainrule.script.outcome import Flaw
from chainrule.session.experiment import Experiment
from chainrule.session.explanations import Inspection, Opened, Verified

if TYPE_CHECKING:
    Floats = array[float]
    Ints = array[int]
else:  # ``array`` can be subscripted at run time from Python 3.12 on only
    Floats = Ints = array

Float64s = Annotated[Floats, "f64"]
Float32s = Annotated[Floats, "f32"]
Int32s = Annotated[Ints, "i32"]
Int8s = Annotated[Ints, "i8"]
Uint8s = Annotated[Ints, "u8"]
Fact = str | int | float
Phase = Literal["forward", "loss", "zero", "seed", "backward", "update"]


@frozen(kw_only=True)
class FieldSpec:
    """What one path of the experiment may hold; the page builds its control from this, the session checks by it.

    Numbers have ``low <= value <= high`` and ``step`` (0: any); ``scale`` says how a slider spreads them.
    Choices list their names; ``names`` is a list of some of them, at least one. ``layers`` marks ``network.hidden``:
    ``low``/``high`` bound a layer's neurons.
    """

    path: str
    kind: Literal["number", "integer", "choice", "names", "layers"]
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    scale: Literal["linear", "log"] = "linear"
    choices: tuple[str, ...] = ()


@frozen(kw_only=True)
class DatasetChoice:
    """One data set of the menu. ``thumbnail`` is flat ``x, y, class`` triples in [-1, 1], or, where
    ``pixels`` is not 0, a square picture of that side, row by row, 0 to 1."""

    name: str
    task: Literal["binary", "multiclass", "regression"]
    generated: bool
    inputs: int
    classes: int
    rows: int
    pixels: int
    thumbnail: Float32s


@frozen(kw_only=True)
class RuleChoice:
    """One entry of a menu with its hyperparameters (learning rate apart), their defaults and bounds."""

    name: str
    defaults: Mapping[str, float]
    fields: tuple[FieldSpec, ...]


@frozen(kw_only=True)
class RuleMenu:
    """The entries for one path of the experiment (``training.optimiser``, ``training.schedule`` …)."""

    path: str
    choices: tuple[RuleChoice, ...]


@frozen(kw_only=True)
class LossChoice:
    """One loss of the menu and the tasks it fits."""

    name: str
    tasks: tuple[str, ...]


@frozen(kw_only=True)
class ScriptChoice:
    """An example of the code view."""

    name: str
    text: str


@frozen(kw_only=True)
class Catalogue:
    """Everything that can be chosen. ``layouts`` are those of a graph of operations."""

    datasets: tuple[DatasetChoice, ...]
    activations: tuple[str, ...]
    menus: tuple[RuleMenu, ...]
    losses: tuple[LossChoice, ...]
    fields: tuple[FieldSpec, ...]
    scripts: tuple[ScriptChoice, ...]
    layouts: tuple[str, ...]


@frozen(kw_only=True)
class Ramp:
    """A diverging colour scale as a table, for one theme: 255 RGB triples, entry 127 the neutral.

    A number x has entry ``127 + sign(x) * k``, k = how many of ``thresholds`` (127 ascending magnitudes)
    are <= |x|. So the formula of the scale stands in Python only.
    """

    colours: Uint8s
    thresholds: Float64s


@frozen(kw_only=True)
class Palette:
    """The ramps of one theme, for plain or (``safe``) colour-blind sight, and the ticks that the legend names, with the
    kind of each scale. ``classes`` are the colours of classes 0, 1, 2 … as flat RGB."""

    theme: Literal["light", "dark"]
    sight: Literal["plain", "safe"]
    gradient: Ramp
    gradient_scale: Literal["symlog", "linear"]
    gradient_limit: float
    value: Ramp
    value_limit: float
    invalid: str
    classes: Uint8s


@frozen(kw_only=True)
class Welcome:
    """First event of a connection."""

    seq: int = 0
    schema: str
    version: str
    session: str
    resumed: bool
    settings: Settings
    catalogue: Catalogue
    palettes: tuple[Palette, ...]
    max_steps: int
    paces: tuple[float, ...]


@frozen(kw_only=True)
class Stage:
    """One operation of the pass of a step. ``layer``: 0 the input, one more than the last layer's number the loss;
    of an update 0. ``name``: a rule, its ``.grad`` or ``.update``, or what the machine does (``matmul`` …)."""

    phase: Phase
    layer: int
    name: str


@frozen(kw_only=True)
class Tempo:
    """How the stages of a pass are followed: what counts as a stage, how long it takes, whether the pass is gone
    through again and again instead of going on to the update."""

    unit: Literal["op", "layer", "phase"]
    milliseconds: float
    loop: bool


@frozen(kw_only=True)
class Document:
    """The experiment as it stands, and how it is run. ``hyper`` is complete (defaults filled in). ``timeline``: the
    operations of a pass, in order, the update last."""

    seq: int = 0
    revision: int
    experiment: Experiment
    task: Literal["binary", "multiclass", "regression"]
    parameters: int
    pace: float
    example: int | None
    timeline: tuple[Stage, ...]
    tempo: Tempo


@frozen(kw_only=True)
class Dataset:
    """The examples. Binary sets with two inputs lie on a plane: ``x``, ``y`` in units of ``extent`` (the map
    covers [-extent, extent] both ways). Others leave ``x``, ``y`` empty. ``split``: 0 training, 1 validation.
    ``value`` holds the targets of a regression as the network learns them; empty for classifications."""

    seq: int = 0
    revision: int
    name: str
    planar: bool
    extent: float
    features: tuple[str, ...]
    classes: tuple[str, ...]
    training_rows: int
    validation_rows: int
    x: Float32s
    y: Float32s
    label: Uint8s
    value: Float32s
    split: Uint8s


@frozen(kw_only=True)
class GraphLayer:
    """One column of the stage. ``first`` and ``count`` index the nodes; ``wrap`` is how many nodes stand side by
    side in one row of the column (an image's input is as wide as the image, a large hidden layer as keeps it
    readable). ``x`` is the column's centre."""

    index: int
    kind: Literal["input", "hidden", "output", "loss"]
    operation: str
    first: int
    count: int
    wrap: int
    x: float


@frozen(kw_only=True)
class Graph:
    """The structure with its layout. Node n is ``name[n]``, centred at (x, y), ``size`` wide, in pixels at zoom 1.

    Edge e runs from node ``source[e]`` to ``target[e]``; ``parameter[e]`` indexes the frame's parameters and
    gradients, -1 for an edge without a weight. ``bias[n]`` is the parameter of node n's bias, -1 without. ``came`` says
    of each column but the loss which one of the graph before it has become, -1 for a new one: marks are named by
    their places, and an edit may move them.
    """

    seq: int = 0
    revision: int
    layers: tuple[GraphLayer, ...]
    names: tuple[str, ...]
    labels: tuple[str, ...]
    x: Float32s
    y: Float32s
    size: Float32s
    bias: Int32s
    source: Int32s
    target: Int32s
    parameter: Int32s
    width: float
    height: float
    came: tuple[int, ...]


@frozen(kw_only=True)
class Moment:
    """Where the pass of ``step`` stands: ``cursor`` of its operations are done, the last of them described by
    ``phase``, ``layer`` and ``name``. ``resting``: everything but the update is done. ``following``: it goes on by
    itself.

    Values are those of this pass up to layer ``values_to`` (-1: none yet; one more than the last layer: the loss too).
    Gradients of this pass are there from the loss back to the weights of layer ``gradients_from`` (of the nodes of
    the layer before); depth + 1: to the outputs, depth + 2: the loss's own, 1, depth + 3: none yet. Other gradients
    are 0 when ``cleared``, else what is left of the pass before.
    """

    cursor: int
    step: int
    phase: Phase
    layer: int
    name: str
    resting: bool
    following: bool
    values_to: int
    gradients_from: int
    cleared: bool


@frozen(kw_only=True)
class Mover:
    """A weight or a bias, and the change that the next update will make to it."""

    target: str
    change: float


@frozen(kw_only=True)
class Frame:
    """The run at one step, whole and coherent: parameters, and the values, loss and gradients that these very
    parameters give on the current batch (the update that these gradients will make has not happened yet). In the
    middle of a pass ``moment`` says which of them are already there.

    ``parameters``, ``gradients``: by parameter; ``values``, ``adjoints``: by node of the graph. Where ``example`` of
    the batch is shown, its values and its part of the gradients; when that is None, mean values and whole gradients.
    ``batch_loss`` is of the batch, ``penalty`` what the regulariser adds to it; the others are over whole sets, NaN
    where the task has no such measure. ``rate`` is the learning rate of the next update; at rest and not
    playing, ``predicted_change`` of the objective on this batch is what its gradient says of that update, to first
    order, ``actual_change`` what it will be; else NaN. ``movers`` are then the parameters that it will move furthest,
    each with its change. ``row`` is the example's row in the data (-1 for the batch), ``wanted`` what each output is
    to be for it. ``recomputed`` counts the nodes that the last change computed anew. ``maps``: node by node (loss left
    out) a picture of ``map_width`` x ``map_height``, row by row from the top, -127 … 127 for a value of -1 … 1
    (clipped; -128 marks NaN). On a plane a picture is the response over the plane; else each row shows examples of one
    class. ``opened``: the neurons that were asked for, from inside. ``confusion``: true class by predicted class,
    counts on the validation set. ``curve``: flat ``step, training loss, validation loss`` triples since the last
    frame delivered; ``curve_reset`` says to forget the earlier ones.
    """

    seq: int = 0
    revision: int
    step: int
    epoch: int
    playing: bool
    moment: Moment
    example: int | None
    batch: int
    batch_loss: float
    training_loss: float
    validation_loss: float
    training_accuracy: float
    validation_accuracy: float
    training_r2: float
    validation_r2: float
    penalty: float
    rate: float
    predicted_change: float
    actual_change: float
    movers: tuple[Mover, ...]
    row: int
    wanted: tuple[float, ...]
    recomputed: int
    parameters: Float64s
    gradients: Float64s
    values: Float64s
    adjoints: Float64s
    map_width: int
    map_height: int
    maps: Int8s
    confusion: Float64s
    curve: Float64s
    curve_reset: bool
    inspection: Inspection | None
    opened: tuple[Opened, ...]


@frozen(kw_only=True)
class Script:
    """The code view: whether it is ``shown`` in place of the network, its ``text``, and how run number ``run`` of it
    fares. ``nodes`` and ``operations`` count the graph, ``passes`` the calls of ``backward``. ``moved``: the code has
    changed numbers after they were used, and the values shown are computed anew from the leaves. ``timeline``: the
    stages of a pass through the graph, as in ``Document``. ``current``: the graph is that of the last run, which
    otherwise gave none."""

    seq: int = 0
    shown: bool
    text: str
    run: int
    state: Literal["running", "done"]
    flaw: Flaw | None
    printed: str
    layout: str
    nodes: int
    operations: int
    passes: int
    moved: bool
    current: bool
    timeline: tuple[Stage, ...]
    tempo: Tempo


@frozen(kw_only=True)
class Sketch:
    """The graph of the code with its layout. Node n is ``names[n]``, ``operators[n]`` the sign of what made it (empty
    for a leaf), ``lines[n]`` the line of the code that did (0: unknown), centred at (x, y), in pixels at zoom 1; all
    are ``width`` by ``height``. The result is the last.

    Edge e runs from node ``source[e]`` to node ``target[e]``, in the order of nodes and of their operands, ``way``
    says how. ``stages[n]``: with which stage of the forward pass the value of node n is there, 0 for leaves.
    """

    seq: int = 0
    revision: int
    names: tuple[str, ...]
    labels: tuple[str, ...]
    operators: tuple[str, ...]
    lines: Int32s
    x: Float32s
    y: Float32s
    width: float
    height: float
    way: Literal["right", "down", "free"]
    source: Int32s
    target: Int32s
    stages: Int32s


@frozen(kw_only=True)
class SketchFrame:
    """The numbers in the graph of the code, where the pass stands. ``values`` are by node; ``adjoints`` what has been
    added up so far, in the end the gradient of the result. By edge: ``slopes``, the local derivatives, and
    ``carried``, the gradient of the target times that. In ``moment``, ``values_to`` is the stage of the forward pass
    that is done; the gradients of nodes from stage ``gradients_from`` on have been handed on.
    ``recomputed`` counts the operations that the last change computed anew, ``edited`` says that a leaf has another
    number than the code gave it.
    """

    seq: int = 0
    revision: int
    moment: Moment
    values: Float64s
    adjoints: Float64s
    slopes: Float64s
    carried: Float64s
    recomputed: int
    edited: bool
    inspection: Inspection | None


@frozen(kw_only=True)
class Notice:
    """Something a person should know. ``code`` and ``facts`` make the sentence (message catalogue); ``text`` is it
    in English. ``where`` is a path of the experiment (``data.noise``), shown beside that control, or empty.
    ``command`` is the id of the command it answers, 0 for none."""

    seq: int = 0
    level: Literal["info", "warning", "error"]
    code: str
    facts: Mapping[str, Fact]
    text: str
    where: str
    command: int


Event = Welcome | Document | Dataset | Graph | Frame | Script | Sketch | SketchFrame | Verified | Notice
