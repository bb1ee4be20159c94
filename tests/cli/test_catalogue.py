"""What every attribute means can be asked by `onefold sql`, after any run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import onefold

pytestmark = pytest.mark.xdist_group("cli")


def attributes(folder: Path) -> dict[str, dict[str, object]]:
    """Return the rows of the catalogue by `table.attribute`."""
    found = onefold("sql", "select * from attribute_catalogue", "-w", folder, "--json").json
    assert isinstance(found, list)
    return {f"{row['table_name']}.{row['attribute']}": row for row in found}


def test_the_attributes_of_sources_and_profiles_are_published(ran_shop: Path) -> None:
    found = attributes(ran_shop)
    assert {"crm.birth_date", "till.points", "profiles.profile_id", "profiles.email"} <= found.keys()
    assert found["crm.email"]["semantic_type"] == "Contact.Email"
    assert found["profiles.email"]["semantic_type"] == "Contact.Email"
    assert found["profiles.email"]["origins"] == ["crm.email", "till.email"]
    assert found["crm.birth_date"]["type"] == "date"


def test_cardinality_meaning_and_choices_of_a_definition_reach_the_catalogue(shop: Path) -> None:
    path = shop / "sources" / "till.yaml"
    path.write_text(
        path.read_text()
        + "  - {name: points, semantic_type: Prediction.Score, label: Score}\n"
        + "  - {name: card, cardinality: many, choices: {900-1: {en: Gold, de: Gold}}}\n"
    )
    onefold("run", "--only", "sources", "--only", "catalogue", "-w", shop)
    found = attributes(shop)
    assert (found["till.points"]["semantic_type"], found["till.points"]["label"]) == (
        "Prediction.Score",
        "Score",
    )
    assert found["till.card"]["cardinality"] == "many"
    for name in ("till.card", "till.card__code"):
        assert json.loads(str(found[name]["choices"])) == {"900-1": {"en": "Gold", "de": "Gold"}}


@pytest.mark.slow
def test_the_example_is_described(demo: Path) -> None:
    found = attributes(demo)
    assert found["profiles.emails"]["cardinality"] == "many"
    assert found["profiles.points"]["label"] == "Loyalty points"
    assert "E-mail" in str(found["profiles.preferred_channel"]["choices"])
