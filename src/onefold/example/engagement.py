"""What people do besides buying: web sessions, newsletters opened, cases, subscriptions."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from onefold.example.columns import Dice, choose, cumulate, digits, join, pick, scrambled, text, words
from onefold.example.days import DAY, END, START, dates, instants, months_between, shopping_times
from onefold.example.orders import cents
from onefold.example.people import People
from onefold.example.records import Records

Columns = dict[str, pa.Array]
_DEVICES = text(["mobile", "desktop", "tablet"])
_DEVICE_SHARES = cumulate((0.58, 0.34, 0.08))
_REFERRERS = text(["google", None, "newsletter", "instagram", "facebook", "bing", "idealo", "partner blog"])
_REFERRER_SHARES = cumulate((0.34, 0.26, 0.14, 0.10, 0.06, 0.04, 0.03, 0.03))
_LANDINGS = text(
    words(
        "/ /sale /lighting /kitchen /textiles /outdoor /tea-coffee /bath /garden /furniture /children /gifts /account"
    )
)
_BROWSING = 1.6
_SENT_SHARE = 0.3
_SUBJECTS = text(
    [
        "Parcel has not arrived",
        "Return, refund missing",
        "Damaged on delivery",
        "Question about an invoice",
        "Change of address",
        "Loyalty points, not booked",
        'Voucher code "WELCOME" refused',
        "Complaint about advice in the shop",
    ]
)
STATUSES = text(["100000001", "100000005", "100000006"])
"""CRM codes of a case's status: open, solved, cancelled."""
_PLANS = text(["Tea Box", "Coffee Box", "Candle Club", "Garden Year"])
_PLAN_CENTS = np.array([1490, 1990, 2490, 11900])
_PLAN_MONTHS = np.array([1, 1, 3, 12])


def session_columns(key: tuple[int, int], people: People, records: Records) -> Columns:
    """Return the block's web sessions of webshop customers; `key` is (seed, block)."""
    dice = Dice(*key, 8)
    until = np.minimum(people.left[records.person], END)
    since = np.maximum(records.created, START)
    months = np.maximum(0, until - since) / (30.4 * DAY)
    means = people.rate[records.person] * months * _BROWSING / records.copies
    holder = np.repeat(np.arange(len(records)), np.minimum(dice.poisson(means), 200))
    at = shopping_times(dice, since[holder], np.maximum(until, since)[holder])
    count = len(holder)
    pages = 1 + np.minimum(60, dice.waits(count, 4.5).astype(np.int64))
    landing = np.where(
        dice.hits(count, 0.5), 2 + people.taste[records.person[holder]], dice.below(count, len(_LANDINGS))
    )
    columns = {
        "session_id": join("V", digits(scrambled(key[1] * 4_000_000 + np.arange(count), 10, 1), 10)),
        "customer_id": pick(records.key, holder),
        "started_at": instants(at),
        "pages": digits(pages),
        "duration_seconds": digits((pages * (8 + dice.waits(count, 30))).astype(np.int64)),
        "device": pick(_DEVICES, dice.weighted(count, _DEVICE_SHARES)),
        "referrer": pick(_REFERRERS, dice.weighted(count, _REFERRER_SHARES)),
        "landing_page": pick(_LANDINGS, landing),
    }
    chronological = np.argsort(at, kind="stable")
    return {name: pick(values, chronological) for name, values in columns.items()}


def email_columns(key: tuple[int, int], people: People, records: Records) -> Columns:
    """Return the block's newsletters sent: one campaign a month, each to a share of its subscribers."""
    dice = Dice(*key, 9)
    months = months_between()
    sent = np.array([int(month.timestamp()) + (9 + n % 3) * DAY + 9 * 3600 for n, month in enumerate(months)])
    chance = dice.floats(len(records) * len(months)).reshape(len(records), len(months))
    campaign, holder = np.nonzero(((chance < _SENT_SHARE) & (sent > records.created[:, None])).T)
    count, person = len(holder), records.person[holder]
    at = sent[campaign] + dice.below(count, 3600)
    bounced = dice.hits(count, 0.015)
    interest = np.where(people.left[person] > at, np.minimum(0.75, 0.2 + people.rate[person] * 0.25), 0.03)
    opened = ~bounced & dice.hits(count, interest)
    clicked = opened & dice.hits(count, 0.22)
    open_at = np.minimum(END, at + 60 + (dice.waits(count, 9 * 3600)).astype(np.int64))
    click_at = np.minimum(END, open_at + 5 + dice.below(count, 600))
    names = text([f"{month:%Y-%m} {_campaign_topic(month.month)}" for month in months])
    return {
        "send_id": join("M", digits(scrambled(key[1] * 4_000_000 + np.arange(count), 10, 2), 10)),
        "subscriber_id": pick(records.key, holder),
        "campaign": pick(names, campaign),
        "sent_at": instants(at),
        "opened_at": choose(~opened, None, instants(open_at)),
        "clicked_at": choose(~clicked, None, instants(click_at)),
        "bounced_at": choose(~bounced, None, instants(np.minimum(END, at + 30))),
    }


