"""What columns mean: by header in seven languages, by content, and by both."""

from __future__ import annotations

from collections import Counter

import pytest

from onefold.catalogue import SEMANTIC_TYPES, is_custom, is_personal, suggest

HEADERS = {
    "contact_id": "Identity.ContactId",
    "account_id": "Identity.AccountId",
    "salutation": "Person.Salutation",
    "first_name": "Person.FirstName",
    "last_name": "Person.LastName",
    "email": "Contact.Email",
    "phone": "Contact.Phone",
    "mobile": "Contact.MobilePhone",
    "street": "Location.Street",
    "city": "Location.City",
    "postcode": "Location.Postcode",
    "country": "Location.Country",
    "birth_date": "Person.BirthDate",
    "preferred_channel": None,
    "modified_on": "Calendar.UpdatedAt",
    "CUSTOMER_NO": "Identity.CustomerId",
    "NAME1": "Person.LastName",
    "NAME2": "Person.FirstName",
    "STREET": "Location.Street",
    "TEL": "Contact.Phone",
    "BIRTHDATE": "Person.BirthDate",
    "CHANGED_ON": "Calendar.UpdatedAt",
    "card_number": "Identity.LoyaltyId",
    "home_shop": None,
    "points": "Loyalty.Points",
    "joined_on": "Calendar.CreatedAt",
    "full_name": "Person.FullName",
    "subscribed_at": "Calendar.CreatedAt",
    "given_name": "Person.FirstName",
    "surname": "Person.LastName",
    "street_number": "Location.HouseNumber",
    "address_1": "Location.Street",
    "address_2": "Location.AddressLine2",
    "suburb": "Location.City",
    "state": "Location.State",
    "date_of_birth": "Person.BirthDate",
    "soc_sec_id": "Identity.NationalId",
    "unique_id": "Identity.RecordId",
    "dob": "Person.BirthDate",
    "cluster": None,
    "vorname": "Person.FirstName",
    "Nachname": "Person.LastName",
    "Telefon": "Contact.Phone",
    "Geburtsdatum": "Person.BirthDate",
    "Straße": "Location.Street",
    "PLZ": "Location.Postcode",
    "Ort": "Location.City",
    "KUNNR": "Identity.CustomerId",
    "Kunden-Nr.": "Identity.CustomerId",
    "geändert am": "Calendar.UpdatedAt",
    "prénom": "Person.FirstName",
    "Nom": "Person.LastName",
    "Code postal": "Location.Postcode",
    "ville": "Location.City",
    "correo": "Contact.Email",
    "apellidos": "Person.LastName",
    "fecha_de_nacimiento": "Person.BirthDate",
    "imię": "Person.FirstName",
    "nazwisko": "Person.LastName",
    "kod_pocztowy": "Location.Postcode",
    "voornaam": "Person.FirstName",
    "achternaam": "Person.LastName",
    "geboortedatum": "Person.BirthDate",
    "cognome": "Person.LastName",
    "cellulare": "Contact.MobilePhone",
    "citta": "Location.City",
    "firstName": "Person.FirstName",
    "EMailAddress": "Contact.Email",
    "emailaddress1": "Contact.Email",
    "address1_city": "Location.City",
    "billing_city": "Location.City",
    "Customer.Email": "Contact.Email",
    "email_opt_in": None,
    "phone_type": None,
    "shop_id": None,
    "product_name": None,
    "order_key": None,
    "size": None,
    "": None,
}


@pytest.mark.parametrize(("header", "expected"), HEADERS.items())
def test_headers(header: str, expected: str | None) -> None:
    found = suggest(header)
    assert (found and found.semantic_type) == expected


