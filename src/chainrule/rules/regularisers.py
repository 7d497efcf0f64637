"""Regularisers as rules: what one weight adds to the objective, apart from the loss of the data.

Only weights are penalised; biases and the scales and shifts of normalisation stay free (Goodfellow, Bengio and
Courville, *Deep Learning* (2016), section 7.1).
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from chainrule.rules.alphabet import absolute, where
from chainrule.rules.hyper import Hyper
from chainrule.rules.table import Rule, define


@frozen
class Regulariser:
    """A penalty of the menu. ``rule`` is ``None`` where there is none; its constants are ``hyper``."""

    name: str
    rule: Rule | None
    hyper: Mapping[str, Hyper]


REGULARISERS: dict[str, Regulariser] = {"none": Regulariser("none", None, {})}
STRENGTH = Hyper(0.001, 0.0, 1.0)


def _regulariser(rule: Rule, **hyper: Hyper) -> None:
    name = rule.name.removesuffix("_penalty")
    REGULARISERS[name] = Regulariser(name, rule, hyper)


# Tibshirani (1996).
_regulariser(
    define(
        "l1_penalty",
        "w; strength",
        lambda w, strength: strength * absolute(w),
        grad=lambda w, strength, y, g: (where(w > 0, strength, where(w < 0, -strength, w * strength)) * g,),
        kind="penalty",
        grad_latex=r"{g} \, \lambda \operatorname{{sgn}}\left({w}\right)",
        latex=r"\lambda \left|{w}\right|",
    ),
    strength=STRENGTH,
)

# Halved, so that its slope is the strength times the weight: the weight decay of the field.
_regulariser(
    define(
        "l2_penalty",
        "w; strength",
        lambda w, strength: 0.5 * strength * w * w,
        grad=lambda w, strength, y, g: (strength * w * g,),
        kind="penalty",
        grad_latex=r"{g} \, \lambda {w}",
        latex=r"\frac{{\lambda}}{{2}} {w}^2",
    ),
    strength=STRENGTH,
)

# Zou and Hastie (2005).
_regulariser(
    define(
        "elastic_penalty",
        "w; strength l1_ratio",
        lambda w, strength, l1_ratio: strength * (l1_ratio * absolute(w) + 0.5 * (1 - l1_ratio) * w * w),
        grad=lambda w, strength, l1_ratio, y, g: (
            strength * (l1_ratio * where(w > 0, 1.0, where(w < 0, -1.0, w)) + (1 - l1_ratio) * w) * g,
        ),
        kind="penalty",
        grad_latex=r"{g} \, \lambda \left(\rho \operatorname{{sgn}}\left({w}\right) + \left(1 - \rho\right) {w}\right)",
        latex=r"\lambda \left(\rho \left|{w}\right| + \frac{{1 - \rho}}{{2}} {w}^2\right)",
    ),
    strength=STRENGTH,
    l1_ratio=Hyper(0.5, 0.0, 1.0),
)
