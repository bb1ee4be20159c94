"""The lists of known mistakes keep their promises."""

from __future__ import annotations

import pytest

from onefold.foundation.contact_points.emails import (
    DISPOSABLE_DOMAINS,
    TEST_ADDRESSES,
    TEST_DOMAINS,
    TYPO_DOMAINS,
)

REAL = [
    *(
        "gmail.com",
        "googlemail.com",
        "web.de",
        "gmx.de",
        "gmx.at",
        "gmx.net",
        "mail.com",
        "ymail.com",
        "live.de",
    ),
    *(
        "mail.de",
        "hotmail.com",
        "outlook.com",
        "yahoo.com",
        "yahoo.co.uk",
        "yahoo.fr",
        "icloud.com",
        "aol.com",
    ),
    *("free.fr", "orange.fr", "libero.it", "mail.ru", "yandex.ru", "me.com"),
]


def test_real_domains_are_no_mistakes() -> None:
    assert not set(REAL) & (set(TYPO_DOMAINS) | DISPOSABLE_DOMAINS | TEST_DOMAINS)


def test_what_was_meant_is_no_mistake_itself() -> None:
    assert not set(TYPO_DOMAINS) & set(TYPO_DOMAINS.values())


@pytest.mark.parametrize("wrong", ["gmai.com", "gmial.com", "hotmial.com", "t-onlin.de", "yaho.co.uk"])
def test_common_mistakes_are_known(wrong: str) -> None:
    assert TYPO_DOMAINS[wrong] in REAL or TYPO_DOMAINS[wrong] == "t-online.de"


@pytest.mark.parametrize(
    "listed", [TYPO_DOMAINS, DISPOSABLE_DOMAINS, TEST_DOMAINS, TEST_ADDRESSES, set(TYPO_DOMAINS.values())]
)
def test_lists_are_in_small_letters_of_ascii(listed: set[str]) -> None:
    assert len(listed) > 5
    assert all(text.isascii() and text == text.lower() and " " not in text for text in listed)


def test_test_addresses_are_addresses() -> None:
    assert all(address.count("@") == 1 and "." in address.partition("@")[2] for address in TEST_ADDRESSES)
