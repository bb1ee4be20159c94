"""A first identity definition for tables that nobody has written rules for, from what their columns mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onefold.catalogue import TableDescription
from onefold.identity.mapping import attribute_of

_PERSON = frozenset({"email", "phone", "first_name", "last_name", "full_name"})
_ALIKE = {"attribute": "full_name", "compare": "words"}
_OTHER_BIRTH_DATE = {"attribute": "birth_date", "is": "different"}


def draft_identity(descriptions: Sequence[TableDescription]) -> dict[str, object] | None:
    """Return the document of a first identity definition; None when no table is about people.

    The rules ask for two things that agree, and use only attributes that some table has: an address or number
    of one's own with a similar name, a name with a birth date, a name with a place.
    """
    attributes = {
        description.name: {
            name
            for one in description.attributes
            if (name := attribute_of(one.semantic_type or "")) is not None
        }
        for description in descriptions
    }
    people = [name for name, found in attributes.items() if found & _PERSON]
    if not people:
        return None
    known = set().union(*(attributes[name] for name in people))
    has_name = "full_name" in known or {"first_name", "last_name"} <= known
    document: dict[str, object] = {
        "kind": "identity",
        "name": "people",
        "description": "Drafted from what the columns mean. Change it: `onefold plan` shows the difference.",
        "map": people,
    }
    if {"first_name", "last_name"} <= known:
        document["join"] = {"full_name": ["first_name", "last_name"]}
    document["rules"] = _rules(known, has_name=has_name)
    return document


def _rules(known: set[str], *, has_name: bool) -> list[Mapping[str, object]]:
    rules: list[Mapping[str, object]] = []

    def with_exceptions(rule: dict[str, object], *exceptions: tuple[str, Mapping[str, object]]) -> None:
        found = [exception for attribute, exception in exceptions if attribute in known]
        rules.append({**rule, "except": found} if found else rule)

    birth = ("birth_date", _OTHER_BIRTH_DATE)
    if not has_name:
        rules += [{"name": f"same_{one}", "when": [one]} for one in ("email", "phone") if one in known]
        return rules
    if "email" in known:
        with_exceptions({"name": "email_and_name", "when": ["email", {**_ALIKE, "precision": 80}]}, birth)
    if "phone" in known:
        with_exceptions({"name": "phone_and_name", "when": ["phone", {**_ALIKE, "precision": 80}]}, birth)
    if "birth_date" in known:
        prefixes = [("first_name", 2), ("full_name", 3)] if "first_name" in known else [("full_name", 3)]
        rules.append(
            {
                "name": "name_and_birth_date",
                "when": ["birth_date", {**_ALIKE, "precision": 85}],
                "block": [
                    ["birth_date", {"attribute": attribute, "key": "prefix", "length": length}]
                    for attribute, length in prefixes
                ],
            }
        )
    if "postcode" in known:
        street = (
            "street",
            {"attribute": "street", "is": "different", "compare": "jaro_winkler", "precision": 70},
        )
        with_exceptions({"name": "name_and_place", "when": ["full_name", "postcode"]}, birth, street)
    elif not rules:
        rules.append({"name": "same_name", "when": ["full_name"]})
    return rules
