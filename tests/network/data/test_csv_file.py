from __future__ import annotations

import csv
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import DataError
from chainrule.network.data import Table, read_csv
from chainrule.network.data.csv_file import MOST_FEATURES, MOST_ROWS, read_lines

FINITE = st.floats(-1e100, 1e100)


def written(folder: Path, text: str) -> Path:
    path = folder / "flowers.csv"
    path.write_text(text, "utf-8")
    return path


def read(text: str) -> Table:
    return read_lines(text.splitlines(keepends=True), "flowers.csv", "flowers")


def refused(text: str) -> DataError:
    with pytest.raises(DataError) as caught:
        read(text)
    return caught.value


def test_a_file_becomes_a_table_named_after_it(tmp_path: Path) -> None:
    table = read_csv(written(tmp_path, "width,height,depth,kind\n1,2,3,oak\n4,5.5,-6e1,elm\n"))
    assert table == Table(
        name="flowers",
        task="binary",
        features=("width", "height", "depth"),
        classes=("elm", "oak"),
        inputs=array("d", [1, 2, 3, 4, 5.5, -60]),
        labels=array("i", [1, 0]),
        planar=False,
        extent=0.0,
    )


@given(st.lists(st.tuples(FINITE, FINITE, FINITE, st.sampled_from("abc")), min_size=3, max_size=20))
def test_every_number_written_is_read_back_exactly(rows: list[tuple[float, float, float, str]]) -> None:
    rows = [*rows, (0.1, -0.0, 5e-324, "a"), (1.0, 2.0, 3.0, "b"), (1e100, 0.0, 0.0, "c")]
    text = "p,q,r,kind\n" + "".join(",".join(map(str, row)) + "\n" for row in rows)
    table = read(text)
    assert list(table.inputs) == [value for row in rows for value in row[:3]]
    assert [table.classes[label] for label in table.labels] == [row[3] for row in rows]
    assert table.task == "multiclass"


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("a,b,c", "c"),
        ("a,Target,c", "Target"),
        ("LABEL,b,c", "LABEL"),
        ("y,class,a", "class"),
        ("a,Y,c", "Y"),
        ("label,target,c", "target"),
        ("x,y,colour", "colour"),
        ("x,a,y", "y"),
    ],
)
def test_the_target_is_found_by_its_name_or_is_the_last_column(header: str, target: str) -> None:
    columns = header.split(",")
    row = ",".join("A" if column == target else "1" for column in columns)
    other = ",".join("B" if column == target else "2" for column in columns)
    table = read(f"{header}\n{row}\n{other}\n")
    assert table.classes == ("A", "B")
    assert table.features == tuple(column for column in columns if column != target)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["10", "9", "-1"], ("-1", "9", "10")),
        (["10", "9", "nine"], ("10", "9", "nine")),
        (["b", "a"], ("a", "b")),
        (["15", "1e1", "2"], ("2", "1e1", "15")),
    ],
)
def test_classes_are_sorted_by_number_if_all_are_numbers(labels: list[str], classes: tuple[str, ...]) -> None:
    table = read("a,b,kind\n" + "".join(f"1,2,{label}\n" for label in labels))
    assert table.classes == classes
    assert [table.classes[label] for label in table.labels] == labels


def test_two_features_and_two_classes_lie_on_a_plane_that_covers_them() -> None:
    table = read("mass,age,kind\n10,1,a\n20,2,b\n30,3,b\n1000,4,a\n")
    assert table.planar
    for column in (0, 1):
        values = table.inputs[column::2]
        assert sum(values) == pytest.approx(0, abs=1e-12)
        assert sum(value * value for value in values) == pytest.approx(4)
    largest = max(map(abs, table.inputs))
    assert largest < table.extent <= 1.02 * largest + 0.5
    assert (table.extent * 2).is_integer()
    assert not read("mass,age,kind\n10,1,a\n20,2,b\n30,3,c\n").planar
    assert not read("mass,kind\n10,a\n20,b\n").planar


def test_spreadsheet_exports_are_read_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "flowers.csv"
    path.write_bytes(
        '\ufeff"a, b"; c , kind\r\n'.replace(";", ",").encode() + b'\r\n" 1", 2 ,x \r\n3,4,"y"\r\n\r\n'
    )
    table = read_csv(path)
    assert table.features == ("a, b", "c")
    assert table.classes == ("x", "y")


