"""What a page may ask of a session. ``id`` comes back in the notice when the command cannot be carried out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from attrs import field, frozen

Setting = str | int | float | list[int] | list[str]


@frozen(kw_only=True)
class Hello:
    """First message of a connection: which session to resume (empty: a new one) and the last ``seq`` seen."""

    id: int
    session: str = ""
    seq: int = 0


@frozen(kw_only=True)
class Play:
    """Train until paused, at the chosen pace."""

    id: int


@frozen(kw_only=True)
class Pause:
    """Stop before the next step."""

    id: int


@frozen(kw_only=True)
class Step:
    """Pause, then one operation, layer or phase of the pass, one batch, or on to the end of the current epoch; or
    ``back`` as far."""

    id: int
    unit: Literal["op", "layer", "phase", "batch", "epoch"] = "batch"
    back: bool = False


@frozen(kw_only=True)
class Seek:
    """Pause where ``cursor`` operations of the current pass are done."""

    id: int
    cursor: int


@frozen(kw_only=True)
class Follow:
    """Pause training and go through the stages of the pass, one after the other, until paused."""

    id: int


@frozen(kw_only=True)
class SetTempo:
    """How the stages are followed: what is a stage, how many milliseconds it takes, whether the pass is repeated."""

    id: int
    unit: Literal["op", "layer", "phase"]
    milliseconds: float
    loop: bool


@frozen(kw_only=True)
class Restart:
    """Back to step 0 with the very same initial weights; keeps playing if it was playing."""

    id: int


@frozen(kw_only=True)
class Renew:
    """Back to step 0 with a new seed: other weights, other points, another order of batches."""

    id: int


@frozen(kw_only=True)
class Edit:
    """Change the experiment: new values by path (``{"training.learning_rate": 0.03}``), all or none."""

    id: int
    changes: Mapping[str, Setting] = field(factory=dict)


@frozen(kw_only=True)
class SetParameter:
    """Give a weight or a bias (``w:L:J:I``, ``b:L:J``), or a leaf of the code (``v:N``), another value; only what
    depends on it is computed again."""

    id: int
    target: str
    value: float


@frozen(kw_only=True)
class Pace:
    """Training steps a second while playing."""

    id: int
    steps_per_second: float


@frozen(kw_only=True)
class Look:
    """Which example of the current batch the graph shows, from 0; ``None`` shows the mean over the batch."""

    id: int
    example: int | None = None


@frozen(kw_only=True)
class Inspect:
    """Explain one mark in every frame from now on (``None``: nothing). Targets are named as in ``Graph``."""

    id: int
    target: str | None = None


@frozen(kw_only=True)
class Open:
    """Show these neurons from inside in every frame from now on (``n:L:J``; none: no more)."""

    id: int
    targets: list[str] = field(factory=list)


@frozen(kw_only=True)
class Verify:
    """Check the gradient of any mark but the loss, or of a value of the code, by dual numbers and by differences."""

    id: int
    target: str


@frozen(kw_only=True)
class Show:
    """Show the network, or the graph of the code in its place; whatever goes by itself stops."""

    id: int
    what: Literal["network", "code"]


@frozen(kw_only=True)
class Write:
    """The code is this now: run it. A run under way is given up."""

    id: int
    text: str


@frozen(kw_only=True)
class Halt:
    """Give up the run of the code."""

    id: int


@frozen(kw_only=True)
class Arrange:
    """Lay the graph of the code out in another way."""

    id: int
    layout: str


@frozen(kw_only=True)
class Ack:
    """The frame with this ``seq`` has been painted; the host keeps at most two unpainted frames under way."""

    id: int
    seq: int


Command = (
    Hello
    | Play
    | Pause
    | Step
    | Seek
    | Follow
    | SetTempo
    | Restart
    | Renew
    | Edit
    | SetParameter
    | Pace
    | Look
    | Inspect
    | Open
    | Verify
    | Show
    | Write
    | Halt
    | Arrange
    | Ack
)
