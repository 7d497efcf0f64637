from __future__ import annotations

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.network.stream import Stream, mixed

SEEDS = st.integers(0, 2**32 - 1)


def test_the_mixing_function_is_splitmix64() -> None:
    # The reference sequence of SplitMix64 from state 0: mixed(1 * stride), mixed(2 * stride), …
    stride = 0x9E3779B97F4A7C15
    sequence = [mixed(count * stride % 2**64) for count in (1, 2, 3)]
    assert sequence == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]


def test_a_seed_gives_these_very_numbers_on_every_platform() -> None:
    stream = Stream(1, "golden")
    drawn = [stream.uniform().hex(), stream.normal().hex(), str(stream.below(1000))]
    assert drawn == ["0x1.f7181f8cfb556p-1", "0x1.7454a582159d8p-3", "508"]
    assert list(Stream(1).shuffled(10)) == [6, 5, 7, 1, 9, 0, 4, 2, 3, 8]


@given(SEEDS, st.text(max_size=8))
def test_a_stream_is_fixed_by_seed_and_name_and_resumes_from_its_state(seed: int, name: str) -> None:
    stream, twin = Stream(seed, name), Stream(seed, name)
    assert [stream.bits() for _ in range(3)] == [twin.bits() for _ in range(3)]
    state = stream.state
    ahead = [stream.normal(), stream.uniform()]
    stream.state = state
    assert [stream.normal(), stream.uniform()] == ahead


@pytest.mark.parametrize("other", [Stream(2), Stream(3), Stream(1, "a"), Stream(0)])
def test_neighbouring_seeds_and_names_give_unrelated_streams(other: Stream) -> None:
    stream = Stream(1)
    agreeing = sum((~(stream.bits() ^ other.bits()) % 2**64).bit_count() for _ in range(1000))
    assert abs(agreeing - 32_000) < 700  # 5.5 deviations of a fair coin


@given(SEEDS, st.integers(0, 300))
def test_shuffled_is_a_permutation(seed: int, n: int) -> None:
    assert sorted(Stream(seed).shuffled(n)) == list(range(n))


@given(SEEDS, st.integers(1, 2**31))
def test_draws_stay_in_their_range(seed: int, n: int) -> None:
    stream = Stream(seed)
    assert 0 <= stream.below(n) < n
    assert 0 <= stream.uniform() < 1


def test_every_order_of_three_is_equally_likely() -> None:
    stream = Stream(5)
    counts: dict[tuple[int, ...], int] = {}
    for _ in range(6000):
        order = tuple(stream.shuffled(3))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 6
    assert all(abs(count - 1000) < 150 for count in counts.values())


def test_uniform_and_normal_have_the_moments_of_their_distributions() -> None:
    stream, n = Stream(7), 4000
    uniform = [stream.uniform() for _ in range(n)]
    normal = [stream.normal() for _ in range(n)]
    assert abs(fsum(uniform) / n - 0.5) < 0.02
    assert abs(fsum((x - 0.5) ** 2 for x in uniform) / n - 1 / 12) < 0.005
    assert abs(fsum(normal) / n) < 0.07
    assert abs(fsum(x * x for x in normal) / n - 1) < 0.1
    assert abs(sum(abs(x) > 1.96 for x in normal) / n - 0.05) < 0.02
