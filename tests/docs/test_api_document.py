"""docs/api.md tells the truth: its programs run, its results are those, its tables name what there is."""

import re
from pathlib import Path

import pytest

import chainrule as cr
from chainrule.network.initialisers import INITIALISERS
from chainrule.network.plan import NORMALISATIONS
from chainrule.rules import CLIPPINGS, LOSSES, OPTIMISERS, REGULARISERS, RULES, SCHEDULES

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
BLOCKS = [match[1] for match in re.finditer(r"```python\n(.*?)```", TEXT, re.DOTALL)]
RESULT = re.compile(r"(?P<code>.*?)  # → (?P<wanted>.*)")


def test_there_are_programs_with_results():
    assert len(BLOCKS) > 8
    assert TEXT.count("# → ") > 15


@pytest.mark.parametrize("block", BLOCKS, ids=[block.splitlines()[-1][:30] for block in BLOCKS])
def test_a_program_comes_to_the_results_that_stand_beside_it(block, tmp_path, monkeypatch):
    """Whole statements run in order; of a line with an arrow, the value is compared with what stands behind it."""
    monkeypatch.chdir(tmp_path)
    names = {"cr": cr}
    waiting: list[str] = []
    for line in block.splitlines():
        found = RESULT.fullmatch(line)
        if found is None:
            waiting.append(line)
            continue
        exec("\n".join(waiting), names)
        waiting = []
        assert repr(eval(found["code"], names)) == found["wanted"], line
    exec("\n".join(waiting), names)


def listed(title):
    """The names in the first column of the table below a heading, and the text of each second column."""
    part = TEXT.split(f"\n### {title}\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", part, re.MULTILINE)
    return dict(rows)


@pytest.mark.parametrize(
    ("title", "table"),
    [
        ("Optimisers", OPTIMISERS),
        ("Schedules", SCHEDULES),
        ("Regularisers", REGULARISERS),
        ("Clipping", CLIPPINGS),
    ],
)
def test_the_tables_of_menus_are_those_of_the_rules(title, table):
    wanted = {
        name: ", ".join(f"{key} {spec.default:g}" for key, spec in each.hyper.items()) or "–"
        for name, each in table.items()
    }
    assert listed(title) == wanted


def words(title):
    """The names in backquotes of the line that begins with a title in bold."""
    line = next(line for line in TEXT.replace("\n  ", " ").splitlines() if line.startswith(f"* **{title}**"))
    return re.findall(r"`(\w+)`", line.split(";")[0])


def test_the_names_of_losses_layers_and_data_are_all_there():
    assert words("Losses") == list(LOSSES)
    assert words("Initialisers") == list(INITIALISERS)
    assert words("Normalisation") == list(NORMALISATIONS)
    assert words("Data") == list(cr.data.names())
    activations = [name for name, each in RULES.items() if each.kind == "activation"]
    assert words("Activations") == activations


def test_every_public_name_is_explained():
    assert [name for name in cr.__all__ if not re.search(rf"\bcr\.{name}\b", TEXT)] == []
