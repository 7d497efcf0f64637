"""``check_gradients`` for values and for networks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from chainrule.api.network import Network
from chainrule.errors import RuleError
from chainrule.graph import Value
from chainrule.graph.gradcheck import PRECISION, Report, check_values
from chainrule.network.data import Table
from chainrule.network.gradcheck import check_network


def check_gradients(
    what: Value | Network,
    of: Value | Iterable[Value] | Table | tuple[Any, Any] | None = None,
    *,
    sample: int | None = 20,
    precision: float = PRECISION,
    seed: int = 0,
    **options: Any,
) -> Report:
    """Are the gradients right? Each is compared with central differences and with dual numbers.

    Of a ``Value``: its derivatives with respect to ``of``, one value or several (default: all leaves). Of a
    ``Network``: those of its objective with respect to its parameters, on the data ``of`` (default: those it has), with
    the ``options`` of ``train``. At most ``sample`` are checked one by one, drawn by ``seed``; None: every one. True
    where all agree within ``precision``, relative where they are larger than 1; ``print`` it to see them.
    """
    if isinstance(what, Network):
        known = what.parts is not None and of is what.parts.table and not options
        if of is not None and not known:
            what.prepare(of, **options)  # type: ignore[arg-type]
        return check_network(what.trainer, sample=sample, precision=precision, seed=seed)
    if not isinstance(what, Value):
        raise RuleError("error.not_a_value", where="check_gradients", found=type(what).__name__)
    return check_values(what, of, sample=sample, precision=precision, seed=seed)  # type: ignore[arg-type]
