"""Values that stand for "none": what tills, forms and migrations write when nobody gave the real one.

Two records that share such a value share nothing. The lists hold what is a dummy wherever it stands; values that are
merely too frequent in one's own data are found by counting, which is not done here. Values are judged as the source
wrote them, but for case, and without blanks around them, which the caller takes off.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from onefold.foundation.warehouse.sql import Sql, any_of, comma, literal, sql
from onefold.identity.normalizers._tables import words_under
from onefold.identity.normalizers.normalizer import first_part, fits, second_part

_KINDS: Final = {
    "phone": "phone",
    "email": "email",
    "first_name": "name",
    "middle_name": "name",
    "last_name": "name",
    "full_name": "name",
    "organization": "name",
    "street": "name",
    "address": "name",
    "city": "name",
    "birth_date": "date",
    "postcode": "postcode",
}
_BETWEEN: Final = "[ ()./-]*"
_FEWEST_REPEATS: Final = 5


def is_dummy(attribute: str, value: Sql) -> Sql | None:
    """Return the condition that the raw text is a dummy; None for attributes that have no list.

    Args:
        attribute: `email`, `phone`, `birth_date`, `postcode`, or one of the names and address lines.
        value: the text as the source has it; null makes the condition null.
    """
    whole = sql("lower({v})", v=value)
    match _KINDS.get(attribute):
        case "phone":
            return fits(value, _phone_pattern())
        case "email":
            local = first_part(whole, "@")
            label = first_part(second_part(whole, "@"), ".")
            return any_of(
                [
                    sql("{local} IN ({words})", local=local, words=_listed(_mailboxes())),
                    sql(
                        "({local} = {label} AND {local} IN ({words}))",
                        local=local,
                        label=label,
                        words=_listed(_doubled_mailboxes()),
                    ),
                    sql("{w} IN ({words})", w=whole, words=_listed(_texts())),
                ]
            )
        case "date":
            return sql("{w} IN ({words})", w=whole, words=_listed(_dates()))
        case "postcode":
            return any_of(
                [fits(value, _postcode_pattern()), sql("{w} IN ({t})", w=whole, t=_listed(_texts()))]
            )
        case "name":
            return sql("{w} IN ({words})", w=whole, words=_listed(_texts() | _names()))
        case _:
            return None


def not_dummy(attribute: str, value: Sql) -> Sql | None:
    """Return the condition that the raw text is no dummy; None for attributes that have no list."""
    condition = is_dummy(attribute, value)
    return None if condition is None else sql("NOT ({condition})", condition=condition)


def is_dummy_text(attribute: str, value: str) -> bool:
    """Return what `is_dummy` says of one text: the reference."""
    whole = value.lower()
    match _KINDS.get(attribute):
        case "phone":
            return re.fullmatch(_phone_pattern(), value) is not None
        case "email":
            local, _, domain = whole.partition("@")
            label = domain.partition("@")[0].partition(".")[0]
            doubled = local == label and local in _doubled_mailboxes()
            return local in _mailboxes() or doubled or whole in _texts()
        case "date":
            return whole in _dates()
        case "postcode":
            return re.fullmatch(_postcode_pattern(), value) is not None or whole in _texts()
        case "name":
            return whole in _texts() or whole in _names()
        case _:
            return False


@cache
def _phone_pattern() -> str:
    repeated = "|".join(f"(?:{digit}{_BETWEEN}){{{_FEWEST_REPEATS},}}" for digit in "0123456789")
    counted = "|".join(
        _BETWEEN.join(run) for run in ("1234567", "12345678", "123456789", "1234567890", "987654321")
    )
    return (
        f"[ (]*(?:(?:[+]|00)[1-9][0-9]{{0,2}}{_BETWEEN})?(?:{repeated}|0?{_BETWEEN}(?:{counted})){_BETWEEN}"
    )


def _postcode_pattern() -> str:
    return "|".join(f"{digit}{{4,}}" for digit in "09") + "|12345|1234|99-999|00-000|x+|X+"


@cache
def _mailboxes() -> frozenset[str]:
    return words_under("dummies", "mailbox")


@cache
def _doubled_mailboxes() -> frozenset[str]:
    return words_under("dummies", "doubled")


@cache
def _texts() -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in words_under("dummies", "text"))


@cache
def _names() -> frozenset[str]:
    return frozenset(word.replace("_", " ") for word in words_under("dummies", "name"))


@cache
def _dates() -> frozenset[str]:
    found: set[str] = set()
    for day in words_under("dummies", "date"):
        y, m, d = day.split("-")
        found |= {day, f"{day} 00:00:00", f"{day}t00:00:00", f"{day}t00:00:00z", f"{y}{m}{d}", f"{y}/{m}/{d}"}
        for a, b in ((d, m), (m, d)):
            found |= {f"{a}{mark}{b}{mark}{y}" for mark in "./-"}
            found |= {f"{int(a)}{mark}{int(b)}{mark}{y}" for mark in "./-"}
    return frozenset(found)


def _listed(words: frozenset[str]) -> Sql:
    return comma(literal(word) for word in sorted(words))
