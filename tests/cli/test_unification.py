"""What somebody who writes rules of unification sees on the command line when something is missing or wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from onefold.bootstrap import column_dependents
from onefold.workspace import Workspace
from tests.cli.command import IDENTITY, onefold, write_shop


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace that has not run yet."""
    return write_shop(tmp_path / "shop")


def write(shop: Path, name: str, text: str) -> None:
    (shop / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize("runs", [[], ["sources"]])
@pytest.mark.parametrize(
    "command",
    [
        ["explain", "pair", "crm:C1", "till:900-1"],
        ["explain", "profile", "prf_0"],
        ["evaluate", "identity", "--truth", "truth.csv"],
    ],
)
def test_before_anything_is_unified(shop: Path, command: list[str], runs: list[str]) -> None:
    for stage in runs:
        onefold("run", "--only", stage, "-w", shop)
    done = onefold(*command, "-w", shop, codes=(3,))
    assert "identity.nothing_unified" in done.err
    assert "Run `onefold run`." in done.err


def test_blocks_need_no_more_than_the_tables(shop: Path) -> None:
    assert "identity.table_missing" in onefold("identity", "blocks", "-w", shop, codes=(2,)).err
    onefold("run", "--only", "sources", "-w", shop)
    told = onefold("identity", "blocks", "-w", shop)
    assert told.out.splitlines()[0].split()[-5:] == ["new", "pairs", "new", "matches", "share"]
    keys = onefold("identity", "blocks", "--json", "-w", shop).json
    assert isinstance(keys, list)
    assert [(key["rule"], key["key"], key["marginal_recall"]) for key in keys] == [("email", "email", 1.0)]


@pytest.mark.parametrize(
    ("files", "line", "told"),
    [
        (
            {
                "profile.yaml": "kind: profile\nname: person\npolicy: {kind: importance, sources: [tll, crm]}\n"
            },
            "profile.yaml:3",
            "Did you mean 'till'?",
        ),
        (
            {"profile.yaml": "kind: profile\nname: person\nattributes:\n  email: most_recent\n"},
            "profile.yaml:4",
            "`updated_at`",
        ),
        (
            {"identity.yaml": f"{IDENTITY}deduplication:\n  crm:\n    winner: most_recent\n"},
            "identity.yaml:11",
            "Give the source 'crm' an `updated_at`",
        ),
        (
            {
                "identity.yaml": f"{IDENTITY}never:\n  pairs:\n    - left: {{table: crm, id: C1}}\n"
                "      right: {table: tills, id: 900-1}\n"
            },
            "identity.yaml",
            "table 'tills' is not in `map`. Did you mean 'till'?",
        ),
    ],
)
def test_what_cannot_decide_is_told_at_the_plan(
    shop: Path, files: Mapping[str, str], line: str, told: str
) -> None:
    for name, text in files.items():
        write(shop, name, text)
    done = onefold("plan", "-w", shop, codes=(2,))
    assert line in done.err
    assert told in done.err


def test_a_number_says_which_record_is_recent_and_a_person_what_is_apart(shop: Path) -> None:
    source = shop / "sources" / "till.yaml"
    source.write_text(source.read_text(encoding="utf-8") + "updated_at: points\n", encoding="utf-8")
    write(shop, "profile.yaml", "kind: profile\nname: person\npolicy: most_recent\n")
    pair = (
        "left: {table: crm, id: C1}\n      right: {table: till, id: 900-1}\n      reason: mother and daughter"
    )
    write(shop, "identity.yaml", f"{IDENTITY}never:\n  pairs:\n    - {pair}\n")
    onefold("run", "-w", shop)
    told = onefold("explain", "pair", "crm:C1", "till:900-1", "-w", shop)
    assert "Kept apart by a person: mother and daughter." in told.out
    history = onefold("sql", "select event from profile_events order by happened_at limit 1", "-w", shop)
    assert "created" in history.out


def test_the_column_that_says_how_recent_a_record_is_has_a_dependent(shop: Path) -> None:
    write(shop, "identity.yaml", IDENTITY.replace("- till", "- {table: till, recency: points}"))
    with Workspace(shop) as workspace:
        assert column_dependents(workspace.files())["till"]["points"] == ["identity `recency`"]