@pytest.mark.parametrize(
    ("text", "code", "where", "parts"),
    [
        ("", "csv_empty", "flowers.csv", ("is empty",)),
        ("\n\n", "csv_empty", "flowers.csv", ("is empty",)),
        ("a,b,kind\n", "csv_only_header", "flowers.csv", ("no examples",)),
        ("1,2,3\n4,5,6\n", "csv_no_header", "flowers.csv:1", ("must name the columns",)),
        ("kind\na\nb\n", "csv_only_target", "flowers.csv:1", ("“kind”", "commas")),
        ("a;b;kind\n1;2;x\n", "csv_only_target", "flowers.csv:1", ("“a;b;kind”", "commas")),
        ("a,a,kind\n1,2,x\n", "csv_same_column", "flowers.csv:1", ("“a”",)),
        ("a,,kind\n1,2,x\n", "csv_blank_column", "flowers.csv:1", ("Column 2",)),
        ("a,b,kind\n1,2,x\n1,x\n", "csv_ragged", "flowers.csv:3", ("Line 3", "2 values", "3 columns")),
        ("a,b,kind\n1,2,x\n\n1,2,3,x\n", "csv_ragged", "flowers.csv:4", ("Line 4", "4 values", "3 columns")),
        (
            "a,b,kind\n1,2,x\n1,tall,y\n",
            "csv_not_number",
            "flowers.csv:3",
            ("Line 3", "“tall”", "“b”", "“kind”"),
        ),
        ("a,b,label,c\n1,2,x,3\n1,2,y,1_000\n", "csv_not_number", "flowers.csv:3", ("“1_000”", "“c”")),
        ("a,b,kind\n1,2,x\n1,,y\n", "csv_blank_cell", "flowers.csv:3", ("Line 3", "“b”")),
        ("a,b,kind\n1,2,x\n1,2, \n", "csv_blank_cell", "flowers.csv:3", ("Line 3", "“kind”")),
        ("a,b,kind\nNaN,2,x\n", "csv_not_finite", "flowers.csv:2", ("Line 2", "“NaN”", "“a”")),
        ("a,b,kind\n1,-inf,x\n", "csv_not_finite", "flowers.csv:2", ("“-inf”", "“b”")),
        ("a,b,kind\n1,1e400,x\n", "csv_not_finite", "flowers.csv:2", ("“1e400”", "1e+100")),
        ("a,b,kind\n1,2,x\n1,3,x\n", "csv_one_class", "flowers.csv", ("“x”", "“kind”", "two classes")),
        ('a,b,kind\n1,2,"x\n', "csv_malformed", "flowers.csv:2", ("Line 2", "not CSV")),
        ('a,b,kind\n"1"2,2,x\n', "csv_malformed", "flowers.csv:2", ("Line 2", "not CSV")),
    ],
)
def test_a_file_that_cannot_be_learned_from_says_what_is_wrong_and_where(
    text: str, code: str, where: str, parts: tuple[str, ...]
) -> None:
    error = refused(text)
    assert error.code == f"error.{code}"
    assert error.where == where
    assert all(part in str(error) for part in parts), str(error)


def test_text_with_more_than_twelve_values_is_refused_at_the_first_too_many() -> None:
    rows = [f"1,2,town {number}\n" for number in range(50)]
    assert len(read("a,b,town\n" + "".join(rows[:12])).classes) == 12
    error = refused("a,b,town\n" + "".join(rows))
    assert error.code == "error.csv_many_classes"
    assert error.where == "flowers.csv:14"
    assert "“town”" in str(error)
    assert "must hold class labels" in str(error)


@pytest.mark.parametrize("targets", [[0.5, 1, 2], list(range(13)), [-1e90, 0.25, 3.5]])
def test_numbers_that_are_no_class_labels_make_a_regression(targets: list[float]) -> None:
    table = read("a,b,price\n" + "".join(f"{row},2,{value}\n" for row, value in enumerate(targets)))
    assert (table.task, table.classes, table.planar) == ("regression", (), False)
    assert list(table.values) == targets
    assert list(table.labels) == [0] * len(targets)


def test_a_task_that_is_said_decides(tmp_path: Path) -> None:
    path = written(tmp_path, "a,b,price\n1,2,3\n1,2,4\n")
    assert read_csv(path).task == "binary"
    assert read_csv(path, "regression").values == array("d", [3, 4])
    path = written(tmp_path, "a,b,price\n1,2,3.5\n1,2,4\n1,2,cheap\n")
    with pytest.raises(DataError) as caught:
        read_csv(path, "regression")
    assert (caught.value.code, caught.value.where) == ("error.csv_not_number", "flowers.csv:4")


def test_more_than_a_hundred_features_are_refused_and_a_hundred_are_not() -> None:
    def wide(features: int) -> str:
        header = ",".join(f"f{number}" for number in range(features))
        return f"{header},kind\n" + "".join("1," * features + f"{label}\n" for label in "ab")

    assert len(read(wide(MOST_FEATURES)).features) == MOST_FEATURES
    assert "has 101 columns of numbers; 100 are allowed" in str(refused(wide(MOST_FEATURES + 1)))


def test_a_file_of_two_hundred_thousand_rows_is_refused_without_reading_past_the_limit() -> None:
    taken = 0

    def lines() -> object:
        nonlocal taken
        yield "a,kind\n"
        for row in range(200_000):
            taken += 1
            yield f"1,{row % 2}\n"

    with pytest.raises(DataError, match="more than 100000 examples") as caught:
        read_lines(lines(), "big.csv", "big")  # type: ignore[arg-type]
    assert caught.value.where == f"big.csv:{MOST_ROWS + 2}"
    assert taken == MOST_ROWS + 1


def test_a_missing_file_a_folder_and_a_picture_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"There is no file .*none\.csv") as caught:
        read_csv(tmp_path / "none.csv")
    assert caught.value.where == "none.csv"
    with pytest.raises(DataError, match="is a folder"):
        read_csv(tmp_path)
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    with pytest.raises(DataError, match="not text in UTF-8"):
        read_csv(picture)
    with pytest.raises(DataError, match="cannot be read: "):
        read_csv(tmp_path / ("long" * 100 + ".csv"))


def test_a_line_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Line 2 of flowers\.csv is longer than 100000 characters") as caught:
        read_csv(written(tmp_path, "a,kind\n" + "1" * 300_000 + ",x\n"))
    assert caught.value.where == "flowers.csv:2"


@given(st.text(max_size=80) | st.lists(st.lists(st.sampled_from(["1", "a", "", '"', "nan", "x"]))).map(str))
def test_any_text_at_all_gives_a_table_or_a_data_error(text: str) -> None:
    try:
        table = read(text)
    except DataError as error:
        trouble = error.where
    else:
        trouble = ""
        assert table.rows > 1
        assert len(table.inputs) == table.rows * len(table.features)
    assert trouble == "" or trouble.startswith("flowers.csv")


def test_what_the_csv_module_writes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "flowers.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["a", "kind of\nleaf"], [1, "broad, flat"], [2, 'a "needle"']])
    assert read_csv(path).classes == ('a "needle"', "broad, flat")
