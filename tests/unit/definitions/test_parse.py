"""Every mistake in a definition names file, line, key and the nearest valid one; never the value."""

from __future__ import annotations

from pathlib import Path

import pytest

from onefold.foundation.definitions import DefinitionErrors, Key, check_references
from onefold.foundation.definitions.documents import Content
from onefold.foundation.definitions.places import said_of
from onefold.foundation.kernel import NotFound
from tests.unit.definitions.examples import Feed, parse

GOOD = """\
kind: feed
name: crm
connector:
  kind: csv
  path: crm.csv
"""


def problem(directory: Path, text: str) -> str:
    (directory / "crm.yaml").write_text(text)
    with pytest.raises(DefinitionErrors) as caught:
        parse(directory)
    assert len(caught.value.problems) == 1, str(caught.value)
    return str(caught.value.problems[0])


def test_a_good_one(tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(
        GOOD
        + "filter: {all: [{field: a, equals: 1}, {not: {field: b, is_known: true}}]}\nsince: 2024-05-01\nevery: P1D\n"
    )
    feed = parse(tmp_path).get(Feed, "crm")
    assert feed.connector.kind == "csv"
    assert feed.since is not None
    assert feed.every is not None
    with pytest.raises(NotFound, match="Did you mean 'crm'"):
        parse(tmp_path).get(Feed, "crn")


@pytest.mark.parametrize(
    ("added", "expected"),
    [
        ("filtre: {}", "crm.yaml:6: filtre: is not a key here. Did you mean 'filter'?"),
        (
            "items:\n  - column: a\n    wieght: 2",
            "crm.yaml:8: items[0].wieght: is not a key here. Did you mean 'weight'?",
        ),
        (
            "labels:\n  x:\n    colum: 1\n    column: a",
            "crm.yaml:8: labels.x.colum: is not a key here. Did you mean 'column'?",
        ),
        ("items:\n  - weight: 2", "crm.yaml:7: items[0].column: is missing. Add `column:`."),
        (
            "items:\n  - column: 12",
            "crm.yaml:7: items[0].column: expected text, got a number. Put it in quotes.",
        ),
        ("items: a", "crm.yaml:6: items: expected a list, got text."),
        ("items:\n  - a", "crm.yaml:7: items[0]: expected a mapping of keys, got text."),
        ("limit: many", "crm.yaml:6: limit: expected a whole number, got text."),
        ("limit: 1.5", "crm.yaml:6: limit: expected a whole number, got a number."),
        ("limit: 0", "crm.yaml:6: limit: should be greater than or equal to 1."),
        ("since: soon", "crm.yaml:6: since: expected a date such as 2024-05-01, got text."),
        (
            "every: soon",
            "crm.yaml:6: every: expected a duration such as P1D (a day) or PT6H (six hours), got text.",
        ),
        ("amount: [1]", "crm.yaml:6: amount: expected a whole number or text, got a list."),
        (
            "mode: ful",
            "crm.yaml:6: mode: expected one of 'full', 'incremental', got text. Did you mean 'full'?",
        ),
        ("description:", "crm.yaml:6: description: expected text, got nothing."),
        ("flag: true", "crm.yaml:1: The flag is down. Leave it."),
        (
            "filter:\n  all:\n    - {field: a, equls: 1}",
            "crm.yaml:8: filter.all[0].equls: is not a key here. Did you mean 'equals'?",
        ),
        (
            "filter:\n  all:\n    - {feld: a, equals: 1}",
            "crm.yaml:8: filter.all[0]: a condition needs one of the keys all, any, field, not.",
        ),
        (
            "filter:\n  all:\n    - field: a\n      equals: 1\n      at_least: 2",
            "crm.yaml:8: filter.all[0]: a comparison needs exactly one operator, got at_least and equals; put "
            "several into `all`.",
        ),
    ],
)
def test_mistakes(tmp_path: Path, added: str, expected: str) -> None:
    assert problem(tmp_path, GOOD + added) == expected


def test_connectors(tmp_path: Path) -> None:
    head = "kind: feed\nname: crm\nconnector:\n"
    assert problem(tmp_path, head + "  kind: cvs\n  path: a") == (
        "crm.yaml:3: connector: `kind` is none of csv, sql. Did you mean 'csv'?"
    )
    assert problem(tmp_path, head + "  path: a") == "crm.yaml:3: connector: `kind` is missing. Add `kind:`."
    assert problem(tmp_path, head + "  kind: csv\n  path: a\n  delimeter: x") == (
        "crm.yaml:6: connector.delimeter: is not a key here. Did you mean 'delimiter'?"
    )
    found = problem(tmp_path, head + "  kind: sql\n  url: x\n  password: hunter2")
    assert found.startswith("crm.yaml:6: connector.password: a secret must be a reference")
    assert "hunter2" not in found


def test_kind_and_name(tmp_path: Path) -> None:
    assert "Did you mean 'feed'?" in problem(tmp_path, GOOD.replace("feed", "feeed"))
    assert problem(tmp_path, "name: x\n").startswith("crm.yaml:1: kind: is missing. Begin with `kind:`")
    assert problem(tmp_path, GOOD.replace("crm\n", "CRM customers\n", 1)) == (
        "crm.yaml:2: name: is not a valid name. Small letters, digits and underscores, a letter first; at most 63."
    )
    assert "expected text, got a list" in problem(tmp_path, GOOD.replace("kind: feed", "kind: [feed]"))
    (tmp_path / "zweite.yaml").write_text("\n" + GOOD)
    assert problem(tmp_path, GOOD) == (
        "zweite.yaml:3: name: feed 'crm' stands twice; first in crm.yaml:1. Rename or remove one of them."
    )


def test_all_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(GOOD + "limit: x\nfoo: 1\n---\nkind: feed\n")
    (tmp_path / "b.yaml").write_text(GOOD.replace("crm\n", "shop\n", 1) + "mode: x\n")
    with pytest.raises(DefinitionErrors) as caught:
        parse(tmp_path)
    places = [(problem.file, problem.line, problem.path) for problem in caught.value.problems]
    assert places == [
        ("a.yaml", 6, "limit"),
        ("a.yaml", 7, "foo"),
        ("a.yaml", 9, "name"),
        ("a.yaml", 9, "connector"),
        ("b.yaml", 6, "mode"),
    ]
    assert caught.value.as_dict()["context"] == {"problems": 5}
    assert str(caught.value).startswith("5 problems in the definitions:\n  a.yaml:6: limit:")


def feeds(directory: Path, **after: list[str]) -> None:
    for name, names in after.items():
        (directory / f"{name}.yaml").write_text(GOOD.replace("crm\n", f"{name}\n", 1) + f"after: {names}\n")


def needed(definition: object) -> list[tuple[str, str]]:
    return [("feed", name) for name in definition.after] if isinstance(definition, Feed) else []


def test_references_give_the_order(tmp_path: Path) -> None:
    feeds(tmp_path, a=["c"], b=["a"], c=[])
    order = check_references(parse(tmp_path), needed)
    assert order == [Key("feed", "c"), Key("feed", "a"), Key("feed", "b")]


def test_references_that_lead_nowhere_or_in_a_circle(tmp_path: Path) -> None:
    feeds(tmp_path, aa=["bb"], bb=["cc", "missing"], cc=["aa"], dd=["dd"], ee=["aaa"])
    with pytest.raises(DefinitionErrors) as caught:
        check_references(parse(tmp_path), needed)
    found = [problem.message for problem in caught.value.problems]
    assert "The feed definitions refer to one another in a circle: aa → bb → cc → aa." in found
    assert "The feed definitions refer to one another in a circle: dd → dd." in found
    assert "feed 'bb' refers to feed 'missing', which does not exist." in found
    assert "Did you mean 'aa'?" in str(caught.value)
    assert len(found) == 4
    # With the line and the place of the reference, not of the document.
    assert {(problem.line, problem.path) for problem in caught.value.problems} == {
        (6, "after[0]"),
        (6, "after[1]"),
    }


@pytest.mark.parametrize(
    ("content", "message", "path"),
    [
        ({"name": "a", "b": ["x", "a.c"]}, "'a' is not known", ("b", 1)),
        ({"b": {"a": 1}}, "'a' is not known", ("b", "a")),
        ({"b": ["y"]}, "'x' is not known. Did you mean 'y'?", ()),
        ({"b": [{"id": "x"}, {"id": "y"}, {"id": "x"}]}, "two have the same id", ("b", 2, "id")),
        ({"b": [{"id": "x"}, {"at": "x"}]}, "two have the same id", ()),
        ({"map": ["x", {"table": "x"}]}, "a table stands twice in `map`", ("map", 1, "table")),
        ({"map": [{"table": "x"}], "by": {"table": "x"}}, "a table stands twice in `map`", ()),
    ],
)
def test_what_is_said_of_the_whole_is_found_in_it(
    content: Content, message: str, path: tuple[str | int, ...]
) -> None:
    assert said_of(content, message) == path


def test_a_long_chain_is_no_problem(tmp_path: Path) -> None:
    count = 3000
    text = "---\n".join(
        GOOD.replace("crm\n", f"f{n}\n", 1) + (f"after: [f{n + 1}]\n" if n + 1 < count else "")
        for n in range(count)
    )
    (tmp_path / "all.yaml").write_text(text)
    order = check_references(parse(tmp_path), needed)
    assert order[0] == Key("feed", f"f{count - 1}")
    assert len(order) == count
