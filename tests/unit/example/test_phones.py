import numpy as np
import phonenumbers
import pytest
from phonenumbers import NumberParseException

from onefold.example.addresses import draw_addresses
from onefold.example.columns import Dice
from onefold.example.countries import Country, countries
from onefold.example.phones import DUMMIES, draw_habits, draw_landlines, draw_mobiles, written

SAMPLE = 3000


@pytest.mark.parametrize("country", countries(), ids=lambda country: country.code)
@pytest.mark.parametrize("kind", ["mobile", "landline"])
def test_numbers_are_valid_in_their_country_however_they_are_written(country: Country, kind: str) -> None:
    dice, code = Dice(3), np.full(SAMPLE, countries().index(country))
    city = draw_addresses(dice, code).city
    numbers = draw_mobiles(dice, code) if kind == "mobile" else draw_landlines(dice, code, city)
    plain = written(numbers, np.zeros(SAMPLE, dtype=np.int64)).to_pylist()
    habits = written(numbers, draw_habits(dice, code, 1.0)).to_pylist()
    for e164, habit in zip(plain, habits, strict=True):
        parsed = phonenumbers.parse(habit, country.code)
        assert phonenumbers.is_valid_number_for_region(parsed, country.code), habit
        assert phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) == e164
        mobile = phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.MOBILE
        assert mobile == (kind == "mobile"), habit
    assert len(set(habits) & set(plain)) == 0


@pytest.mark.parametrize("dummy", DUMMIES)
@pytest.mark.parametrize("region", ["DE", "GB", "FR", "UA", "GR"])
def test_dummies_belong_to_nobody(dummy: str, region: str) -> None:
    try:
        assert not phonenumbers.is_valid_number(phonenumbers.parse(dummy, region))
    except NumberParseException:
        assert dummy
