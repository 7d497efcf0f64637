"""The operations of ``Value`` and the activations: forward and gradient side by side, one block each."""

from __future__ import annotations

from typing import Any

from chainrule.rules.alphabet import (
    absolute,
    copysign,
    cos,
    equal,
    exp,
    expm1,
    log,
    log1p,
    maximum,
    minimum,
    power,
    sin,
    sqrt,
    where,
)
from chainrule.rules.table import define

define("add", "a b", lambda a, b: a + b, grad=lambda a, b, y, g: (g, g))

define("sub", "a b", lambda a, b: a - b, grad=lambda a, b, y, g: (g, -g))

define("mul", "a b", lambda a, b: a * b, grad=lambda a, b, y, g: (g * b, g * a))

define("div", "a b", lambda a, b: a / b, grad=lambda a, b, y, g: (g / b, -g * y / b))

define("neg", "x", lambda x: -x, grad=lambda x, y, g: (-g,))

# A constant exponent has no gradient, so a negative base is fine; a variable exponent needs ln(a). x**0 is flat, and
# so is 0**b in b > 0, where ln 0 would say otherwise.
define(
    "power",
    "x; n",
    lambda x, n: power(x, n),
    grad=lambda x, n, y, g: (where(equal(n, 0.0), 0.0, g * (n * power(x, n - 1))),),
)

define(
    "pow",
    "a b",
    lambda a, b: power(a, b),
    grad=lambda a, b, y, g: (
        where(equal(b, 0.0), 0.0, g * (b * power(a, b - 1))),
        where(equal(y, 0.0), 0.0, g * (y * log(a))),
    ),
)

define("exp", "x", lambda x: exp(x), grad=lambda x, y, g: (g * y,))

define("log", "x", lambda x: log(x), grad=lambda x, y, g: (g / x,))

define("sqrt", "x", lambda x: sqrt(x), grad=lambda x, y, g: (g / (2 * y),))

define("sin", "x", lambda x: sin(x), grad=lambda x, y, g: (g * cos(x),))

define("cos", "x", lambda x: cos(x), grad=lambda x, y, g: (-g * sin(x),))

define(
    "abs",
    "x",
    lambda x: absolute(x),
    grad=lambda x, y, g: (where(x > 0, g, where(x < 0, -g, x * g)),),
)

# At a tie the gradient goes half to each side.
define(
    "max",
    "a b",
    lambda a, b: maximum(a, b),
    grad=lambda a, b, y, g: (
        where(a > b, g, where(a < b, 0.0, 0.5 * g)),
        where(a < b, g, where(a > b, 0.0, 0.5 * g)),
    ),
)

define(
    "min",
    "a b",
    lambda a, b: minimum(a, b),
    grad=lambda a, b, y, g: (
        where(a < b, g, where(a > b, 0.0, 0.5 * g)),
        where(a > b, g, where(a < b, 0.0, 0.5 * g)),
    ),
)

define(
    "clip",
    "x; low high",
    lambda x, low, high: minimum(maximum(x, low), high),
    grad=lambda x, low, high, y, g: (where(x < low, 0.0, where(x > high, 0.0, g)),),
    latex=r"\operatorname{{clip}}\left({x}, {low}, {high}\right)",
)

define(
    "linear",
    "x",
    lambda x: x,
    grad=lambda x, y, g: (g,),
    kind="activation",
    latex="{x}",
)


def _tanh(x: Any) -> Any:
    # expm1 keeps the digits near 0. Beyond 20 the answer is 1 to the last digit, and this way nothing overflows. On
    # the positive side, where e / (e + 2) passes errors of e on without making them larger.
    size = absolute(x)
    e = expm1(2 * where(size > 20.0, 20.0, size))
    return copysign(e / (e + 2), x)


define(
    "tanh",
    "x",
    _tanh,
    grad=lambda x, y, g: (g * (1 - y * y),),
    kind="activation",
    latex=r"\tanh\left({x}\right)",
)

define(
    "sigmoid",
    "x",
    lambda x: 1 / (1 + exp(-x)),
    grad=lambda x, y, g: (g * (y * (1 - y)),),
    kind="activation",
)

define(
    "relu",
    "x",
    lambda x: maximum(x, 0.0),
    grad=lambda x, y, g: (where(x <= 0, 0.0, g),),
    kind="activation",
)

define(
    "leaky_relu",
    "x; slope",
    lambda x, slope: where(x > 0, x, slope * x),
    grad=lambda x, slope, y, g: (where(x > 0, g, slope * g),),
    kind="activation",
    slope=0.01,
)

define(
    "elu",
    "x; alpha",
    lambda x, alpha: where(x > 0, x, alpha * expm1(minimum(x, 0.0))),
    grad=lambda x, alpha, y, g: (where(x > 0, g, g * (y + alpha)),),
    kind="activation",
    alpha=1.0,
)

# The tanh form of Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), equation in section 2.
_GELU_SCALE, _GELU_CUBE = 0.7978845608028654, 0.044715


def _gelu_slope(x: Any) -> Any:
    x = minimum(maximum(x, -40.0), 40.0)  # flat beyond, where the cube would overflow
    t = _tanh(_GELU_SCALE * (x + _GELU_CUBE * x * x * x))
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (_GELU_SCALE * (1 + 3 * _GELU_CUBE * x * x))


define(
    "gelu",
    "x",
    lambda x: 0.5 * x * (1 + _tanh(_GELU_SCALE * (x + _GELU_CUBE * x * x * x))),
    grad=lambda x, y, g: (_gelu_slope(x) * g,),
    kind="activation",
    latex=r"\operatorname{{gelu}}\left({x}\right)",
    grad_latex=r"{g} \, \operatorname{{gelu}}'\left({x}\right)",
)


define(
    "silu",
    "x",
    lambda x: x / (1 + exp(-x)),
    grad=lambda x, y, g: (g * ((1 - y) / (1 + exp(-x)) + y),),
    kind="activation",
)

define(
    "softplus",
    "x",
    lambda x: maximum(x, 0.0) + log1p(exp(-absolute(x))),
    grad=lambda x, y, g: (g / (1 + exp(-x)),),
    kind="activation",
)
