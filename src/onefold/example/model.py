"""What the example company is asked for and what it reports: the rates of dirt and the counted files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from onefold.foundation.kernel import InvalidInput, nearest

_NOT_DIRT = frozenset({"families"})


def _rate(default: float, told: str) -> float:
    """Return a field of `Dirt`: its default and what it is a share of."""
    made: float = field(default=default, metadata={"told": told})
    return made


@dataclass(frozen=True)
class Dirt:
    """How untidy the example's identity sources are: shares between 0 and 1, the defaults "as in life".

    Every rate but `families` is zero in `Dirt.none()`; `scaled` multiplies every rate but `families`.
    """

    typos: float = _rate(
        0.015,
        "share of names, streets, cities and e-mail names with one inserted, dropped, wrong or "
        "swapped character (telephone numbers at half this rate).",
    )
    nicknames: float = _rate(0.06, "share of records with the short form of a first name that has one.")
    swapped_names: float = _rate(
        0.008,
        "share of records whose first and last name stand in each other's column.",
    )
    transliteration: float = _rate(
        0.35,
        "share of Cyrillic and Greek records written in Latin letters somewhere, before the "
        "source's own habit (the ERP writes Latin most often); accents are dropped at 0.4 of it.",
    )
    casing: float = _rate(0.06, "share of records typed all lower-case or all upper-case.")
    address_forms: float = _rate(
        0.2,
        "share of addresses with the short street word (`str.`, `Rd`, `bd`).",
    )
    phone_formats: float = _rate(
        0.6,
        "share of telephone numbers not written as E.164 but in a local or foreign habit.",
    )
    other_emails: float = _rate(
        0.08,
        "share of records with another address of the person (work instead of private).",
    )
    family_emails: float = _rate(
        0.04,
        "share of households of two or more that sign up with one shared address.",
    )
    gmail_variants: float = _rate(0.05, "share of gmail addresses written with other dots or a plus tag.")
    typo_domains: float = _rate(0.008, "share of addresses with a mistyped domain (`gmai.com`).")
    dummy_emails: float = _rate(0.006, "share of records with `test@test.com` or its like.")
    dummy_phones: float = _rate(0.01, "share of records with `0000000000` or its like.")
    moves: float = _rate(
        0.1,
        "share of households that move inside the 26 months; newer records know the new address.",
    )
    marriages: float = _rate(0.015, "share of women who change their last name inside the 26 months.")
    twins: float = _rate(
        0.04,
        "share of families with two children that have twins (one birth date, other first names).",
    )
    juniors: float = _rate(0.03, "share of families with a son that give him his father's name.")
    missing: float = _rate(0.12, "share of optional fields left empty, before the source's own habit.")
    duplicates: float = _rate(
        0.025,
        "share of a source's records that it holds a second time under another key.",
    )
    bad_dates: float = _rate(
        0.003,
        "share of birth dates that are 1900-01-01, in the future or impossible.",
    )
    malformed: float = _rate(
        0.0005,
        "share of rows that cannot be read as declared (no date in a date column, one field too many).",
    )
    deleted: float = _rate(0.002, "share of CRM contacts marked as deleted at the source.")
    families: float = _rate(
        0.45,
        "share of households with more than one person (they share address and landline): not dirt.",
    )

    def __post_init__(self) -> None:
        for each in fields(self):
            rate = getattr(self, each.name)
            if not 0 <= rate <= 1:
                raise InvalidInput(
                    f"The rate '{each.name}' of the example's dirt is not between 0 and 1.",
                    code="example.rate_out_of_range",
                    hint="A rate is a share: 0.05 means one in twenty.",
                    context={"rate": each.name},
                )

    @classmethod
    def told(cls) -> dict[str, tuple[float, str]]:
        """Return each rate's default and what it is a share of, by name."""
        return {each.name: (float(str(each.default)), str(each.metadata["told"])) for each in fields(cls)}

    def with_rates(self, rates: Mapping[str, float]) -> Dirt:
        """Return this with other shares for the rates named.

        Raises:
            InvalidInput: there is no such rate, or its share is not between 0 and 1.
        """
        known = [each.name for each in fields(self)]
        for name in rates:
            if name not in known:
                message = f"The example's dirt has no rate {name!r}."
                raise InvalidInput(message, code="example.rate_unknown", hint=nearest(name, known))
        return replace(self, **rates)

    @classmethod
    def none(cls) -> Dirt:
        """Return clean data: every rate 0; households still share addresses (`families` keeps its default)."""
        return cls().scaled(0)

    def scaled(self, factor: float) -> Dirt:
        """Return every rate but `families` times `factor` (0 or more), at most 1."""
        if not factor >= 0:
            raise InvalidInput(
                "The factor of the example's dirt is negative.",
                code="example.factor_negative",
                hint="0 is clean, 1 as in life, 2 twice as untidy.",
            )
        rates = {each.name: getattr(self, each.name) for each in fields(self) if each.name not in _NOT_DIRT}
        return replace(self, **{name: min(1.0, rate * factor) for name, rate in rates.items()})


@dataclass(frozen=True)
class ExampleReport:
    """What `generate_retail` wrote.

    Attributes:
        directory: the folder given.
        people: number of people, each with at least one identity record.
        seed: the seed given.
        rows: rows per file, keyed by the path under `directory` (`data/crm_contacts.csv`), header not counted.
    """

    directory: Path
    people: int
    seed: int
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def identity_records(self) -> int:
        """Number of records in the five identity sources."""
        return self.rows.get("truth/truth.csv", 0)
