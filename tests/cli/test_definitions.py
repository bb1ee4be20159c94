"""plan, apply, pull: definitions in files and elsewhere, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from onefold.bootstrap import KINDS
from onefold.foundation.definitions import apply, parse_documents, read_files
from onefold.workspace import Workspace
from tests.cli.command import IDENTITY, error_of, onefold, stages_of, write_shop

pytestmark = pytest.mark.xdist_group("cli")


def edit_elsewhere(shop: Path, old: str, new: str) -> None:
    """Change the match rules as a screen would: in the Store, not in this folder's files."""
    other = shop.parent / "elsewhere"
    (other / "sources").mkdir(parents=True)
    for path in shop.rglob("*.yaml"):
        text = path.read_text()
        (other / path.relative_to(shop)).write_text(text.replace(old, new))
    with Workspace(shop) as workspace:
        files = parse_documents(read_files(other), KINDS)
        apply(workspace.store, files, by="Ann", at=dt.datetime.now(dt.UTC))
        # The other place agrees with the Store now; this folder still stands where it stood.
        restore = parse_documents(read_files(shop), KINDS)
        from onefold.foundation.definitions.documents import content_hash
        from onefold.foundation.definitions.storage import set_base

        with workspace.store.write() as connection:
            for key in restore.keys:
                set_base(connection, key, content_hash(restore.document(key).content))


def test_a_changed_rule_is_planned_and_a_run_applies_it(shop: Path) -> None:
    rules = (shop / "identity.yaml").read_text().replace("name: email", "name: same_mail")
    (shop / "identity.yaml").write_text(rules)
    planned = onefold("plan", "-w", shop).out
    assert "~ identity 'people'" in planned
    assert "-  - name: email" in planned
    assert "+  - name: same_mail" in planned
    found = onefold("plan", "-w", shop, "--json").json
    assert isinstance(found, dict)
    assert found["changes"][0].keys() == {"kind", "name", "action", "file", "is_conflict", "diff"}
    report = onefold("run", "-w", shop, "--json").json
    assert stages_of(report)["identity"]["outcome"] == "completed"
    assert "Nothing to apply" in onefold("plan", "-w", shop).out


@pytest.mark.slow
def test_what_was_changed_elsewhere_is_not_undone_and_is_pulled(shop: Path) -> None:
    edit_elsewhere(shop, "- name: email", "- name: theirs")
    error = error_of(onefold("run", "-w", shop, "--json", codes=(4,)))
    assert error["code"] == "definitions.changed_elsewhere"
    assert "onefold pull" in str(error["hint"])
    assert "identity.yaml" in onefold("pull", "-w", shop).out
    assert "name: theirs" in (shop / "identity.yaml").read_text()
    assert "Nothing to apply" in onefold("plan", "-w", shop).out


@pytest.mark.slow
def test_what_was_changed_on_both_sides_takes_force(shop: Path) -> None:
    edit_elsewhere(shop, "- name: email", "- name: theirs")
    rules = shop / "identity.yaml"
    rules.write_text(rules.read_text().replace("name: email", "name: mine"))
    assert "also changed elsewhere" in onefold("plan", "-w", shop).out
    assert "definitions.changed_elsewhere" in onefold("apply", "-w", shop, codes=(4,)).err
    assert "definitions.changed_elsewhere" in onefold("pull", "-w", shop, codes=(4,)).err
    assert "Applied 1 change." in onefold("apply", "--force", "-w", shop).out