def column(kind: str) -> list[str]:
    return {
        "mail": [f"user{n}@example.org" for n in range(30)],
        "phone": [f"+49 30 {n:06d}" for n in range(30)],
        "birth": [f"{n % 28 + 1:02d}.{n % 12 + 1:02d}.{1940 + 2 * n}" for n in range(30)],
        "compact": [f"{1910 + 3 * n}{n % 12 + 1:02d}{n % 28 + 1:02d}" for n in range(30)],
        "recent": [f"2024-05-{n % 28 + 1:02d}" for n in range(30)],
        "gb": ["SW1A 1AA", "M1 1AE", "EC1A 1BB", "b33 8th", "CR2 6XH"] * 3,
        "gender": ["m", "f", "F", "d"] * 5,
        "country": ["Germany", "FRANCE", "Österreich", "ITA", "Polska"] * 3,
        "numbers": [str(n * 7919) for n in range(30)],
        "salutation": ["Herr", "Frau", "Frau Dr.", "Mr", "Mme"] * 3,
        "given": ["ANNA", "PETER", "MARIA", "XAVERIA", "JULIA", "SABINE"],
        "family": ["MEIER", "SCHMIDT", "NOWAK", "DUPONT", "ROSSINI", "VISSER"],
        "full": ["Anna Meier", "Peter Schmidt", "Jan de Vries", "Nowak, Ewa", "Luc Dupont"],
        "firms": ["Meier GmbH", "Nowak Sp. z o.o.", "Smith Ltd.", "Rossi S.r.l.", "Dupont SARL"],
        "words": ["red", "green", "blue", "yellow", "grey", "pink"],
    }[kind]


@pytest.mark.parametrize(
    ("header", "kind", "expected"),
    [
        ("col7", "mail", "Contact.Email"),
        ("col7", "phone", "Contact.Phone"),
        ("col7", "birth", "Person.BirthDate"),
        ("col7", "recent", None),
        ("col7", "gb", "Location.Postcode"),
        ("col7", "gender", "Person.Gender"),
        ("col7", "country", "Location.Country"),
        ("col7", "salutation", "Person.Salutation"),
        ("col7", "firms", "Organization.Name"),
        ("col7", "numbers", None),
        ("col7", "words", None),
        # The header says one thing, the values another.
        ("email", "words", None),
        ("phone", "mail", "Contact.Email"),
        ("title", "words", None),
        ("country", "numbers", None),
        # The header leaves it open, the values do not.
        ("NAME1", "given", "Person.FirstName"),
        ("NAME1", "family", "Person.LastName"),
        ("NAME1", "firms", "Organization.Name"),
        ("NAME2", "given", "Person.FirstName"),
        ("date_of_birth", "compact", "Person.BirthDate"),
        ("col7", "compact", "Person.BirthDate"),
        ("name", "full", "Person.FullName"),
        ("name", "family", "Person.LastName"),
        ("name", "firms", "Organization.Name"),
    ],
)
def test_content(header: str, kind: str, expected: str | None) -> None:
    found = suggest(header, column(kind))
    assert (found and found.semantic_type) == expected


def test_header_and_content_together_are_surer_and_say_why() -> None:
    alone, both = suggest("email"), suggest("email", [*column("mail"), None, "", "none of that"])
    assert alone is not None
    assert both is not None
    assert both.confidence > alone.confidence
    assert (
        both.reason == "the header 'email' is a word for it, and 97% of 31 values look like e-mail addresses"
    )


def test_few_values_refute_nothing() -> None:
    found = suggest("email", ["n/a", "none"])
    assert found is not None
    assert found.semantic_type == "Contact.Email"


def test_latitude_must_be_one() -> None:
    assert suggest("lat", ["52.5", "48,1"]) is not None
    assert suggest("lat", ["late", "later"]) is None


def test_no_header_means_two_things() -> None:
    counts = Counter(header for semantic in SEMANTIC_TYPES.values() for header in semantic.headers)
    assert [header for header, count in counts.items() if count > 1] == []
    assert all(
        (semantic.description and is_custom(name)) or name == "Choice"
        for name, semantic in SEMANTIC_TYPES.items()
    )


def test_personal_unless_known_to_be_harmless() -> None:
    assert is_personal("Person.FirstName")
    assert is_personal("Shoe.Size")
    assert is_personal(None)
    assert not is_personal("Commerce.Amount")
    assert is_custom("Shoe.Size")
    assert not is_custom("shoe size")
