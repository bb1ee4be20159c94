"""What each command prints for people and for programs, on a workspace that has run."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from onefold.entrypoints.cli.example_commands import RATES
from onefold.example import Dirt
from tests.cli.command import Done, error_of, onefold, stages_of

pytestmark = pytest.mark.xdist_group("cli")


@pytest.mark.slow
def test_the_demo_ends_with_a_summary_of_one_screen(demo_call: tuple[Path, Done]) -> None:
    done = demo_call[1]
    lines = done.out.splitlines()
    stages, summary = lines[: lines.index("")], lines[lines.index("") + 1 :]
    assert all(": " in line and " s" in line for line in stages)
    assert {"quality", "identity", "profiles"} <= {line.split(":")[0] for line in stages}
    assert 20 <= len(summary) <= 40
    assert max(map(len, summary)) <= 160
    text = "\n".join(summary)
    assert " people in " in text
    assert " duplicates joined." in text
    assert "Quality of 14 tables:" in text
    # Written as it can be called from here: by name, or by path where the shell would not find it.
    assert len(re.findall(r"^  (?:\S*/)?onefold ", text, re.MULTILINE)) == 3
    people = text.split("Three golden records")[1].split("Try next")[0].split("\n", 1)[1]
    golden = [line for line in people.splitlines() if line and not line.startswith(" ")]
    records = [line for line in people.splitlines() if line.startswith("  ")]
    assert len(golden) == 3
    assert len({line.split()[0] for line in records}) >= 3
    assert 9 <= len(records) <= 15


@pytest.mark.slow
def test_a_full_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = onefold("example", "retail", tmp_path, "--people", 10, codes=(4,))
    assert "not empty" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.slow
def test_each_kind_of_dirt_can_be_asked_for_by_its_rate(tmp_path: Path) -> None:
    assert RATES.split(", ") == list(Dirt.told())
    told = " ".join(onefold("example", "rates").out.split())
    assert "typos 0.015 share of names, streets" in told

    def lower_case_names(folder: str, *rates: str) -> int:
        given = [part for rate in rates for part in ("--rate", rate)]
        onefold("example", "retail", folder, "--people", 50, "--dirt", 0, *given, cwd=tmp_path)
        lines = (tmp_path / folder / "data" / "crm_contacts.csv").read_text(encoding="utf-8").splitlines()
        return sum(line.split(";")[1:4] != line.title().split(";")[1:4] for line in lines[1:])

    assert lower_case_names("clean") < lower_case_names("dirty", "casing=1", "families=0")
    for wrong, code, hint in (
        ("casng=1", "example.rate_unknown", "Did you mean 'casing'?"),
        ("casing", "example.rate_unreadable", "NAME=SHARE"),
        ("casing=x", "example.rate_unreadable", "NAME=SHARE"),
        ("casing=2", "example.rate_out_of_range", "one in twenty"),
    ):
        done = onefold("example", "retail", tmp_path / "x", "--rate", wrong, "--json", codes=(2,))
        assert error_of(done)["code"] == code
        assert hint in str(error_of(done)["hint"])
    assert not (tmp_path / "x").exists()


def test_an_example_is_told_as_json(tmp_path: Path) -> None:
    found = onefold("example", "retail", tmp_path / "shop", "--people", 20, "--dirt", 0, "--json").json
    assert isinstance(found, dict)
    assert found.keys() == {"directory", "rows", "seconds"}


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["status"], {"last_run", "pending_changes", "stopped", "tables"}),
        pytest.param(["plan"], {"changes", "elsewhere", "warnings"}, marks=pytest.mark.slow),
        pytest.param(["apply"], {"changes", "elsewhere"}, marks=pytest.mark.slow),
        pytest.param(["pull"], {"written"}, marks=pytest.mark.slow),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_document_for_programs_has_stable_keys(
    ran_shop: Path, arguments: list[str], keys: set[str]
) -> None:
    found = onefold(*arguments, "-w", ran_shop, "--json").json
    assert isinstance(found, dict)
    assert found.keys() == keys


@pytest.mark.parametrize(
    ("arguments", "keys"),
    [
        (["history"], {"run_id", "status", "started_at", "ended_at", "seconds", "stages", "readable"}),
        pytest.param(
            ["sources"],
            {"source", "connector", "system", "records", "quarantined", "last run"},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["sources", "--inventory"],
            {"system", "entity", "records", "key", "frequency", "owner", "method"},
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["sources", "check", "crm"], {"column", "type", "native_type", "nullable"}, marks=pytest.mark.slow
        ),
        pytest.param(["sources", "preview", "crm"], {"id", "email"}, marks=pytest.mark.slow),
        pytest.param(["identity", "blocks"], {"rule", "keyed", "pairs", "largest"}, marks=pytest.mark.slow),
        pytest.param(["sql", "select * from profiles"], {"profile_id", "email"}, marks=pytest.mark.slow),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_list_for_programs_has_stable_keys(ran_shop: Path, arguments: list[str], keys: set[str]) -> None:
    found = onefold(*arguments, "-w", ran_shop, "--json").json
    assert isinstance(found, list)
    assert found
    for one in found:
        assert keys <= one.keys()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["status"], "Last run run_"),
        (["history"], "completed"),
        (["plan"], "Nothing to apply"),
        (["apply"], "Nothing to apply."),
        (["pull"], "The files hold what the workspace has."),
        (["sources"], "crm"),
        (["sources", "--inventory"], "till"),
        (["sources", "check", "till"], "card"),
        (["sources", "preview", "till", "--rows", "1"], "Anna Mueller"),
        (["sources", "preview", "till", "--cleaning"], "No cleaning step"),
        (["quarantine"], "Quarantine is empty"),
        (["quality"], "crm"),
        (["quality", "-s", "crm"], "first_name"),
        (["identity", "blocks"], "email"),
        (["explain", "pair", "crm:C1", "till:900-1"], "One person"),
        (["explain", "pair", "crm:C2", "till:900-2"], "Not one person"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_people_read(ran_shop: Path, arguments: list[str], expected: str) -> None:
    done = onefold(*arguments, "-w", ran_shop)
    assert expected in done.out
    assert done.err == ""


def test_a_profile_is_found_and_explained(ran_shop: Path) -> None:
    query = "select profile_id from profile_records where source = 'till' and record_id = '900-1'"
    read = list(csv.reader(io.StringIO(onefold("sql", "--csv", query, "-w", ran_shop).out)))
    assert read[0] == ["profile_id"]
    told = onefold("explain", "profile", read[1][0], "-w", ran_shop).out
    for part in ("2 records", "Values", "Records", "Why they are one person", "crm:C1", "till:900-1"):
        assert part in told


@pytest.mark.slow
def test_profiles_are_compared_with_the_truth(demo: Path) -> None:
    found = onefold(
        "evaluate", "identity", "-w", demo, "--truth", demo / "truth" / "truth.csv", "--json"
    ).json
    assert isinstance(found, dict)
    assert float(found["f1"]) > 0.8
    assert float(found["b3_f1"]) > 0.8


@pytest.mark.slow
def test_the_report_is_one_page_and_a_table_can_be_accepted(shop: Path) -> None:
    page = shop / "quality.html"
    assert "wrote" in onefold("quality", "-w", shop, "--html", page).out
    assert page.read_text().startswith("<!doctype html>")
    found = onefold("quality", "accept", "crm", "--reason", "small", "--by", "Ann", "-w", shop, "--json").json
    assert isinstance(found, dict)
    assert (found["table"], found["accepted_by"], found["reason"]) == ("crm", "Ann", "small")


@pytest.mark.slow
def test_a_workspace_is_made_from_files_and_grows(tmp_path: Path, ran_shop: Path) -> None:
    files = ran_shop / "data"
    made = onefold("init", tmp_path / "new", "--add", files / "crm.csv", "--run")
    assert "wrote" in made.out
    assert "3 people in 3 records" in made.out
    grown = onefold("sources", "add", files / "till.csv", "-w", tmp_path / "new")
    assert "sources/till.yaml" in grown.out
    again = error_of(onefold("run", "-w", ran_shop / "data", "--json", codes=(3,)))
    assert again["code"] == "workspace.missing"


def test_a_draft_says_what_it_told_from_the_file(tmp_path: Path) -> None:
    text = "Export of 2026-11-01\n\nid;größe;email\n1;groß;ann@mail.example\n"
    (tmp_path / "kunden.csv").write_bytes(text.encode("cp1252"))
    (tmp_path / "till.csv").write_text("id,email\n1,ann@mail.example\n")
    made = onefold("init", "shop", "--add", "kunden.csv", cwd=tmp_path)
    assert "wrote shop/sources/kunden.yaml (encoding: cp1252, skip: 2, told from the file)\n" in made.out
    done = onefold("sources", "check", "kunden", "-w", tmp_path / "shop")
    assert re.findall(r"\S+", done.out) == [
        "column",
        "type",
        "id",
        "integer",
        "größe",
        "text",
        "email",
        "text",
    ]
    added = (
        "sources",
        "add",
        tmp_path / "till.csv",
        "-w",
        tmp_path / "shop",
        "--name",
        "members",
        "--region",
        "de",
    )
    assert "sources/members.yaml\n" in onefold(*added).out
    written = (tmp_path / "shop" / "sources" / "members.yaml").read_text()
    assert "name: members\n" in written
    assert "default_region: DE\n" in written
    twice = onefold(*added, tmp_path / "kunden.csv", codes=(2,))
    assert "workspace.one_name" in twice.err


def test_a_workspace_that_cannot_be_made_leaves_nothing_in_the_way(tmp_path: Path) -> None:
    done = onefold("init", "new", "--add", "none.csv", cwd=tmp_path, codes=(3,))
    assert "There is no file none.csv." in done.err
    assert not (tmp_path / "new").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    onefold("init", "mine", "--add", "none.csv", cwd=tmp_path, codes=(3,))
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    assert "is a workspace already" not in onefold("init", "new", cwd=tmp_path).told


@pytest.mark.slow
def test_the_folder_comes_from_the_environment_too(ran_shop: Path) -> None:
    assert "crm" in onefold("status", env={"ONEFOLD_WORKSPACE": str(ran_shop)}).out


@pytest.mark.slow
def test_a_run_for_programs_says_nothing_else(shop: Path) -> None:
    report = onefold("run", "--only", "sources", "-w", shop, "--json").json
    stages = stages_of(report)
    assert stages["sources.crm"]["outcome"] == "unchanged"
    assert stages["identity"]["outcome"] == "not_selected"
    assert stages["sources.crm"].keys() == {
        "stage",
        "group",
        "outcome",
        "rows_in",
        "rows_out",
        "seconds",
        "messages",
        "figures",
        "error_code",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "error", "hint"),
    [
        pytest.param(["sql", "selec 1"], 2, "warehouse.sql_invalid", "show tables", marks=pytest.mark.slow),
        pytest.param(
            ["sql", "select * from profilez"],
            3,
            "workspace.table_unknown",
            "Did you mean",
            marks=pytest.mark.slow,
        ),
        (["sql", "select cast(email as int) from profiles"], 2, "workspace.query_failed", "try_cast"),
        pytest.param(
            ["explain", "profile", "prf_0"], 3, "identity.profile_unknown", "Find one", marks=pytest.mark.slow
        ),
        pytest.param(["run", "--only", "qualty"], 2, "runs.stage_unknown", "quality", marks=pytest.mark.slow),
        pytest.param(["sql", "--run", "x", "select 1"], 3, "runs.unknown", "history", marks=pytest.mark.slow),
        pytest.param(["quality", "-s", "cmr"], 3, "quality.source_unknown", "crm", marks=pytest.mark.slow),
        pytest.param(
            ["explain", "pair", "crm:C9", "till:900-1"],
            3,
            "identity.record_unknown",
            "primary key",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["evaluate", "identity", "--truth", "none.csv"],
            3,
            "identity.truth_missing",
            "path",
            marks=pytest.mark.slow,
        ),
        pytest.param(["quarantine", "-s", "cmr"], 3, "definitions.not_found", "crm", marks=pytest.mark.slow),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_asked_wrongly(
    ran_shop: Path, arguments: list[str], code: int, error: str, hint: str
) -> None:
    found = error_of(onefold(*arguments, "-w", ran_shop, "--json", codes=(code,)))
    assert found["code"] == error
    assert hint in f"{found['message']} {found['hint']}"
    assert "anna" not in str(found).lower()


def test_an_error_for_people_goes_to_standard_error(tmp_path: Path) -> None:
    done = onefold("run", "-w", tmp_path, codes=(3,))
    assert done.out == ""
    assert "error workspace.missing" in done.err
    assert "`onefold init DIR` makes one" in done.err


@pytest.mark.slow
def test_no_identity_and_no_run_are_answered(tmp_path: Path) -> None:
    (tmp_path / "onefold.yaml").write_text("kind: workspace\nname: empty\n")
    assert "No run yet" in onefold("history", "-w", tmp_path).out
    assert "No source yet" in onefold("sources", "-w", tmp_path).out
    done = onefold("explain", "pair", "a:1", "b:2", "-w", tmp_path, codes=(2, 3))
    assert "error" in done.err
