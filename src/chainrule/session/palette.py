"""The colours of numbers and classes: the one place where a number becomes a colour.

A scale goes through three given colours, exactly those at -1, 0 and +1, and in between along straight lines in OKLab
(Björn Ottosson, "A perceptual color space for image processing", 2020), where equal steps look equally large.
"""

from __future__ import annotations

from array import array
from math import cbrt, expm1, log1p

from chainrule.session.events import Palette, Ramp

HALF = 127  # colours on each side of the neutral
LINEAR = 1e-4  # below it the gradient scale is nearly linear, above nearly logarithmic
LIMIT = 1.0

_VALUE_ENDS = ("#e29a2e", "#5a5bd0")
_LIGHT_NEUTRAL = "#ffffff"
_DARK_NEUTRAL = "#1b1e23"  # the stage itself, so that zero is seen as "no colour"
_INVALID = "#e000b0"
# Vermilion and blue, which protanopic, deuteranopic and tritanopic sight tell apart (Okabe and Ito, "Color universal
# design", 2008); lighter ones on the dark stage.
_SAFE = {"light": ("#d55e00", "#0072b2"), "dark": ("#ff8a3d", "#56b4e9")}
# After amber and indigo: the set of muted colours that stay farthest apart for normal, protanopic and deuteranopic
# sight (simulated after Machado, Oliveira and Fernandes 2009; smallest OKLab distance 0.10), and from _INVALID.
_CLASSES = (
    *("#e29a2e", "#5a5bd0", "#005418", "#24d8fc", "#d85478", "#846c00"),
    *("#b4e460", "#a890fc", "#003c90", "#0090b4", "#78486c", "#fc9cb4"),
)
_DIMMEST = 0.52  # OKLab lightness, just below indigo's: 3:1 against the dark stage

Lab = tuple[float, float, float]


def palettes(gradient: tuple[str, ...]) -> tuple[Palette, ...]:
    """A light and a dark palette for each kind of sight and each scale. ``gradient``: ``#rrggbb`` of a negative, a zero
    and a positive gradient; the dark theme takes its own stage for zero."""
    low, neutral, high = gradient
    ends = {("light", "plain"): (low, neutral, high), ("dark", "plain"): (low, _DARK_NEUTRAL, high)}
    for theme, zero in (("light", _LIGHT_NEUTRAL), ("dark", _DARK_NEUTRAL)):
        ends[theme, "safe"] = (_SAFE[theme][0], zero, _SAFE[theme][1])
    return tuple(
        _palette(theme, sight, scale, colours)
        for (theme, sight), colours in ends.items()
        for scale in ("symlog", "linear")
    )


def _palette(theme: str, sight: str, scale: str, gradient: tuple[str, str, str]) -> Palette:
    zero = _LIGHT_NEUTRAL if theme == "light" else _DARK_NEUTRAL
    return Palette(
        theme=theme,  # type: ignore[arg-type]
        sight=sight,  # type: ignore[arg-type]
        gradient=Ramp(colours=ramp(*gradient), thresholds=symlog(LINEAR) if scale == "symlog" else linear()),
        gradient_scale=scale,  # type: ignore[arg-type]
        gradient_limit=LIMIT,
        value=Ramp(colours=ramp(_VALUE_ENDS[0], zero, _VALUE_ENDS[1]), thresholds=linear()),
        value_limit=LIMIT,
        invalid=_INVALID,
        classes=array("B", [part for colour in _CLASSES for part in _on(theme, colour)]),
    )


def _on(theme: str, colour: str) -> tuple[int, int, int]:
    """``colour`` light enough to be seen on the dark stage, its hue kept; on the light one as it is."""
    lightness, a, b = _oklab(_bytes(colour))
    return _bytes(colour) if theme == "light" or lightness > _DIMMEST else _rgb((_DIMMEST, a, b))


def ramp(low: str, neutral: str, high: str) -> array[int]:
    """255 RGB triples from ``low`` over ``neutral`` (entry 127) to ``high``."""
    colours = array("B")
    for entry in range(2 * HALF + 1):
        end, share = (low, HALF - entry) if entry < HALF else (high, entry - HALF)
        colours.extend(_between(neutral, end, share / HALF))
    return colours


def linear() -> array[float]:
    """127 evenly spaced magnitudes, the last exactly 1."""
    return array("d", [k / HALF for k in range(1, HALF + 1)])


def symlog(constant: float) -> array[float]:
    """127 magnitudes, the last exactly 1, evenly spaced in log(1 + |x| / constant)
    (J. B. W. Webber, "A bi-symmetric log transformation for wide-range data", 2013)."""
    whole = log1p(LIMIT / constant)
    return array("d", [*(constant * expm1(k / HALF * whole) for k in range(1, HALF)), LIMIT])


def _between(start: str, end: str, share: float) -> tuple[int, int, int]:
    if share in (0.0, 1.0):  # the colours that were asked for, whatever rounding says
        return _bytes(end if share else start)
    a, b = (_oklab(_bytes(colour)) for colour in (start, end))
    return _rgb((a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])))


def _bytes(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _oklab(rgb: tuple[int, int, int]) -> Lab:
    r, g, b = (_decoded(part / 255) for part in rgb)
    long = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    middle = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _rgb(lab: Lab) -> tuple[int, int, int]:
    """The nearest sRGB colour; a part outside the gamut is clipped."""
    lightness, a, b = lab
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _encoded(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _encoded(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _encoded(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _decoded(part: float) -> float:
    """sRGB to linear light, IEC 61966-2-1."""
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _encoded(light: float) -> int:
    light = min(1.0, max(0.0, light))
    part = 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * part)
