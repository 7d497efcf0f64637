from __future__ import annotations

from array import array
from math import fsum

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from chainrule.network.data import Table, load, split
from chainrule.network.data.split import standardised

SEEDS = st.integers(0, 2**32 - 1)
SHARES = st.floats(0, 1)
LABELS = st.lists(st.integers(0, 3), min_size=2, max_size=40)


def table_of(labels: list[int]) -> Table:
    return Table(
        name="made",
        task="multiclass",
        features=("a",),
        classes=("0", "1", "2", "3"),
        inputs=array("d", [float(row) for row in range(len(labels))]),
        labels=array("i", labels),
        planar=False,
        extent=0.0,
    )


@given(LABELS, SHARES, SEEDS)
def test_training_and_validation_are_disjoint_complete_and_never_empty(
    labels: list[int], share: float, seed: int
) -> None:
    parts = split(table_of(labels), share, seed)
    assert sorted([*parts.training, *parts.validation]) == list(range(len(labels)))
    assert parts.training
    assert parts.validation


@given(LABELS.filter(lambda labels: len(set(labels)) < len(labels)), SHARES, SEEDS)
def test_every_class_trains_and_validates_if_it_has_two_rows(
    labels: list[int], share: float, seed: int
) -> None:
    parts = split(table_of(labels), share, seed)
    assert {labels[row] for row in parts.training} == set(labels)
    assert {labels[row] for row in parts.validation} == {each for each in labels if labels.count(each) > 1}


@given(LABELS.filter(lambda labels: len(set(labels)) < len(labels)), SHARES, SHARES, SEEDS)
def test_a_larger_share_keeps_every_training_row(
    labels: list[int], one: float, two: float, seed: int
) -> None:
    table = table_of(labels)
    few, many = (set(split(table, share, seed).training) for share in sorted((one, two)))
    assert few <= many


@given(SEEDS, st.sampled_from([0.1, 0.3, 0.5, 0.6, 0.9]))
def test_each_class_is_divided_by_the_share(seed: int, share: float) -> None:
    table = load("iris", 0, 0, 0)
    training = split(table, share, seed).training
    for label in range(3):
        assert sum(table.labels[row] == label for row in training) == round(50 * share)


def test_the_seed_fixes_the_split_and_its_order() -> None:
    table = load("iris", 0, 0, 0)
    assert split(table, 0.6, 1) == split(table, 0.6, 1)
    assert split(table, 0.6, 1).training != split(table, 0.6, 2).training
    first = [table.labels[row] for row in split(table, 0.6, 1).training[:30]]
    assert set(first) == {0, 1, 2}  # the file is sorted by species; the training order is not


@pytest.mark.parametrize("name", ["iris", "penguins", "digits"])
def test_training_inputs_have_mean_0_and_variance_1(name: str) -> None:
    table = load(name, 0, 0, 0)
    parts = split(table, 0.6, 1)
    width = len(table.features)
    for column in range(width):
        values = [parts.inputs[row * width + column] for row in parts.training]
        mean = fsum(values) / len(values)
        variance = fsum((value - mean) ** 2 for value in values) / len(values)
        assert mean == pytest.approx(0, abs=1e-12)
        assert variance == pytest.approx(1, abs=1e-12) or set(values) == {0.0}


def test_validation_rows_have_no_say_in_the_standardisation() -> None:
    inputs = array("d", [1, 3, 1000])
    assert list(standardised(inputs, 1, [0, 1])) == [-1, 1, 998]
    assert list(inputs) == [1, 3, 1000]


@given(st.floats(-1e100, 1e100), st.integers(1, 50))
def test_a_constant_feature_becomes_zero_not_noise(value: float, rows: int) -> None:
    scaled = standardised(array("d", [value] * rows), 1, range(rows))
    assert all(abs(each) <= abs(value) * 1e-15 for each in scaled)


@given(st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=20))
def test_standardised_inputs_are_finite_whatever_the_size_of_the_numbers(values: list[float]) -> None:
    scaled = standardised(array("d", values), 1, range(len(values)))
    assert all(abs(each) <= len(values) for each in scaled) or min(values) == max(values)


def test_planar_inputs_stay_as_they_are() -> None:
    table = load("moons", 100, 0.1, 1)
    assert split(table, 0.5, 1).inputs == table.inputs


def test_targets_of_a_regression_are_standardised_by_the_training_rows_unless_planar() -> None:
    values = array("d", [3.0, 8.0, -1.0, 4.5, 100.0, 7.0])
    table = evolve(table_of([0] * 6), task="regression", classes=(), values=values)
    parts = split(table, 0.5, 2)
    known = [values[row] for row in parts.training]
    mean = fsum(known) / len(known)
    deviation = (fsum((value - mean) ** 2 for value in known) / len(known)) ** 0.5
    assert (parts.target_mean, parts.target_deviation) == pytest.approx((mean, deviation))
    assert list(parts.targets) == pytest.approx([(value - mean) / deviation for value in values])
    flat = split(load("hills", 30, 0.1, 1), 0.5, 1)
    assert flat.targets == flat.table.values
    assert (flat.target_mean, flat.target_deviation) == (0.0, 1.0)