def _campaign_topic(month: int) -> str:
    return ("Winter Sale", "Spring", "Garden", "Summer", "Outdoor", "Autumn", "Christmas")[
        {1: 0, 2: 0, 3: 1, 4: 2, 5: 2, 6: 3, 7: 4, 8: 4, 9: 5, 10: 5, 11: 6, 12: 6}[month]
    ]


def case_columns(key: tuple[int, int], people: People, records: Records) -> Columns:
    """Return the block's support cases of CRM contacts."""
    dice = Dice(*key, 10)
    until = np.minimum(people.left[records.person], END)
    since = np.maximum(records.created, START)
    months = np.maximum(0, until - since) / (30.4 * DAY)
    holder = np.repeat(np.arange(len(records)), dice.poisson(months * 0.012 / records.copies))
    opened = shopping_times(dice, since[holder], np.maximum(until, since)[holder])
    count = len(holder)
    closed = opened + 3600 + (dice.waits(count, 3.5) * DAY).astype(np.int64)
    is_open = closed > END
    status = np.where(is_open, 0, np.where(dice.hits(count, 0.06), 2, 1))
    slow = (closed - opened) / DAY
    satisfaction = np.clip(5 - (slow / 3 + dice.floats(count) * 2).astype(np.int64), 1, 5)
    return {
        "case_id": join("CAS-", digits(scrambled(key[1] * 20_000 + np.arange(count), 8, 3), 8)),
        "contact_id": pick(records.key, holder),
        "opened_at": instants(opened),
        "closed_at": choose(is_open, None, instants(np.minimum(closed, END))),
        "subject": pick(_SUBJECTS, np.minimum(dice.below(count, 8), dice.below(count, 8))),
        "status": pick(STATUSES, status),
        "satisfaction": choose(is_open | dice.hits(count, 0.45), None, digits(satisfaction)),
    }


def subscription_columns(key: tuple[int, int], people: People, records: Records) -> Columns:
    """Return the block's subscriptions of webshop customers: some renewed, some ended."""
    dice = Dice(*key, 11)
    since = np.maximum(records.created, START)
    room = (END - since) > 40 * DAY
    rows = np.flatnonzero(room & dice.hits(len(records), np.minimum(0.4, people.rate[records.person] * 0.2)))
    count, person = len(rows), records.person[rows]
    start = since[rows] + (dice.floats(count) * (END - 30 * DAY - since[rows])).astype(np.int64)
    plan = np.minimum(dice.below(count, 4), dice.below(count, 4))
    months = _PLAN_MONTHS[plan]
    kept = 1 + (dice.waits(count, 9) / months).astype(np.int64)
    renews = dice.hits(count, 0.75)
    length = np.where(renews, kept, 1) * months * 30 * DAY
    gone = np.maximum(people.left[person], start + 30 * DAY) + months * 30 * DAY
    end = np.minimum(start + length, gone)
    ended = end <= END
    return {
        "subscription_id": join("SUB", digits(scrambled(key[1] * 100_000 + np.arange(count), 9, 4), 9)),
        "customer_id": pick(records.key, rows),
        "plan": pick(_PLANS, plan),
        "started_on": dates(start // DAY),
        "ended_on": choose(~ended, None, dates(np.minimum(end, END) // DAY)),
        "amount": cents(_PLAN_CENTS[plan]).cast(pa.string()),
        "is_auto_renew": choose(renews, "true", pick(text(["false"]), plan * 0)),
        "recurring_months": digits(months),
    }
