"""What the values of a column look like, by shape and small word lists; never by who they are."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EMAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[^@\s.,;]{2,}")
_PHONE = re.compile(r"[+(]?[\d(][\d\s().\-/]{5,22}\d(\s?(x|ext\.?)\s?\d{1,5})?", re.IGNORECASE)
_POSTCODE = re.compile(
    r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{4} ?[A-Z]{2}|\d{2}-\d{3}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{5}-\d{4}"
    r"|\d{3} \d{2}"
)
_ANY_POSTCODE = re.compile(rf"{_POSTCODE.pattern}|[A-Z]{{0,2}}-?\d{{3,7}}")
_URL = re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_LEGAL_FORM = re.compile(
    r"\b(gmbh|ag|kg|ug|e\.?k|ohg|ltd|limited|llc|inc|corp|plc|sarl|sas|s\.a\.|sa|srl|s\.r\.l|spa|s\.p\.a|bv"
    r"|b\.v|nv|sp\. ?z ?o\. ?o|oy|ab|as|aps|pty|co)\b\.?$",
    re.IGNORECASE,
)
_DAY = (
    re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?P<time>[T ].*)?"),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})"),
    re.compile(r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})(?P<time>[T ].*)?"),
    re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})(?P<time>[T ].*)?"),
)
_GENDERS = _words(
    "m f w d x u h k v o male female man woman divers diverse other unknown mannlich männlich "
    "weiblich homme femme hombre mujer mezczyzna kobieta vrouw uomo donna nonbinary non-binary"
)
_SALUTATIONS = _words(
    "mr mrs ms miss mx dr prof sir madam herr frau fr hr monsieur madame mademoiselle m mme mlle "
    "señor señora sr sra srta pan pani dhr mevr mw de heer mevrouw signor signora signore sig sig.ra "
    "dott dott.ssa"
)
_COUNTRY_CODES = _words(
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS "
    "BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE "
    "EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM "
    "HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC "
    "LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA "
    "NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW "
    "SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO "
    "TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW UK"
)
_COUNTRY_WORDS = _words(
    "deu aut che gbr usa fra esp pol nld ita bel dnk swe nor fin prt irl cze hun grc ukr rou bgr hrv "
    "svk svn lux can germany deutschland allemagne alemania niemcy duitsland germania austria "
    "österreich autriche switzerland schweiz suisse svizzera france frankreich francia francja spain "
    "spanien españa espagne hiszpania italy italien italia italie poland polen polska pologne "
    "netherlands niederlande nederland pays-bas belgium belgien belgique belgië denmark dänemark "
    "danmark sweden schweden sverige norway norwegen norge finland finnland suomi portugal ireland "
    "irland greece griechenland hellas ελλάδα ukraine україна czechia tschechien hungary ungarn "
    "romania rumänien england scotland wales canada kanada australia australien japan china india "
    "brazil brasil mexico méxico"
) | frozenset(
    [
        "united kingdom",
        "great britain",
        "united states",
        "vereinigtes königreich",
        "royaume-uni",
        "czech republic",
    ]
)
_CURRENCIES = _words(
    "EUR USD GBP CHF PLN CZK HUF DKK SEK NOK RON BGN UAH TRY CAD AUD NZD JPY CNY INR BRL MXN ZAR ILS SGD HKD"
)
# Common given names, enough to tell a column of given names from one of family names.
_GIVEN = _words(
    "anna maria peter thomas michael andreas stefan christian martin markus daniel alexander "
    "sebastian jan julia laura lisa sarah sara katharina christina sabine susanne petra monika "
    "claudia nicole stefanie andrea hans wolfgang klaus jürgen juergen uwe frank ralf lukas leon paul "
    "max maximilian felix jonas tim david james john robert william richard joseph charles mary "
    "patricia jennifer linda elizabeth barbara susan jessica karen nancy emily emma olivia sophie "
    "sophia charlotte jack harry george oliver jacob thomas joshua matthew ethan noah lachlan joshua "
    "samantha chloe hannah georgia isabella ruby grace jean pierre michel philippe alain nicolas "
    "marie nathalie isabelle sylvie catherine françoise camille léa manon luc antoine josé jose "
    "antonio manuel francisco juan carlos javier carmen josefa isabel dolores pilar lucía lucia piotr "
    "krzysztof andrzej tomasz jan paweł pawel agnieszka małgorzata katarzyna ewa giuseppe giovanni "
    "mario luigi francesco angela rosa giulia marco johannes cornelis willem hendrik pieter johanna "
    "wilhelmina elisabeth cornelia kees μαρία maria γιώργος ελένη dimitrios georgios олександр сергій "
    "ірина наталія oleksandr serhii iryna natalia"
)
MAX_SAMPLES = 1000


class Looks(NamedTuple):
    """One thing that values may look like, and the share of values (0 to 1) that do."""

    what: str
    share: float


def texts(samples: Sequence[object]) -> list[str]:
    """Return the first thousand values that are there, as trimmed text."""
    found = []
    for value in samples:
        text = "" if value is None else str(value).strip()
        if text and text.lower() not in ("nan", "none", "null"):
            found.append(text)
        if len(found) == MAX_SAMPLES:
            break
    return found


def share(values: Sequence[str], test: Callable[[str], object]) -> float:
    """Return the share of values that pass; 0 without values."""
    return sum(1 for value in values if test(value)) / len(values) if values else 0.0


def is_email(value: str) -> bool:
    """Return whether it has the shape of an e-mail address."""
    return _EMAIL.fullmatch(value) is not None


def is_phone(value: str) -> bool:
    """Return whether it has the shape of a telephone number and not that of a date."""
    return (
        _PHONE.fullmatch(value) is not None
        and 7 <= sum(map(str.isdigit, value)) <= 15
        and day(value) is None
        and (value[0] in "+(0" or any(sign in value for sign in " -/()"))
    )


def is_digits(value: str) -> bool:
    """Return whether it can be dialled at all: seven to fifteen digits and separators."""
    return _PHONE.fullmatch(value) is not None and 7 <= sum(map(str.isdigit, value)) <= 15


def is_postcode(value: str) -> bool:
    """Return whether it has the shape of a postal code of some country, bare digits included."""
    return _ANY_POSTCODE.fullmatch(value.upper()) is not None


def is_distinct_postcode(value: str) -> bool:
    """Return whether it has a shape that little but postal codes has (`SW1A 1AA`, `1012 AB`, `00-950`)."""
    return _POSTCODE.fullmatch(value.upper()) is not None


def is_country(value: str) -> bool:
    """Return whether it is an ISO code or a common name of a country."""
    return value.upper() in _COUNTRY_CODES or value.lower() in _COUNTRY_WORDS


def is_country_name(value: str) -> bool:
    """Return whether it names a country by more than two letters."""
    return value.lower() in _COUNTRY_WORDS


def is_gender(value: str) -> bool:
    """Return whether it is a word or letter for a gender."""
    return value.lower() in _GENDERS


def is_salutation(value: str) -> bool:
    """Return whether it consists of forms of address and titles."""
    return all(word.strip(".").lower() in _SALUTATIONS for word in value.split())


def is_currency(value: str) -> bool:
    """Return whether it is a common ISO 4217 code."""
    return value.upper() in _CURRENCIES


def is_url(value: str) -> bool:
    """Return whether it begins as a web address does."""
    return _URL.fullmatch(value) is not None


def is_uuid(value: str) -> bool:
    """Return whether it is a UUID."""
    return _UUID.fullmatch(value) is not None


def is_organization(value: str) -> bool:
    """Return whether it ends with a legal form (GmbH, Ltd, S.A.)."""
    return _LEGAL_FORM.search(value) is not None


def is_given_name(value: str) -> bool:
    """Return whether its first word is among the common given names."""
    words = value.lower().split()
    return bool(words) and words[0] in _GIVEN


def is_several_words(value: str) -> bool:
    """Return whether it has at least two words of letters, as a whole name has."""
    words = value.replace(",", " ").split()
    return len(words) > 1 and all(word[0].isalpha() for word in words)


def day(value: str) -> dt.date | None:
    """Return the day the value names in one of the common ways of writing, else None."""
    for pattern in _DAY:
        found = pattern.fullmatch(value)
        if found:
            try:
                return dt.date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                continue
    return None


def is_day(value: str) -> bool:
    """Return whether it names a day, with or without a time."""
    return day(value) is not None


def has_time(value: str) -> bool:
    """Return whether it names a day and a time."""
    return is_day(value) and ":" in value


def are_birth_dates(values: Sequence[str]) -> bool:
    """Return whether the values are days without times, spread over decades, few of them recent."""
    days = [found for found in map(day, values) if found]
    if len(days) < max(5, 0.8 * len(values)) or share(values, has_time) > 0.1:
        return False
    years = sorted(found.year for found in days)
    plausible = sum(1 for year in years if 1900 <= year <= 2015) / len(years)
    tenth = len(years) // 10
    return plausible >= 0.9 and years[-1 - tenth] - years[tenth] >= 15


def are_numbers(values: Sequence[str], *, low: float, high: float) -> bool:
    """Return whether nearly all values are numbers in the range."""

    def inside(value: str) -> bool:
        try:
            return low <= float(value.replace(",", ".")) <= high
        except ValueError:
            return False

    return share(values, inside) >= 0.95
