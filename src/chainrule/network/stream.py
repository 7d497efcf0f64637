"""Random numbers that are the same bits on every platform and in every Python.

The generator is SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, *Fast Splittable Pseudorandom Number Generators*,
2014): a counter and a mixing function, so its whole state is one integer and it fits in a few machine instructions.
"""

from __future__ import annotations

from array import array
from math import pi, sqrt

from chainrule.rules.elementary import cos, log

_MASK = 2**64 - 1
_STRIDE = 0x9E3779B97F4A7C15  # odd, so the counter visits all 2**64 states
_FNV_BASIS, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3


def mixed(z: int) -> int:
    """SplitMix64's finaliser: a bijection of 64 bits in which every input bit reaches every output bit."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return z ^ (z >> 31)


def _hashed(name: str) -> int:
    """FNV-1a of the UTF-8 bytes: Python's own hash differs from process to process."""
    value = _FNV_BASIS
    for byte in name.encode():
        value = ((value ^ byte) * _FNV_PRIME) & _MASK
    return value


class Stream:
    """An endless sequence of random numbers, fixed by ``seed`` and ``name``.

    Streams of neighbouring seeds, and of different names under one seed, are unrelated: what one part of a run
    draws never shifts what another part gets. ``state`` is all there is: set it back and the sequence repeats.
    """

    __slots__ = ("state",)

    def __init__(self, seed: int, name: str = "") -> None:
        self.state = mixed(mixed((seed + _STRIDE) & _MASK) ^ _hashed(name))

    def bits(self) -> int:
        """The next 64 random bits as an integer."""
        self.state = (self.state + _STRIDE) & _MASK
        return mixed(self.state)

    def uniform(self) -> float:
        """A multiple of 2**-53 in [0, 1)."""
        return (self.bits() >> 11) * 2.0**-53

    def normal(self) -> float:
        """Standard normal by Box and Muller; its sine twin is thrown away so that ``state`` stays one number."""
        radius = sqrt(-2.0 * log(1.0 - self.uniform()))
        turned: float = radius * cos(2.0 * pi * self.uniform())
        return turned

    def below(self, n: int) -> int:
        """An integer in 0 … n-1, for 1 <= n < 2**32 (the bias is below n * 2**-53)."""
        return int(self.uniform() * n)

    def shuffled(self, n: int) -> array[int]:
        """0 … n-1 in random order: Fisher and Yates, from the last place down."""
        order = array("i", range(n))
        for last in range(n - 1, 0, -1):
            chosen = self.below(last + 1)
            order[last], order[chosen] = order[chosen], order[last]
        return order
