"""Suggest what a column means from its header and its values, with the reason in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from onefold.catalogue import content
from onefold.catalogue.semantic_types import SEMANTIC_TYPES, header_tokens

EXACT, WITHOUT_ROLE, LAST_WORDS = 0.9, 0.8, 0.65
_ENOUGH = 5  # fewer values than these prove nothing against a header


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that say whose or which value it is, not what it means.
_ROLES = _words(
    "customer cust client contact person member user subscriber billing bill shipping ship delivery "
    "invoice home work private business primary main secondary default current preferred kunde kunden "
    "kontakt person privat geschaftlich rechnung lieferung haupt cliente clients klient klienta klant "
    "abonne principal src crm erp shop web the of de del di der des address adresse str field attr "
    "col is my your"
)
# A header that ends so is about something else than its last words say: `email_opt_in`, `phone_type`.
_ABOUT = _words(
    "type status flag optin opt in out valid verified count hash consent source score domain format "
    "preference channel allowed bounced confirmed typ art kz"
)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a column probably means.

    Attributes:
        confidence: 0 to 1; from about .6 on worth proposing.
        reason: why, in words and without values.
    """

    semantic_type: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Shape:
    """How values of a type look, which confirms or refutes what a header says."""

    test: Callable[[str], object]
    words: str
    refuted_below: float = 0.2


_SHAPES = {
    "Contact.Email": _Shape(content.is_email, "look like e-mail addresses"),
    "Contact.Phone": _Shape(content.is_digits, "look like telephone numbers"),
    "Contact.MobilePhone": _Shape(content.is_digits, "look like telephone numbers"),
    "Contact.Website": _Shape(content.is_url, "look like web addresses", 0),
    "Person.BirthDate": _Shape(content.is_day, "are dates"),
    "Person.Gender": _Shape(content.is_gender, "are words or letters for a gender", 0),
    "Person.Salutation": _Shape(content.is_salutation, "are forms of address", 0.05),
    "Calendar.CreatedAt": _Shape(content.is_day, "are dates"),
    "Calendar.UpdatedAt": _Shape(content.is_day, "are dates"),
    "Location.Postcode": _Shape(content.is_postcode, "look like postal codes"),
    "Location.Country": _Shape(content.is_country, "are countries", 0.1),
    "Commerce.Currency": _Shape(content.is_currency, "are currencies", 0.1),
}


def suggest(name: str, samples: Sequence[object] = ()) -> Suggestion | None:
    """Return what the column probably means, or None when neither header nor values say so.

    Args:
        name: the header, in any of the languages of `SEMANTIC_TYPES` and any casing.
        samples: some values as they are; a few hundred serve well, the first thousand are looked at.
    """
    values = content.texts(samples)
    by_name = _by_header(name)
    if by_name is not None:
        by_name = _confirmed(by_name, values)
    if (
        by_name is not None
        and by_name.semantic_type.startswith("Person.")
        and "Name" in by_name.semantic_type
    ):
        by_name = _which_name(name, by_name, values)
    if by_name is not None and by_name.confidence >= WITHOUT_ROLE:
        return by_name
    by_values = _by_values(values)
    found = [suggestion for suggestion in (by_name, by_values) if suggestion is not None]
    return max(found, key=lambda suggestion: suggestion.confidence, default=None)


@cache
def _headers() -> dict[str, str]:
    return {header: semantic.name for semantic in SEMANTIC_TYPES.values() for header in semantic.headers}


def _by_header(name: str) -> Suggestion | None:
    tokens = header_tokens(name)
    known = _headers()

    def found(words: Sequence[str], confidence: float) -> Suggestion | None:
        meaning = known.get("".join(words))
        return Suggestion(meaning, confidence, f"the header {name!r} is a word for it") if meaning else None

    # SAP keeps company or family name in NAME1 and the given name in NAME2; values decide where they can.
    if tokens in (["name", "1"], ["name", "2"]):
        which = "Person.LastName" if tokens[1] == "1" else "Person.FirstName"
        return Suggestion(which, 0.5, f"systems such as SAP call it {name!r}")
    without_numbers = [token for token in tokens if not token.isdigit()]
    attempts: list[tuple[Sequence[str], float]] = [(tokens, EXACT), (without_numbers, WITHOUT_ROLE)]
    if not _ABOUT & set(tokens[1:]):
        attempts.append(([token for token in without_numbers if token not in _ROLES], WITHOUT_ROLE))
        attempts += [(without_numbers[start:], LAST_WORDS) for start in range(1, len(without_numbers))]
        attempts += [
            (without_numbers[:end], LAST_WORDS - 0.1) for end in range(len(without_numbers) - 1, 0, -1)
        ]
    for words, confidence in attempts:
        if words and (suggestion := found(words, confidence)):
            # `shop_id`, `product_name`: a key or name of something else, as far as the header goes.
            if confidence < EXACT and suggestion.semantic_type in ("Identity.RecordId", "Person.FullName"):
                continue
            return suggestion
    return None


