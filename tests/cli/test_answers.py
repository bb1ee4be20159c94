"""What a command says besides doing it: that nothing was to be done, and what it went by."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import error_of, onefold, write_shop

pytestmark = pytest.mark.xdist_group("cli")


def test_accepting_what_meets_its_criteria_is_said(shop: Path) -> None:
    accepting = ("quality", "accept", "crm", "--reason", "small", "--by", "Ann", "-w", shop)
    assert "crm meets its criteria already, so no run stops for it" in onefold(*accepting).out
    found = onefold(*accepting, "--json").json
    assert isinstance(found, dict)
    assert found["met_already"] is True
    (shop / "quality.yaml").write_text(
        "kind: quality\nname: quality\nacceptance: [{table: crm, minimum_grade: 100}]\n"
    )
    onefold("run", "-w", shop, codes=(0, 7))
    below = onefold(*accepting).out
    assert "Accepted crm" in below
    assert "already" not in below


def test_a_source_is_looked_at_as_its_file_describes_it_now(shop: Path) -> None:
    path = shop / "sources" / "till.yaml"
    path.write_text(path.read_text() + "cleaning:\n  - {kind: casing, columns: [name], to: upper}\n")
    told = onefold("sources", "preview", "till", "--cleaning", "-w", shop).out
    assert "ANNA MUELLER" in told
    # What another file holds does not matter; this one's does.
    (shop / "identity.yaml").write_text("kind: identity\nname: people\nmapp: []\n")
    assert "points" in onefold("sources", "check", "till", "-w", shop).out
    path.write_text(path.read_text() + "no_such_key: 1\n")
    error = error_of(onefold("sources", "check", "till", "-w", shop, "--json", codes=(2,)))
    assert error["code"] == "definitions.invalid"
    assert "sources/till.yaml" in str(error["problems"])


def test_a_source_without_a_file_is_looked_at_as_it_is_applied(shop: Path) -> None:
    (shop / "sources" / "till.yaml").unlink()
    assert "points" in onefold("sources", "check", "till", "-w", shop).out
    error = error_of(onefold("sources", "check", "tlil", "-w", shop, "--json", codes=(3,)))
    assert "'till'" in str(error["hint"])


def test_a_plan_warns_of_columns_that_the_last_run_did_not_publish(shop: Path) -> None:
    rules = (shop / "identity.yaml").read_text()
    (shop / "identity.yaml").write_text(
        rules.replace("- crm", "- {table: crm, attributes: {email: [emial]}}")
    )
    (shop / "profile.yaml").write_text(
        "kind: profile\nname: p\nattributes:\n  points: {from: [till.pionts]}\n"
    )
    done = onefold("plan", "-w", shop)
    assert "warning crm.emial, used by identity attribute 'email'," in done.err
    assert "Did you mean 'email'?" in done.err
    assert "till.pionts, used by profile attribute 'points'," in done.err
    # What a changed source will publish is not known before it is read.
    path = shop / "sources" / "till.yaml"
    path.write_text(path.read_text() + "  - {name: pionts, source_name: points}\n")
    found = onefold("plan", "-w", shop, "--json").json
    assert isinstance(found, dict)
    assert [str(one).split(",")[0] for one in found["warnings"]] == ["crm.emial"]


def test_a_plan_before_the_first_run_warns_of_nothing(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    (folder / "profile.yaml").write_text(
        "kind: profile\nname: p\nattributes:\n  points: {from: [till.pionts]}\n"
    )
    assert onefold("plan", "-w", folder).err == ""


def test_a_source_that_stopped_is_told_with_its_age_until_it_goes_on(shop: Path) -> None:
    crm = shop / "data" / "crm.csv"
    good = crm.read_text()
    crm.write_text(good.replace("email", "mail", 1))
    began = onefold("history", "-w", shop, "--last", "1", "--json").json
    onefold("run", "-w", shop, codes=(7,))
    first = onefold("history", "-w", shop, "--last", "1", "--json").json
    assert isinstance(first, list)
    assert began != first
    since = str(first[0]["started_at"])[:16].replace("T", " ")
    done = onefold("run", "-w", shop, codes=(7,))
    (line,) = [one for one in done.out.splitlines() if one.startswith("stopped ")]
    assert line.startswith(f"stopped sources.crm since {since} UTC (2 runs): Column 'email' is gone; used by")
    assert "Bring the column back" in line
    assert line in onefold("status", "-w", shop).out
    # A run that leaves the source out does not make it whole.
    assert "stopped sources.crm" in onefold("run", "--only", "sources.till", "-w", shop).out
    crm.write_text(good)
    assert "stopped" not in onefold("run", "-w", shop).out
    assert "stopped" not in onefold("status", "-w", shop).out


def test_a_plan_warns_of_attributes_that_no_table_has(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    (folder / "identity.yaml").write_text(
        "kind: identity\nname: people\nmap: [crm, till]\nguards: {trusted: [tax_number]}\n"
        "profile_ids: {fields: [tlil.card]}\nrules: [{name: mail, when: [emali]}, {name: good, when: [email]}]\n"
    )
    (folder / "profile.yaml").write_text("kind: profile\nname: p\nexclude: [emial]\n")
    told = onefold("plan", "-w", folder).err
    assert "Rule 'mail' names the attribute 'emali', which no table has. Did you mean 'email'?" in told
    assert "`guards.trusted` names the attribute 'tax_number'" in told
    assert "`profile_ids` names 'tlil.card', whose table is not in `map`. Did you mean 'till'?" in told
    assert "The profile's `exclude` names 'emial'" in told
    assert told.count("warning ") == 4


def test_a_plan_warns_of_columns_that_a_source_names_for_itself(shop: Path) -> None:
    path = shop / "sources" / "crm.yaml"
    written = path.read_text()
    path.write_text(
        written + "updated_at: modified\nexclude: [phnoe]\nrow_filter: {field: frist_name, is_known: true}\n"
        "cleaning:\n  - {kind: trim, columns: [last_nmae]}\n  - {kind: trim, columns: [phone, surname]}\n"
        "deletes: {column: gone}\n"
    )
    with_rename = path.read_text().replace(
        "\nupdated_at", "\n  - {name: surname, source_name: last_name}\nupdated_at"
    )
    path.write_text(with_rename)
    found = onefold("plan", "-w", shop, "--json").json
    assert isinstance(found, dict)
    told = [str(one) for one in found["warnings"]]
    named = {one.split("'")[1]: one for one in told}
    assert set(named) == {"modified", "phnoe", "frist_name", "last_nmae", "gone"}
    assert "used by `exclude`" in named["phnoe"]
    assert named["last_nmae"].endswith("Did you mean 'last_name'?")
    # Of a column that is left out it is not known whether it is there; of another file's columns nothing is.
    path.write_text(f"{written}exclude: [phone]\n")
    onefold("run", "-w", shop)
    path.write_text(f"{written}exclude: [phone]\nupdated_at: modified\n".replace("crm.csv", "other.csv"))
    assert onefold("plan", "-w", shop).err == ""
    path.write_text(f"{written}exclude: [phone]\n")
    assert onefold("plan", "-w", shop).err == ""