WRONG: dict[str, tuple[dict[str, str], list[str]]] = {
    "unknown key": (
        {"identity.yaml": IDENTITY.replace("rules:", "ruels:")},
        ["identity.yaml:6", "ruels", "Did you mean 'rules'?"],
    ),
    "wrong type": (
        {"identity.yaml": IDENTITY.split("rules:")[0] + "rules: 7\n"},
        ["identity.yaml:6", "rules", "expected a list, got a number"],
    ),
    "not YAML": ({"identity.yaml": "kind: identity\n  name: [people\n"}, ["identity.yaml:2", "YAML"]),
    "not text": ({"identity.yaml": "\udcff\udcfe"}, ["identity.yaml", "UTF-8"]),
    "no kind": ({"identity.yaml": "name: people\n"}, ["identity.yaml:1", "kind", "Begin with `kind:`"]),
    "unknown kind": (
        {"identity.yaml": IDENTITY.replace("kind: identity", "kind: identiy")},
        ["identity.yaml:1", "Did you mean 'identity'?"],
    ),
    "unknown table": (
        {"identity.yaml": IDENTITY.replace("- till", "- tilll")},
        ["identity.yaml:5: map[1]: ", "tilll", "Did you mean 'till'?"],
    ),
    "unknown table of a profile": (
        {"profile.yaml": "kind: profile\nname: p\nattributes:\n  points: {from: [tilll.points]}\n"},
        ["profile.yaml:4: attributes.points.from[0]: ", "tilll", "Did you mean 'till'?"],
    ),
    "one rule twice": (
        {"identity.yaml": f"{IDENTITY}  - name: email\n    when: [phone]\n"},
        ["identity.yaml:9: rules[1].name: ", "same name"],
    ),
    "a table that is not mapped": (
        {"identity.yaml": f"{IDENTITY}    tables: [crm, tilll]\n"},
        ["identity.yaml:9: rules[0].tables[1]: ", "'tilll' is not in `map`. Did you mean 'till'?\n"],
    ),
    "a table mapped twice": (
        {"identity.yaml": IDENTITY.replace("- till", "- {table: crm}")},
        ["identity.yaml:5: map[1].table: ", "stands twice"],
    ),
    "two of one": (
        {"other.yaml": IDENTITY.replace("name: people", "name: other")},
        ["one identity definition", "people", "other", "delete all but one"],
    ),
    "one name twice": (
        {"sources/again.yaml": "kind: source\nname: crm\nconnector: {kind: csv, path: data/crm.csv}\n"},
        ["sources/crm.yaml:2", "'crm' stands twice", "sources/again.yaml:1"],
    ),
    "secret": (
        {
            "sources/db.yaml": "kind: source\nname: db\n"
            'connector: {kind: sql, url: "postgresql://ann:hunter2@db.example/shop", table: t}\n'
        },
        ["sources/db.yaml:3", "connector.url", "${CRM_PASSWORD}"],
    ),
    "unknown connector": (
        {"sources/db.yaml": "kind: source\nname: db\nconnector: {kind: cvs, path: a.csv}\n"},
        ["sources/db.yaml:3", "csv"],
    ),
    "unknown comparison": (
        {"identity.yaml": IDENTITY.replace("[email]", "[{attribute: email, compare: jaro}]")},
        ["identity.yaml:8", "jaro_winkler"],
    ),
}


@pytest.mark.parametrize(
    "case",
    [pytest.param(name, marks=() if number < 4 else pytest.mark.slow) for number, name in enumerate(WRONG)],
)
def test_a_wrong_definition_is_refused_with_file_line_and_the_nearest_right_one(
    tmp_path: Path, case: str
) -> None:
    folder = write_shop(tmp_path / "shop")
    files, expected = WRONG[case]
    for name, text in files.items():
        (folder / name).write_bytes(text.encode(errors="surrogateescape"))
    done = onefold("plan", "-w", folder, codes=(2,))
    for part in expected:
        assert part in done.err
    assert "hunter2" not in done.err


@pytest.mark.slow
def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    (folder / "identity.yaml").write_text(IDENTITY.replace("rules:", "ruels:"))
    (folder / "sources" / "crm.yaml").write_text("kind: source\nname: crm\nconnectr: {}\n")
    found = error_of(onefold("plan", "-w", folder, "--json", codes=(2,)))
    assert found["code"] == "definitions.invalid"
    problems = found["problems"]
    assert isinstance(problems, list)
    assert {"identity.yaml", "sources/crm.yaml"} == {problem["file"] for problem in problems}
    assert all({"code", "file", "line", "path", "message", "hint"} == problem.keys() for problem in problems)


RULES = {
    "unknown column": (
        IDENTITY.replace("- crm", "- {table: crm, attributes: {email: [emial]}}"),
        ["crm.emial", "Did you mean 'email'?"],
    ),
    "unknown attribute": (IDENTITY.replace("[email]", "[emali]"), ["emali", "Did you mean 'email'?"]),
    "everything with everything": (
        IDENTITY.replace("[email]", "[{attribute: birth_date, compare: {kind: date, days: 3}}]").replace(
            "- till", "- {table: till, attributes: {birth_date: [points]}}"
        ),
        ["would compare every record with every other", "must be exact", "`block`"],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", RULES)
def test_a_rule_that_cannot_be_run_fails_its_stage_alone_and_the_last_good_people_stand(
    shop: Path, case: str
) -> None:
    text, expected = RULES[case]
    (shop / "identity.yaml").write_text(text)
    stages = stages_of(onefold("run", "-w", shop, "--json", codes=(7,)).json)
    assert stages["identity"]["outcome"] == "failed"
    assert stages["profiles"]["outcome"] == "skipped"
    assert stages["sources.crm"]["outcome"] == "unchanged"
    told = str(stages["identity"]["messages"])
    for part in expected:
        assert part in told
    assert onefold("sql", "--csv", "select count(*) as n from profiles", "-w", shop).out == "n\n4\n"
