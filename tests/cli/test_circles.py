"""Definitions that lead back to where they came from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import onefold, write_shop

pytestmark = pytest.mark.xdist_group("cli")


def test_attributes_combined_of_one_another_are_refused_before_a_run(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    (folder / "profile.yaml").write_text(
        "kind: profile\nname: person\nattributes:\n"
        "  whole: {combine: [first_name, other]}\n  other: {combine: [whole]}\n"
    )
    done = onefold("plan", "-w", folder, codes=(2,))
    assert "profile.yaml:" in done.err
    assert "in a circle: whole → other → whole" in done.err


def test_tables_may_refer_to_each_other(tmp_path: Path) -> None:
    folder = write_shop(tmp_path / "shop")
    for name, other in (("crm", "till"), ("till", "crm")):
        path = folder / "sources" / f"{name}.yaml"
        path.write_text(
            path.read_text().replace("Contact.Email}", f"Contact.Email, references: {other}.email}}")
        )
    onefold("run", "-w", folder)
    found = onefold("sql", "--csv", "select count(*) as n from profiles", "-w", folder)
    assert found.out == "n\n4\n"
