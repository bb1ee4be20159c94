import pytest

from onefold.example.columns import Dice
from onefold.example.countries import Country, countries
from onefold.example.names import feminine, first_names, last_names, latin


@pytest.mark.parametrize("country", countries(), ids=lambda country: country.code)
def test_every_country_has_a_real_vocabulary(country: Country) -> None:
    for listed, least in (
        (country.female, 120),
        (country.male, 120),
        (country.last, 250),
        (country.streets, 200),
    ):
        assert len(listed) >= least
        assert len(set(listed)) == len(listed)
    assert len(country.last_combined) > 1000
    assert len(country.cities) >= 20
    assert len(country.nicknames) >= 40


@pytest.mark.parametrize(
    ("native", "expected"),
    [
        ("Müller", "Mueller"),
        ("Groß", "Gross"),
        ("Lefèvre", "Lefevre"),
        ("Noël", "Noel"),
        ("O'Brien", "O'Brien"),
        ("Шевченко", "Shevchenko"),
        ("Мар'яна", "Mariana"),
        ("Людмила", "Liudmyla"),
        ("Παπαδόπουλος", "Papadopoulos"),
        ("Γεώργιος", "Georgios"),
        ("Μπότσαρης", "Botsaris"),
        ("Ευάγγελος", "Evangelos"),
    ],
)
def test_latin(native: str, expected: str) -> None:
    assert latin(native) == expected


@pytest.mark.parametrize(
    ("his", "hers"),
    [
        ("Левицький", "Левицька"),
        ("Соколовський", "Соколовська"),
        ("Чорний", "Чорна"),
        ("Шевченко", "Шевченко"),
        ("Παπαδόπουλος", "Παπαδοπούλου"),
        ("Μαυρίδης", "Μαυρίδη"),
        ("Παπαγεωργίου", "Παπαγεωργίου"),
        ("Schmidt", "Schmidt"),
    ],
)
def test_feminine(his: str, hers: str) -> None:
    assert feminine(his) == hers


def test_every_name_can_be_written_in_latin_letters() -> None:
    given, family = first_names(), last_names()
    assert all(form.isascii() for form in given.forms[given.size : 2 * given.size].to_pylist())
    assert all(form.isascii() for form in family.forms[2 * family.size :].to_pylist())
    assert all(mail.isalpha() and mail.islower() for mail in family.mail.to_pylist() + given.mail.to_pylist())


def test_common_names_are_common_and_rare_ones_exist() -> None:
    dice = Dice(1)
    drawn = last_names().draw(dice, dice.below(200_000, 1))
    names, counts = zip(*sorted(_counts(drawn.tolist()).items(), key=lambda each: -each[1]), strict=True)
    assert last_names().forms[names[0]].as_py() == "Müller"
    assert 0.005 < counts[0] / 200_000 < 0.03
    assert len(names) > 3000


def _counts(values: list[int]) -> dict[int, int]:
    out: dict[int, int] = {}
    for value in values:
        out[value] = out.get(value, 0) + 1
    return out
