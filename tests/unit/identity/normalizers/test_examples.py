"""Each normalizer by example; SQL on the warehouse and the Python reference must both give the expected text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from onefold.foundation.warehouse.duckdb import DuckDBWarehouse
from onefold.foundation.warehouse.sql import ident, literal, sql, union_all
from onefold.identity.normalizers import (
    ColumnOf,
    NormalizeContext,
    Normalizer,
    normalize_many,
    normalized_column,
)
from onefold.identity.normalizers.address import Address
from onefold.identity.normalizers.alias import Alias
from onefold.identity.normalizers.bypass import Bypass
from onefold.identity.normalizers.date import Date
from onefold.identity.normalizers.email import Email
from onefold.identity.normalizers.lower_case import LowerCase
from onefold.identity.normalizers.name import Name
from onefold.identity.normalizers.numerals import Numerals
from onefold.identity.normalizers.organization import Organization
from onefold.identity.normalizers.phone import Phone
from onefold.identity.normalizers.postcode import Postcode
from onefold.identity.normalizers.symbols import SYMBOLS, Symbols
from onefold.identity.normalizers.unicode_to_ascii import UnicodeToAscii
from onefold.identity.normalizers.whitespace import Whitespace

Examples = dict[str | None, str | None]

NOWHERE = NormalizeContext()
GERMANY = NormalizeContext(region="DE")
BRITAIN = NormalizeContext(region="GB")
AMERICA = NormalizeContext(region="US")
GREECE = NormalizeContext(region="GR")
UKRAINE = NormalizeContext(region="UA")

NUMERALS: Examples = {
    "⑧": "8",
    "Ⅷ": "8",
    "ⅻ": "12",
    "٠١٢٣": "0123",
    "४२": "42",
    "x²": "x2",
    "₇": "7",
    "８": "8",
    "❽": "8",
    "㉛": "31",
    "½": "½",
    "十": "十",
    "VIII": "VIII",
    "Юлия 5": "Юлия 5",
    "plain 12": "plain 12",
    "": None,
    None: None,
}
TO_ASCII: Examples = {
    "é": "e",
    "Müller": "Muller",
    "Straße": "Strasse",
    "Łódź": "Lodz",
    "Юлия": "Yuliya",
    "Київ": "Kiiv",
    "Γιώργος": "Giorgos",
    "Ångström": "Angstrom",
    "Nguyễn": "Nguyen",
    "İstanbul": "Istanbul",
    "Ærø": "Aero",
    "plain": "plain",
    "\u200b": None,
    "": None,
    None: None,
}
LOWER: Examples = {
    "ABC": "abc",
    "Straße": "strasse",
    "STRASSE": "strasse",
    "ÉCOLE": "école",
    "ЮЛИЯ": "юлия",
    "ΟΔΟΣ": "οδοσ",
    "οδος": "οδοσ",
    "ŁÓDŹ": "łódź",
    "aB1": "ab1",
    "1": "1",
    "ẞ": "ss",
    "already": "already",
    "": None,
    None: None,
}
SYMBOL: Examples = {
    SYMBOLS: None,
    "a!b?c": "abc",
    'say "x"': "say x",
    "O'Brien": "OBrien",
    "(030) 12-34": "030 1234",
    "[a]{b}": "ab",
    "a*b|c\\d": "a*b|c\\d",
    "a@b.c": "abc",
    "~`^": None,
    "é-è": "éè",
    "50€": "50€",
    "Юлия, Иванова": "Юлия Иванова",
    "_": None,
    "": None,
    None: None,
}
SPACES: Examples = {
    " a b ": "ab",
    "a\tb\nc\r": "abc",
    "a\x0bb\x0cc\x1cd": "abcd",
    "a\u00a0b": "ab",
    "a\u3000b": "ab",
    "SW1A 1AA": "SW1A1AA",
    "Юлия Иванова": "ЮлияИванова",
    "é è": "éè",
    "   ": None,
    "\u2003": None,
    "ab": "ab",
    "": None,
    None: None,
}
GERMAN_PHONES: Examples = {
    "030 1234567": "+49301234567",
    "+49 30 1234567": "+49301234567",
    "0049 30 1234567": "+49301234567",
    "+49 (0)30 1234567": "+49301234567",
    "(030) 123-4567": "+49301234567",
    "030/1234567": "+49301234567",
    "030.123.45.67": "+49301234567",
    "030 1234567 x 12": "+49301234567",
    "030 1234567 ext. 12": "+49301234567",
    "+0049 30 1234567": "+49301234567",
    "０３０ １２３４５６７": "+49301234567",
    "٠٣٠ ١٢٣٤٥٦٧": "+49301234567",
    "0171 2345678": "+491712345678",
    "+30 210 1234567": "+302101234567",
    "+44 20 7946 0958": "+442079460958",
    "12": None,
    "123 x 5": None,
    "no number": None,
    "": None,
    None: None,
}
BRITISH_PHONES: Examples = {
    "020 7946 0958": "+442079460958",
    "(020) 7946-0958": "+442079460958",
    "+44 20 7946 0958": "+442079460958",
    "+44 (0)20 7946 0958": "+442079460958",
    "07700 900123": "+447700900123",
}
AMERICAN_PHONES: Examples = {
    "(212) 555-0123": "+12125550123",
    "1-212-555-0123": "+12125550123",
    "+1 212 555 0123": "+12125550123",
    "+01 212 555 0123": "+12125550123",
    "011 49 30 1234567": "+49301234567",
    "1-800-FLOWERS": "+18003569377",
    "212.555.0123 x 99": "+12125550123",
    "555-0123": "5550123",
}
PLACELESS_PHONES: Examples = {
    "+49 30 1234567": "+49301234567",
    "0049 30 1234567": "+49301234567",
    "030 1234567": "0301234567",
    "1234": None,
}
EMAILS: Examples = {
    "Anna@Example.COM": "anna@example.com",
    " anna@example.com ": "anna@example.com",
    "anna.b@gmail.com": "annab@gmail.com",
    "a.n.n.a@googlemail.com": "anna@gmail.com",
    "anna+shop@example.com": "anna@example.com",
    "An.Na+x+y@gmail.com": "anna@gmail.com",
    "anna@gmai.com": "anna@gmail.com",
    "an.na@gmial.com": "anna@gmail.com",
    "anna@hotmial.com": "anna@hotmail.com",
    "anna.b@example.com": "anna.b@example.com",
    "+tag@example.com": "+tag@example.com",
    "anna@sub.example.co.uk": "anna@sub.example.co.uk",
    "anna": None,
    "anna@": None,
    "anna@localhost": None,
    "a b@example.com": None,
    "anna@@example.com": None,
    "анна@пример.рф": None,
    "n/a": None,
    "": None,
    None: None,
}
DATES: Examples = {
    "1980-02-03": "1980-02-03",
    "1980-02-03T10:11:12Z": "1980-02-03",
    "1980-02-03 10:11:12.123": "1980-02-03",
    "03.02.1980": "1980-02-03",
    "3.2.1980": "1980-02-03",
    "03/02/1980": "1980-02-03",
    "12/25/1980": "1980-12-25",
    "25-12-1980": "1980-12-25",
    "19800203": "1980-02-03",
    "1980/2/3": "1980-02-03",
    "3. Februar 1980": "1980-02-03",
    "3 février 1980": "1980-02-03",
    "3 lutego 1980": "1980-02-03",
    "3 февраля 1980": "1980-02-03",
    "15 Μαΐου 1980": "1980-05-15",
    "Feb 3rd, 1980": "1980-02-03",
    "٣/٢/١٩٨٠": "1980-02-03",
    "03.02.80": "1980-02-03",
    "03.02.29": "2029-02-03",
    "1981-02-29": None,
    "0000-01-01": None,
    "0001-01-01": "0001-01-01",
    "31.31.1980": None,
    "soon": None,
    "": None,
    None: None,
}
POSTCODES: Examples = {
    "10115": "10115",
    "D-10115": "10115",
    "DE 10115": "10115",
    "01067": "01067",
    "sw1a 1aa": "SW1A1AA",
    "SW1A1AA": "SW1A1AA",
    "L1 8JQ": "L18JQ",
    "00-950": "00950",
    "PL-00-950": "00950",
    "1234 ab": "1234AB",
    "NL-1234 AB": "1234AB",
    "12345-6789": "12345",
    "123456789": "123456789",
    "105 57": "10557",
    "１０１１５": "10115",
    "10115, Berlin": "10115BERLIN",
    "-": None,
    "": None,
    None: None,
}
NAMES: Examples = {
    "Debby": "deborah",
    "Deborah": "deborah",
    "Professor": "prof",
    "prof.": "prof",
    "Prof. Dr. Anna Schmidt": "anna schmidt",
    "Smith, John": "john smith",
    "John Smith": "john smith",
    "SMITH John": "john smith",
    "Bob Smith": "robert smith",
    "Юлия Иванова": "ivanova julia",
    "Julia Ivanova": "ivanova julia",
    "Γιώργος Νικολάου": "george nikolaoy",
    "Müller": "muller",
    "Mueller": "muller",
    "Michael": "michael",
    "Jan van der Berg": "berg john",
    "Berg, Jan van der": "berg john",
    "Omar al-Hassan": "hassan omar",
    "O'Brien": "obrien",
    "O’Brien": "obrien",
    "Anne-Marie": "anna maria",
    "King, Martin Luther, Jr.": "jr king luther martin",
    "Do": "do",
    "Al Gore": "albert gore",
    "Zoltan Xu": "xu zoltan",
    "J. Smith": "j smith",
    "-": None,
    "": None,
    None: None,
}
ADDRESSES: Examples = {
    "12 North Main Street, Apt 4": "n main st 12 4",
    "12 N. Main St. Flat 4": "n main st 12 4",
    "12 N Main St": "n main st 12",
    "Hauptstraße 5 a": "haupt st 5a",
    "Hauptstr. 5A": "haupt st 5a",
    "5a Haupt-Str.": "haupt st 5a",
    "HAUPTSTRASSE 5A": "haupt st 5a",
    "ul. Długa 12 m. 3": "dluga 12 3",
    "Długa 12/3": "dluga 12 3",
    "12, Rue de la Paix": "r de la paix 12",
    "Calle Mayor, 5": "c mayor 5",
    "вул. Хрещатик 22, кв. 5": "khreshchatik 22 5",
    "Οδός Ερμού 5": "ermoy 5",
    "123 Northwest Fifth Avenue": "nw 5th ave 123",
    "123 NW 5th Ave.": "nw 5th ave 123",
    "1600 Pennsylvania Avenue N.W.": "pennsylvania ave nw 1600",
    "Wohnung 4, Marktplatz 1": "markt pl 4 1",
    "12": "12",
    "-": None,
    "": None,
    None: None,
}
ORGANIZATIONS: Examples = {
    "ACME Co., Ltd.": "acme",
    "Acme GmbH & Co. KG": "acme",
    "Acme S.p.A.": "acme",
    "acme s. p. a.": "acme",
    "ACME Sp. z o.o.": "acme",
    "Acme A/S": "acme",
    "Acme Oy": "acme",
    "AB Acme": "acme",
    "Acme B.V.": "acme",
    "Acme SARL": "acme",
    "Acme d.o.o.": "acme",
    "Acme s.r.o.": "acme",
    "Acme Kft.": "acme",
    "Acme Pty Ltd": "acme",
    "Acme, S.A.B. de C.V.": "acme",
    "ООО Ромашка": "romashka",
    "Παπάς Α.Ε.": "papas",
    "Müller & Söhne OHG": "muller",
    "A.B.C. Ltd": "abc",
    "AS Roma": "roma",
    "Ltd": "ltd",
    "3M": "3m",
    "Northern Lights": "northern lights",
    "&": None,
    "": None,
    None: None,
}
ALIASES = Alias(pairs=(("USA", "United States"), ("united states", "America"), ("UK", "Britain")))
CASES: list[tuple[str, Sequence[Normalizer], NormalizeContext, Examples]] = [
    ("numerals", [Numerals()], NOWHERE, NUMERALS),
    ("unicode_to_ascii", [UnicodeToAscii()], NOWHERE, TO_ASCII),
    ("lower_case", [LowerCase()], NOWHERE, LOWER),
    ("symbols", [Symbols()], NOWHERE, SYMBOL),
    ("whitespace", [Whitespace()], NOWHERE, SPACES),
    ("phone-DE", [Phone()], GERMANY, GERMAN_PHONES),
    ("phone-GB", [Phone()], BRITAIN, BRITISH_PHONES),
    ("phone-US", [Phone()], AMERICA, AMERICAN_PHONES),
    ("phone-nowhere", [Phone()], NOWHERE, PLACELESS_PHONES),
    ("phone-own-region", [Phone(region="GR")], GERMANY, {"210 1234567": "+302101234567"}),
    ("phone-GR", [Phone()], GREECE, {"210 1234567": "+302101234567", "+30 210 1234567": "+302101234567"}),
    ("phone-UA", [Phone()], UKRAINE, {"044 123 45 67": "+380441234567", "+38 044 1234567": "+380441234567"}),
    ("email", [Email()], NOWHERE, EMAILS),
    ("email-kept", [Email(drop_invalid=False)], NOWHERE, {"N/A": "n/a", "A@b.de": "a@b.de"}),
    (
        "email-literal",
        [Email(plus_tags=False, gmail_dots=False, typo_domains=False)],
        NOWHERE,
        {"a.b+c@gmail.com": "a.b+c@gmail.com", "a@gmai.com": "a@gmai.com"},
    ),
    ("date", [Date()], NOWHERE, DATES),
    ("date-US", [Date()], AMERICA, {"03/02/1980": "1980-03-02", "25/12/1980": "1980-12-25"}),
    ("date-chosen", [Date(day_first=True)], AMERICA, {"03/02/1980": "1980-02-03"}),
    ("postcode", [Postcode()], NOWHERE, POSTCODES),
    ("postcode-US", [Postcode()], AMERICA, {"123456789": "12345", "12345-6789": "12345", "02138": "02138"}),
    ("name", [Name()], NOWHERE, NAMES),
    (
        "name-given",
        [Name(order="given", particles="join", initials="drop", nicknames=False)],
        NOWHERE,
        {"Berg, Jan van der": "jan vanderberg", "J. R. R. Tolkien": "tolkien", "Bob Smith": "bob smith"},
    ),
    (
        "name-literal",
        [Name(titles=False, particles="keep", umlauts=False, nicknames=False)],
        NOWHERE,
        {"Dr. Mueller": "dr mueller", "von Berg": "berg von", "Al-Hassan": "al hassan"},
    ),
    ("address", [Address()], NOWHERE, ADDRESSES),
    ("organization", [Organization()], NOWHERE, ORGANIZATIONS),
    (
        "organization-literal",
        [Organization(legal_forms=False, noise=False)],
        NOWHERE,
        {"ACME Group Ltd.": "acme group ltd"},
    ),
    (
        "alias",
        [ALIASES, LowerCase(), Whitespace()],
        NOWHERE,
        {"U S A": "america", "United States": "america", "America": "america", "uk": "britain", "X": "x"},
    ),
    ("alias-empty", [Alias(pairs=())], NOWHERE, {"a": "a", None: None}),
    (
        "bypass",
        [Bypass(values=("Not Known", "тест")), LowerCase(), Whitespace()],
        NOWHERE,
        {"not known": None, "NOTKNOWN": None, "ТЕСТ": None, "known": "known", None: None},
    ),
    ("bypass-empty", [Bypass(values=())], NOWHERE, {"a": "a"}),
    (
        "whole chain",
        [Whitespace(), Symbols(), LowerCase(), UnicodeToAscii(), Numerals()],
        NOWHERE,
        {"Ⅷ. Straße ": "8strasse", "Юлия-Анна": "yuliyaanna", "A b": "ab", "!": None},
    ),
]


@pytest.fixture(scope="module")
def warehouse() -> Iterator[DuckDBWarehouse]:
    opened = DuckDBWarehouse()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("chain", "context", "examples"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_sql_and_reference_give_the_expected_text(
    warehouse: DuckDBWarehouse, chain: Sequence[Normalizer], context: NormalizeContext, examples: Examples
) -> None:
    assert dict(zip(examples, normalize_many(chain, list(examples), context), strict=True)) == examples
    assert in_the_warehouse(warehouse, chain, context, list(examples)) == list(examples.values())


@pytest.mark.parametrize(
    ("chain", "context", "examples"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_normalizing_twice_changes_nothing(
    chain: Sequence[Normalizer], context: NormalizeContext, examples: Examples
) -> None:
    once = normalize_many(chain, list(examples), context)
    assert normalize_many(chain, once, context) == once


def in_the_warehouse(
    warehouse: DuckDBWarehouse,
    chain: Sequence[Normalizer],
    context: NormalizeContext,
    values: Sequence[str | None],
) -> list[str | None]:
    warehouse.create_table(
        "given",
        union_all(
            sql("SELECT {i} AS i, CAST({v} AS VARCHAR) AS v", i=i, v=literal(value))
            for i, value in enumerate(values)
        ),
    )
    column = normalized_column(warehouse, ColumnOf("given", "v"), chain, context, "mapped")
    select = sql(
        "SELECT {x} FROM given AS t{joins} ORDER BY {i}",
        x=column.expression,
        joins=column.joins,
        i=ident("t", "i"),
    )
    return [None if row[0] is None else str(row[0]) for row in warehouse.rows(select)]
