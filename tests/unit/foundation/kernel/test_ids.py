"""Ids sort by the moment they were made, and never meet."""

from __future__ import annotations

import datetime as dt
import re

from onefold.foundation.kernel import SystemClock, new_id
from onefold.testing.clock import FakeClock

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def test_ids_are_readable_and_have_one_form() -> None:
    assert re.fullmatch(r"run_[0-9a-hjkmnp-tv-z]{22}", new_id("run", START))


def test_ids_sort_by_their_moment() -> None:
    moments = [START + dt.timedelta(milliseconds=step) for step in (0, 1, 2, 999, 1000, 10**9, 10**11)]
    ids = [new_id("run", moment) for moment in moments]
    assert ids == sorted(ids)


def test_ids_of_one_moment_differ() -> None:
    assert len({new_id("run", START) for _ in range(10_000)}) == 10_000


def test_the_clock_is_aware_and_in_utc() -> None:
    before = dt.datetime.now(dt.UTC)
    now = SystemClock().now()
    assert now.tzinfo is dt.UTC
    assert before <= now <= dt.datetime.now(dt.UTC)


def test_a_fake_clock_stands_still_until_it_is_moved() -> None:
    clock = FakeClock(START)
    assert clock.now() == clock.now() == START
    clock.move(dt.timedelta(days=1))
    assert clock.now() == START + dt.timedelta(days=1)
