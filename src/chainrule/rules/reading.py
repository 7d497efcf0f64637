"""The float reading of a traced formula: IEEE 754 throughout, nothing raises."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chainrule.rules.alphabet import PRIMITIVES
from chainrule.rules.bits import FLOAT
from chainrule.rules.elementary import SPELT_OUT
from chainrule.rules.expr import Expr, postorder

_LIBRARY: Mapping[str, Callable[..., Any]] = {
    **{name: row.evaluate for name, row in PRIMITIVES.items()},
    **FLOAT,
}
_PORTABLE: Mapping[str, Callable[..., Any]] = {**_LIBRARY, **SPELT_OUT}


def evaluate(expr: Expr, names: Mapping[str, float], *, portable: bool = False) -> float:
    """The value of ``expr`` with the symbols in ``names``.

    ``portable`` uses ``elementary`` instead of the C library: the same bits on every platform, some ulp away.
    """
    functions = _PORTABLE if portable else _LIBRARY
    done: dict[int, Any] = {}
    for at in postorder(expr):
        if at.op == "symbol":
            done[id(at)] = names[at.name]
        elif at.op == "const":
            done[id(at)] = at.value
        else:
            done[id(at)] = functions[at.op](*[done[id(arg)] for arg in at.args])
    return float(done[id(expr)])
