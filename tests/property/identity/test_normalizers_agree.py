"""Whatever the text: SQL says what the reference says, and a second pass changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import literal, sql
from onefold.identity.normalizers import (
    NormalizeContext,
    Normalizer,
    normalize_many,
)
from onefold.identity.normalizers.address import Address
from onefold.identity.normalizers.alias import Alias
from onefold.identity.normalizers.bypass import Bypass
from onefold.identity.normalizers.date import Date
from onefold.identity.normalizers.dummies import is_dummy, is_dummy_text
from onefold.identity.normalizers.email import Email
from onefold.identity.normalizers.lower_case import LowerCase
from onefold.identity.normalizers.name import Name
from onefold.identity.normalizers.numerals import Numerals
from onefold.identity.normalizers.organization import Organization
from onefold.identity.normalizers.phone import Phone
from onefold.identity.normalizers.postcode import Postcode
from onefold.identity.normalizers.symbols import Symbols
from onefold.identity.normalizers.unicode_to_ascii import UnicodeToAscii
from onefold.identity.normalizers.whitespace import Whitespace
from tests.plugins.properties import examples
from tests.unit.identity.normalizers._in_warehouse import normalize_now

# What columns of people hold, more often than Hypothesis would find by itself; NUL cannot be in a text column.
PIECES = [
    "Anna", "MÜLLER", "von", "Dr.", "Bob", "Юлия", "Παπάς", "'", ",", " ", "  ", "-", ".", "/", "@", "gmail.com",
    "gmai.com", "+49", "0049", "(0)", "030", "1234567", "12", "1980", "02", "str.", "Straße", "Street", "N", "Apt",
    "GmbH", "& Co.", "s.p.a.", "⑧", "Ⅷ", "²", "D-", "SW1A", "1AA", "+", "\t", "\n", "\u00a0", "İ", "ß", "[", "\\",
]  # fmt: skip
TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
    st.from_regex(r"\A[+(]{0,2}[0-9 ()./-]{0,16}\Z"),
)
LISTS = st.lists(st.one_of(st.none(), TEXTS), min_size=1, max_size=60)
STEPS: list[Normalizer] = [
    Numerals(),
    UnicodeToAscii(),
    LowerCase(),
    Phone(),
    Email(),
    Email(drop_invalid=False, plus_tags=False),
    Date(),
    Postcode(),
    Name(),
    Name(order="given", particles="keep"),
    Address(),
    Organization(),
    Symbols(),
    Whitespace(),
    Alias(pairs=(("anna", "Юлия"), ("12", "1980"))),
    Bypass(values=("anna", " ", "Юлия")),
]
PLAIN: list[Normalizer] = [Numerals(), UnicodeToAscii(), LowerCase(), Symbols(), Whitespace()]
CHAINS: list[list[Normalizer]] = [[step] for step in STEPS] + [
    PLAIN,
    [*PLAIN, Name()],
    [*PLAIN, Address()],
    [*PLAIN, Phone(), Bypass(values=("+49 30 1234567",))],
]
CONTEXTS = [NormalizeContext(), NormalizeContext(region="DE"), NormalizeContext(region="US")]
# Steps that leave a value which they would leave again. Not so the others: the digits of an unreadable number
# may be readable, and what the symbols step glues together may be a word that a name or an address step knows.
UNSETTLED = (Phone, Organization, Postcode, Address)
SETTLED = [[step] for step in STEPS if not isinstance(step, UNSETTLED)] + [PLAIN]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse()
    yield opened
    opened.close()


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: "+".join(step.kind for step in chain))
@settings(max_examples=examples(10), deadline=None)
@given(values=LISTS, context=st.sampled_from(CONTEXTS))
def test_sql_is_the_reference(
    warehouse: DuckDBWarehouse, chain: list[Normalizer], values: list[str | None], context: NormalizeContext
) -> None:
    warehouse.load_arrow("given", pa.table({"i": range(len(values)), "v": pa.array(values, pa.string())}))
    region = (context.region or "").lower()
    select = sql("SELECT {region} AS region, v AS value FROM given", region=literal(region))
    made = normalize_now(warehouse, select, chain, "mapped", regions=[region] if region else [])
    rows = warehouse.rows(
        sql("SELECT m.mapped FROM given AS g LEFT JOIN mapped AS m ON m.value = g.v ORDER BY g.i")
    )
    warehouse.drop(*made)
    assert [row[0] for row in rows] == normalize_many(chain, values, context)


@pytest.mark.parametrize("chain", SETTLED, ids=lambda chain: "+".join(step.kind for step in chain))
@settings(max_examples=examples(30), deadline=None)
@given(values=LISTS)
def test_a_second_pass_changes_nothing(chain: list[Normalizer], values: list[str | None]) -> None:
    once = normalize_many(chain, values, NormalizeContext())
    assert normalize_many(chain, once, NormalizeContext()) == once


@pytest.mark.parametrize("attribute", ["phone", "email", "birth_date", "last_name", "postcode"])
@settings(max_examples=examples(10), deadline=None)
@given(values=st.lists(TEXTS, min_size=1, max_size=60))
def test_dummies_are_the_same_in_sql(warehouse: DuckDBWarehouse, attribute: str, values: list[str]) -> None:
    condition = is_dummy(attribute, sql("v"))
    assert condition is not None
    values = [value.strip(" ") for value in values]
    warehouse.load_arrow("given", pa.table({"i": range(len(values)), "v": values}))
    rows = warehouse.rows(sql("SELECT {c} FROM given ORDER BY i", c=condition))
    assert [row[0] for row in rows] == [is_dummy_text(attribute, value) for value in values]
