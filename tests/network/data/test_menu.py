from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from importlib.resources import as_file, files

import pytest
from attrs import asdict

from chainrule.errors import DataError
from chainrule.network.data import Table, choice, choices, load, names, read_csv, thumbnail
from chainrule.network.data.csv_file import read_lines
from chainrule.network.data.thumbnail import telling


@dataclass
class Known:
    """What the publications of a shipped set say of it."""

    name: str
    counts: dict[str, int]
    features: int
    first: list[float]


IRIS = Known("iris", {"setosa": 50, "versicolor": 50, "virginica": 50}, 4, [5.1, 3.5, 1.4, 0.2])
PENGUINS = Known("penguins", {"Adelie": 151, "Chinstrap": 68, "Gentoo": 123}, 4, [39.1, 18.7, 181, 3750])
DIGITS = Known(
    "digits",
    dict(zip("0123456789", (178, 182, 177, 183, 181, 182, 181, 179, 174, 180), strict=True)),
    64,
    [0, 0, 5, 13, 9, 1, 0, 0],
)


@pytest.mark.parametrize("known", [IRIS, PENGUINS, DIGITS], ids=lambda known: known.name)
def test_the_shipped_sets_hold_what_was_published(known: Known) -> None:
    table = load(known.name, 0, 0, 0)
    assert table.name == known.name
    assert table.task == "multiclass"
    assert not table.planar
    assert Counter(table.classes[label] for label in table.labels) == known.counts
    assert table.classes == tuple(known.counts)
    assert len(table.features) == known.features
    assert list(table.inputs[: len(known.first)]) == known.first


def test_means_of_the_shipped_sets_are_the_published_ones() -> None:
    iris, penguins, digits = (load(name, 0, 0, 0) for name in ("iris", "penguins", "digits"))
    means = [round(sum(iris.inputs[column::4]) / 150, 2) for column in range(4)]
    assert means == [5.84, 3.06, 3.76, 1.2]
    means = [round(sum(penguins.inputs[column::4]) / 342, 2) for column in range(4)]
    assert means == [43.92, 17.15, 200.92, 4201.75]
    assert digits.pixels == 8
    assert {min(digits.inputs), max(digits.inputs)} == {0.0, 16.0}


def test_the_menu_lists_every_set_with_what_loading_it_gives() -> None:
    assert tuple(each.name for each in choices()) == names()
    assert names()[0] == "spirals"
    assert {
        "circles",
        "xor",
        "gaussians",
        "moons",
        "rings",
        "checkerboard",
        "iris",
        "penguins",
        "digits",
    } < set(names())
    for each in choices():
        table = load(each.name, 100, 0.1, 1)
        assert (each.task, each.inputs, each.classes) == (table.task, len(table.features), len(table.classes))
        assert each.rows == (0 if each.generated else table.rows)
        assert each.generated == table.planar
        assert each.pixels == table.pixels


def test_thumbnails_are_points_in_the_unit_square_with_every_class_or_a_picture() -> None:
    for each in choices():
        flat = each.thumbnail
        assert flat.typecode == "f"
        if each.pixels:
            assert len(flat) == each.pixels**2
            assert min(flat) == 0
            assert 0.5 < max(flat) <= 1
            continue
        assert 140 <= len(flat) // 3 <= 150
        assert len(flat) % 3 == 0
        assert all(-1 <= value <= 1 for value in (*flat[0::3], *flat[1::3]))
        if each.task == "regression":
            assert max(flat[2::3]) <= 1
            assert min(flat[2::3]) >= -1
            assert len(set(flat[2::3])) > 100
        else:
            assert set(flat[2::3]) == set(range(each.classes))


def test_a_thumbnail_shows_the_two_most_telling_features() -> None:
    iris = load("iris", 0, 0, 0)
    order = sorted(range(4), key=lambda column: -telling(iris, column))
    assert [iris.features[column] for column in order[:2]] == ["petal length", "petal width"]
    rows = "a,b,c,kind\n" + "".join(f"7,{row % 2},{row},{['no', 'yes'][row % 2]}\n" for row in range(9))
    table = read_lines(rows.splitlines(), "t.csv", "t")
    assert telling(table, 0) == 0
    assert telling(table, 1) == pytest.approx(1)
    assert list(thumbnail(table)[0::3]) == pytest.approx([-0.9 if row % 2 == 0 else 0.9 for row in range(9)])


def test_a_table_with_one_feature_has_a_thumbnail_against_its_class() -> None:
    table = Table(
        name="own",
        task="binary",
        features=("size",),
        classes=("a", "b"),
        inputs=array("d", [1, 2, 3]),
        labels=array("i", [0, 1, 1]),
        planar=False,
        extent=0.0,
    )
    assert list(thumbnail(table)) == pytest.approx([-0.9, -0.9, 0, 0, 0.9, 1, 0.9, 0.9, 1])
    facts = asdict(choice(table), filter=lambda field, _: field.name != "thumbnail")
    assert facts == {
        "name": "own", "task": "binary", "generated": False, "inputs": 1, "classes": 2, "rows": 3, "pixels": 0
    }  # fmt: skip


def test_an_unknown_name_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(DataError, match=r"There is no data set spiral\. Did you mean spirals\?") as caught:
        load("spiral", 100, 0.1, 1)
    assert caught.value.where == "data.name"
    with pytest.raises(DataError, match=r"There is no data set zzz\. There are: spirals, moons"):
        load("zzz", 100, 0.1, 1)


def test_the_reader_of_own_files_is_the_reader_of_the_shipped_ones() -> None:
    with as_file(files("chainrule.network.data") / "bundled" / "iris.csv") as path:
        assert read_csv(path) == load("iris", 0, 0, 0)
