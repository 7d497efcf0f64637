"""Generated data sets: two classes on a plane, or a value over it.

One generator is one function that places a point. The plane is [-3, 3] both ways, so that inputs have a standard
deviation of about 1, as the initial weights expect. Classes take turns: their sizes differ by one at most.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping
from functools import lru_cache
from math import pi, sqrt
from types import MappingProxyType

from chainrule.errors import DataError
from chainrule.network.data.table import Table
from chainrule.network.stream import Stream
from chainrule.rules.elementary import cos, exp, sin

EXTENT = 3.0
FEWEST_POINTS, MOST_POINTS = 10, 10_000
MOST_NOISE = 0.5
CLASSES = ("0", "1")

Place = Callable[[Stream, int, float], tuple[float, float]]
"""``place(stream, label, along)`` is a point of class ``label``, 0 or 1. Over the points of a class ``along`` runs
evenly through [0, 1), jittered; further randomness is drawn from ``stream``."""

_GENERATORS: dict[str, Place] = {}
GENERATORS: Mapping[str, Place] = MappingProxyType(_GENERATORS)


Surface = Callable[[float, float], float]
"""The value over a point of the plane, from -1 to 1."""

_SURFACES: dict[str, Surface] = {}
SURFACES: Mapping[str, Surface] = MappingProxyType(_SURFACES)


def surface(value: Surface) -> Surface:
    """Add a generated regression, named as the function."""
    _SURFACES[value.__name__] = value
    return value


def generator(place: Place) -> Place:
    """Add a generated data set, named as the function."""
    _GENERATORS[place.__name__] = place
    return place


def generate(name: str, points: int, noise: float, seed: int) -> Table:
    """The data set of the generator or surface ``name``, bit for bit the same on every platform.

    ``noise`` is the standard deviation of a normal displacement, 0 … 0.5: of the points in units of the plane, or of
    a surface's values. The undisturbed points and the directions of their displacement depend on ``seed`` alone: more
    noise moves the same points on.
    """
    if not FEWEST_POINTS <= points <= MOST_POINTS:
        raise DataError(
            "error.data_points", where="data.points", points=points, low=FEWEST_POINTS, high=MOST_POINTS
        )
    if not 0 <= noise <= MOST_NOISE:
        raise DataError("error.data_noise", where="data.noise", noise=noise, high=MOST_NOISE)
    if name in SURFACES:
        return _over_plane(name, points, noise, seed)
    places, displacements = _drawn(name, points, seed)
    moved = zip(places, displacements, strict=True)
    return Table(
        name=name,
        task="binary",
        features=("x₁", "x₂"),
        classes=CLASSES,
        inputs=array("d", [_mirrored(place + noise * displacement) for place, displacement in moved]),
        labels=array("i", [row % 2 for row in range(points)]),
        planar=True,
        extent=EXTENT,
    )


@lru_cache(maxsize=4)  # a noise slider asks for the same points again and again
def _drawn(name: str, points: int, seed: int) -> tuple[array[float], array[float]]:
    """Coordinates of the undisturbed points, and a standard normal number for each coordinate."""
    shape, disturbance = Stream(seed, f"data.{name}"), Stream(seed, "data.noise")
    places, displacements = array("d"), array("d")
    for row in range(points):
        label, rank = row % 2, row // 2
        peers = (points + 1 - label) // 2
        for coordinate in GENERATORS[name](shape, label, (rank + shape.uniform()) / peers):
            places.append(coordinate)
            displacements.append(disturbance.normal())
    return places, displacements


def _over_plane(name: str, points: int, noise: float, seed: int) -> Table:
    """Points evenly at random on the plane, each with the value over it."""
    shape, disturbance = Stream(seed, f"data.{name}"), Stream(seed, "data.noise")
    inputs, values = array("d"), array("d")
    for _ in range(points):
        x, y = (EXTENT * (2.0 * shape.uniform() - 1.0) for _ in range(2))
        inputs.extend((x, y))
        values.append(SURFACES[name](x, y) + noise * disturbance.normal())
    return Table(
        name=name,
        task="regression",
        features=("x₁", "x₂"),
        classes=(),
        inputs=inputs,
        labels=array("i", bytes(4 * points)),
        planar=True,
        extent=EXTENT,
        values=values,
    )


def _mirrored(coordinate: float) -> float:
    """Back into the plane at its edge: clipping would draw a wall of points, leaving out would unbalance classes."""
    if coordinate > EXTENT:
        return 2 * EXTENT - coordinate
    if coordinate < -EXTENT:
        return -2 * EXTENT - coordinate
    return coordinate


def _polar(radius: float, angle: float) -> tuple[float, float]:
    return radius * cos(angle), radius * sin(angle)


@generator
def spirals(stream: Stream, label: int, along: float) -> tuple[float, float]:
    """Two arms of one and a quarter turns, half a turn apart, equally dense along their length."""
    out = sqrt(along)  # arc length grows about as the square of the angle
    return _polar(0.3 + 2.3 * out, 2 * pi * (1.25 * out + 0.5 * label))


@generator
def moons(stream: Stream, label: int, along: float) -> tuple[float, float]:
    """Two half circles, each with its end in the hollow of the other."""
    x, y = _polar(1.6, pi * along)
    return (x - 0.8, y - 0.4) if label == 0 else (0.8 - x, 0.4 - y)


@generator
def circles(stream: Stream, label: int, along: float) -> tuple[float, float]:
    """A disc (class 1) inside a broad ring."""
    inner, outer = (0.0, 1.2) if label else (1.8, 2.6)
    area = stream.uniform()
    return _polar(sqrt(inner * inner + area * (outer * outer - inner * inner)), 2 * pi * along)


@generator
def rings(stream: Stream, label: int, along: float) -> tuple[float, float]:
    """A thin ring (class 1) between two of the other class."""
    if label:
        return _polar(1.6, 2 * pi * along)
    return _polar(2.4, 3 * pi * along) if along < 2 / 3 else _polar(0.8, 6 * pi * along)


@generator
def xor(stream: Stream, label: int, along: float) -> tuple[float, float]:
    """Four squares: class 1 where the coordinates have the same sign."""
    x, y = 0.2 + 2.3 * stream.uniform(), 0.2 + 2.3 * stream.uniform()
    side = 1.0 if along < 0.5 else -1.0
    return side * x, (side if label else -side) * y


@generator
def gaussians(stream: Stream, label: int, along: float) -> tuple[float, float]:
    """Two round heaps, lower left and upper right (class 1)."""
    centre = 1.1 if label else -1.1
    return centre + 0.45 * stream.normal(), centre + 0.45 * stream.normal()


@generator
def checkerboard(stream: Stream, label: int, along: float) -> tuple[float, float]:
    """Four by four squares in turn, class 0 in the upper left corner."""
    square = int(8 * along)
    row = square // 2
    column = 2 * (square % 2) + (row + label) % 2
    return (column - 2 + stream.uniform()) * 1.3, (2 - row - stream.uniform()) * 1.3


@surface
def plane(x: float, y: float) -> float:
    """Rising evenly from the lower left to the upper right: one neuron can learn it."""
    return (x + y) / (2.0 * EXTENT)


_HILLS = ((-1.5, 1.5, 0.9), (1.5, -1.5, 0.9), (1.6, 1.4, -0.9), (-1.4, -1.6, -0.9))


@surface
def hills(x: float, y: float) -> float:
    """Two hills and two hollows, round, each a quarter of the plane."""
    heights = (top * exp(-((x - a) * (x - a) + (y - b) * (y - b)) / 1.2) for a, b, top in _HILLS)
    total = 0.0
    for height in heights:
        total += height
    return total


@surface
def sine(x: float, y: float) -> float:
    """Waves along the first coordinate; the second does not matter, which is for the network to find out."""
    wave: float = sin(1.6 * x)
    return wave