def _confirmed(suggestion: Suggestion, values: Sequence[str]) -> Suggestion | None:
    """Return the suggestion raised by values that fit, or None when they refute it."""
    name = suggestion.semantic_type
    if not values:
        return suggestion
    if name in ("Location.Latitude", "Location.Longitude"):
        limit = 90 if name == "Location.Latitude" else 180
        return suggestion if content.are_numbers(values, low=-limit, high=limit) else None
    shape = _SHAPES.get(name)
    if shape is None:
        return suggestion
    part = content.share(values, shape.test)
    if part < shape.refuted_below and len(values) >= _ENOUGH:
        return None
    if part < 0.6:
        return suggestion
    said = f"{suggestion.reason}, and {_per_cent(part, values)} {shape.words}"
    return Suggestion(name, min(0.99, suggestion.confidence + 0.09), said)


def _which_name(header: str, suggestion: Suggestion, values: Sequence[str]) -> Suggestion:
    """Return which part of a name a column holds where the header alone leaves it open (`name`, `NAME1`)."""
    tokens = header_tokens(header)
    if tokens not in (["name"], ["naam"], ["nom"], ["name", "1"], ["name", "2"]) or len(values) < _ENOUGH:
        return suggestion
    organizations = content.share(values, content.is_organization)
    if organizations >= 0.3:
        said = f"{_per_cent(organizations, values)} end with a legal form"
        return Suggestion("Organization.Name", 0.75, said)
    given = content.share(values, content.is_given_name)
    several = content.share(values, content.is_several_words)
    if several >= 0.6:
        said = f"{suggestion.reason}, and {_per_cent(several, values)} have several words"
        return Suggestion("Person.FullName", 0.85, said)
    if given >= 0.25:
        said = f"{_per_cent(given, values)} are common given names"
        return Suggestion("Person.FirstName", 0.8, said)
    if given <= 0.1 and tokens != ["name", "2"]:
        said = f"{suggestion.reason}, and the values are single words that are no common given names"
        return Suggestion("Person.LastName", 0.7, said)
    return suggestion


_BY_VALUES: tuple[tuple[str, Callable[[str], object], float, float, str], ...] = (
    # meaning, test, share needed, confidence, words
    ("Contact.Email", content.is_email, 0.6, 0.9, "look like e-mail addresses"),
    ("Contact.Website", content.is_url, 0.8, 0.7, "look like web addresses"),
    ("Person.Salutation", content.is_salutation, 0.9, 0.7, "are forms of address"),
    ("Commerce.Currency", content.is_currency, 0.95, 0.6, "are currencies"),
    ("Location.Country", content.is_country_name, 0.8, 0.7, "are names of countries"),
    ("Contact.Phone", content.is_phone, 0.8, 0.65, "look like telephone numbers"),
    ("Location.Postcode", content.is_distinct_postcode, 0.8, 0.65, "look like postal codes"),
    ("Organization.Name", content.is_organization, 0.6, 0.65, "end with a legal form"),
)


def _by_values(values: Sequence[str]) -> Suggestion | None:
    if len(values) < _ENOUGH:
        return None
    for name, test, needed, confidence, words in _BY_VALUES:
        part = content.share(values, test)
        if part >= needed:
            return Suggestion(name, confidence, f"{_per_cent(part, values)} {words}")
    if content.are_birth_dates(values):
        said = f"{_per_cent(1, values)} are days of past decades, few of them recent"
        return Suggestion("Person.BirthDate", 0.6, said)
    if len({value.lower() for value in values}) > 1 and content.share(values, content.is_gender) == 1:
        return Suggestion("Person.Gender", 0.6, f"{_per_cent(1, values)} are words or letters for a gender")
    return None


def _per_cent(part: float, values: Sequence[str]) -> str:
    return f"{part:.0%} of {len(values)} values"
