"""The word lists keep their promises."""

from __future__ import annotations

import pytest

from onefold.identity.normalizers._tables import variants, words_under


@pytest.mark.parametrize("name", ["nicknames", "street_words", "months"])
def test_no_chosen_form_is_a_variant_of_another(name: str) -> None:
    found = variants(name)
    assert not set(found) & set(found.values())


@pytest.mark.parametrize("name", ["nicknames", "street_words", "months"])
def test_words_are_lower_case_ascii(name: str) -> None:
    assert all(word.isascii() and word == word.casefold() for pair in variants(name).items() for word in pair)


def test_there_are_more_nicknames_than_dynamics_has() -> None:
    assert len(variants("nicknames")) > 1_000


def test_legal_forms_of_twenty_countries_are_known() -> None:
    ends = words_under("legal_forms", "end") | words_under("legal_forms", "clear")
    known = "ltd inc ag kg gmbh sarl sas spa srl sl lda bv nv as aps ab oy zoo sro kft eood ae doo ou uab ooo tov pty"
    assert set(known.split()) <= ends
