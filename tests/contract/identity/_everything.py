"""Definitions that use everything a definition can say, over the example company."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from onefold.foundation.warehouse import Sql
from onefold.identity import IdentityDefinition
from onefold.profiles import ProfileDefinition
from tests.contract.identity._company import Unified

BIRTH: Final = {"attribute": "birth_date", "is": "different"}
NAME: Final = {"attribute": "full_name", "compare": "words", "precision": 80}

# One rule for every comparison, every kind of blocking key, and every way to get pairs without one.
RULES: Final = [
    {"name": "same_email", "when": ["email"], "max_block": 2},
    {"name": "same_phone", "when": ["phone"], "max_block": 2, "except": [BIRTH]},
    {"name": "same_place", "when": ["full_name", "postcode"], "max_block": 2},
    {"name": "close_name", "when": ["postcode", {"attribute": "last_name", "precision": "high"}]},
    {
        "name": "sounds",
        "when": [{"attribute": "full_name", "compare": "phonetic", "precision": 90}, "country"],
        "except": [{"attribute": "email", "is": "different", "compare": "jaro_winkler", "precision": 85}],
        "block": [[{"attribute": "last_name", "key": "phonetic"}]],
    },
    {
        "name": "words_of_street",
        "when": [{"attribute": "street", "compare": "token_set", "precision": 90}, "birth_date"],
        "block": [[{"attribute": "street", "key": "tokens"}, "birth_date"]],
    },
    {
        "name": "overlapping",
        "when": [
            {
                "attribute": "full_name",
                "compare": {"kind": "token_set", "measure": "overlap"},
                "precision": 95,
            },
            {"attribute": "birth_date", "compare": {"kind": "date", "days": 1}, "precision": 60},
        ],
        "block": [[{"attribute": "last_name", "key": "ngrams", "length": 4}]],
    },
    {
        "name": "near",
        "when": [
            "email",
            {"attribute": "points", "compare": {"kind": "number", "tolerance": 5}, "precision": 50},
            {"attribute": "place", "compare": {"kind": "distance", "km": 2}, "precision": 50},
        ],
    },
    {
        "name": "derived",
        "when": [
            {"attribute": "first_name", "compare": "jaro_winkler", "precision": 95},
            {"attribute": "last_name", "compare": "exact", "precision": 95},
            "birth_date",
        ],
        "block": [["birth_date", {"attribute": "first_name", "key": "prefix", "length": 2}]],
    },
]
POLICIES: Final = {
    "email": "most_recent",
    "phone": "least_recent",
    "birth_date": "most_frequent",
    "first_name": "longest",
    "last_name": "most_complete",
    "full_name": "minimum",
    "salutation": {"policy": {"kind": "importance", "sources": ["erp_customers", "crm_contacts"]}},
    "emails": {"from": ["crm_contacts.email", "webshop_customers.email"], "policy": "collect"},
    "points": {"from": ["loyalty_members.points"], "policy": "maximum"},
    "changed": {"from": ["crm_contacts.modified_on", "erp_customers.CHANGED_ON"], "policy": "minimum"},
    "moments": {"from": ["crm_contacts.modified_on"], "policy": "collect"},
    "mixed": {"from": ["loyalty_members.points", "crm_contacts.email"], "policy": "longest"},
    "shown": {"combine": ["first_name", "last_name", "changed", "points"], "separator": ", "},
}


def elaborate(mode: str, workspace: Unified) -> IdentityDefinition:
    """Return a definition that uses everything a definition can say."""
    crm, erp = (
        [row[0] for row in workspace.files.rows(query)]
        for query in (
            Sql("SELECT contact_id FROM crm_contacts ORDER BY contact_id LIMIT 3"),
            Sql('SELECT "CUSTOMER_NO" FROM erp_customers ORDER BY "CUSTOMER_NO" LIMIT 3'),
        )
    )
    pairs = [
        {"left": {"table": "crm_contacts", "id": a}, "right": {"table": "erp_customers", "id": b}}
        for a, b in zip(crm, erp, strict=True)
    ]
    judged = {
        "Table1": ["crm_contacts"],
        "Table1Key": [crm[0]],
        "Table2": ["crm_contacts"],
        "Table2Key": [crm[1]],
    }
    workspace.warehouse.load_arrow("judged", pa.table(judged))
    return IdentityDefinition.model_validate(
        {
            "name": "people",
            "mode": mode,
            "map": [
                {"table": "crm_contacts", "attributes": {"place": ["postcode"]}},
                "webshop_customers",
                {
                    "table": "loyalty_members",
                    "attributes": {"points": ["points"], "place": ["country"]},
                    "recency": "points",
                },
                "erp_customers",
                {"table": "newsletter_subscribers", "include_all": False},
            ],
            "join": {"full_name": ["first_name", "last_name"]},
            "attributes": {"country": {"bypass_over": 400}, "last_name": {"bypass_over": 3}},
            "deduplication": {
                "crm_contacts": {"rules": [{"name": "crm_name", "when": ["full_name", "city"]}]},
                "webshop_customers": {
                    "rules": [{"name": "shop_email", "when": ["email"]}],
                    "winner": "most_recent",
                    "per_attribute": {"phone": "least_recent", "email": "most_filled"},
                },
                "loyalty_members": {"winner": "least_recent", "per_attribute": {"email": "most_recent"}},
            },
            "rules": RULES,
            "always": {"pairs": pairs[:2]},
            "never": {"pairs": pairs[2:], "source": "judged"},
            "guards": {"max_records": 4, "trusted": ["birth_date", "phone"]},
            "profile_ids": {"fields": ["crm_contacts.contact_id", "erp_customers.CUSTOMER_NO"]},
        }
    )


def merged_in_every_way(*, alternates_fill: bool) -> ProfileDefinition:
    """Return a profile with every merge policy, groups, and values of every type as text."""
    return ProfileDefinition.model_validate(
        {
            "name": "person",
            "policy": {"kind": "importance"},
            "attributes": POLICIES,
            "groups": {
                "address": {"attributes": ["street", "postcode", "city"], "policy": "most_recent"},
                "origin": {"attributes": ["country", "loyalty_id"], "policy": "most_complete"},
            },
            "alternates_fill": alternates_fill,
        }
    )
