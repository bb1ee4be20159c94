import dataclasses

import pytest

from onefold.example import Dirt
from onefold.foundation.kernel import InvalidInput


def test_a_rate_outside_0_and_1_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as caught:
        Dirt(typos=1.2)
    assert caught.value.code == "example.rate_out_of_range"
    assert "typos" in str(caught.value)


def test_a_rate_that_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Dirt(moves=float("nan"))


def test_none_is_all_zero_but_families() -> None:
    rates = dataclasses.asdict(Dirt.none())
    assert rates.pop("families") == Dirt().families
    assert set(rates.values()) == {0.0}


def test_scaled_multiplies_and_stops_at_one() -> None:
    assert Dirt().scaled(2).typos == 2 * Dirt().typos
    assert Dirt().scaled(2).families == Dirt().families
    assert Dirt().scaled(1000).typos == 1
    with pytest.raises(InvalidInput) as caught:
        Dirt().scaled(-1)
    assert caught.value.code == "example.factor_negative"


def test_single_rates_replace_those_of_the_whole() -> None:
    dirt = Dirt.none().with_rates({"twins": 0.5})
    assert (dirt.twins, dirt.typos, dirt.families) == (0.5, 0.0, Dirt().families)
    with pytest.raises(InvalidInput, match=r"no rate 'typoes'.*Did you mean 'typos'"):
        Dirt().with_rates({"typoes": 0.1})
    with pytest.raises(InvalidInput, match="not between 0 and 1"):
        Dirt().with_rates({"typos": 1.5})


def test_every_rate_says_what_it_is() -> None:
    told = Dirt.told()
    assert {name: default for name, (default, _) in told.items()} == dataclasses.asdict(Dirt())
    assert all(words.startswith("share of ") for _, words in told.values())
