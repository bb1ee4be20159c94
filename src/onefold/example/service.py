"""Writes the example company: people block by block, their records and deeds beside them, files in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

from onefold.example.catalogue import Catalogue, catalogue, shop_columns
from onefold.example.columns import digits, join, pick, text
from onefold.example.emails import Ledger
from onefold.example.engagement import case_columns, email_columns, session_columns, subscription_columns
from onefold.example.identity_sources import account_columns, identity_columns
from onefold.example.model import Dirt, ExampleReport
from onefold.example.orders import LINE_SCHEMA, order_rows
from onefold.example.people import BLOCK, People, draw_people
from onefold.example.records import Records, Source, draw_records
from onefold.example.writer import (
    Chunk,
    Columns,
    ParquetSink,
    Sink,
    TextSink,
    csv_chunk,
    json_chunk,
    quoted_csv_chunk,
)
from onefold.foundation.kernel import InvalidInput

AS_IN_LIFE = Dirt()
MOST_PEOPLE = 10_000_000
_WORKERS = 2
_BARE = ("marketing_opt_in",)


def generate_retail(
    directory: Path,
    *,
    people: int = 2_000,
    seed: int = 7,
    dirt: Dirt = AS_IN_LIFE,
    progress: Callable[[str, int], None] | None = None,
) -> ExampleReport:
    """Write an invented retailer's 26 months (2024-05-01 to 2026-06-30) as files under the directory.

    `data/` receives the sources, `truth/truth.csv` (source, record_id, person) who is who, `truth/products.csv`
    which product ids are one product. Equal arguments give equal bytes. Memory does not grow with the number
    of people; time does, about linearly.

    Args:
        directory: created if missing; files of an earlier run are replaced.
        people: 1 to 10,000,000.
        seed: any whole number from 0.
        dirt: how untidy the identity sources are; the default is as in life.
        progress: called with "people" and the number of people written so far.

    Raises:
        InvalidInput: people or seed out of range.
    """
    _check(people, seed)
    (directory / "data").mkdir(parents=True, exist_ok=True)
    (directory / "truth").mkdir(parents=True, exist_ok=True)
    sinks: dict[str, Sink] = {}
    with ExitStack() as stack:

        def append(path: str, columns: Columns | None, part: Chunk) -> None:
            if path not in sinks:
                sinks[path] = stack.enter_context(closing(_opened(directory / path, columns)))
            sinks[path].append(part)

        for path, columns, part in _company(seed):
            append(path, columns, part)
        written = 0
        for count, parts in _blocks(people, seed, dirt):
            for path, columns, part in parts:
                append(path, columns, part)
            written += count
            if progress is not None:
                progress("people", written)
    return ExampleReport(directory, people, seed, {path: sink.rows for path, sink in sinks.items()})


def _check(people: int, seed: int) -> None:
    if not 1 <= people <= MOST_PEOPLE:
        raise InvalidInput(
            f"The example can have 1 to {MOST_PEOPLE:,} people, not {people:,}.",
            code="example.people_out_of_range",
            hint="2,000 make a demonstration, 1,000,000 a benchmark.",
        )
    if seed < 0:
        raise InvalidInput(
            "The example's seed is negative.",
            code="example.seed_negative",
            hint="Any whole number from 0 will do; equal seeds give equal files.",
        )


_FilePart = tuple[str, Columns | None, Chunk]


def _opened(path: Path, columns: Columns | None) -> Sink:
    if path.suffix == ".parquet":
        return ParquetSink(path, LINE_SCHEMA)
    if path.suffix == ".jsonl" or columns is None:
        return TextSink(path)
    return TextSink(path, _DELIMITERS.get(path.name, ",").join(columns))


_DELIMITERS = {"crm_contacts.csv": ";", "crm_accounts.csv": ";", "erp_customers.csv": ";"}
_QUOTED = frozenset({"support_cases.csv", "products.csv", "shops.csv"})


def _rendered(path: str, columns: Columns) -> _FilePart:
    name = path.rpartition("/")[2]
    delimiter = _DELIMITERS.get(name, ",")
    if name.endswith(".jsonl"):
        return path, columns, json_chunk(columns, _BARE)
    render = quoted_csv_chunk if name in _QUOTED else csv_chunk
    return path, columns, render(columns, delimiter)


def _company(seed: int) -> Iterator[_FilePart]:
    """Yield what does not depend on people: products and shops."""
    yield _rendered("data/products.csv", catalogue(seed).columns)
    yield _rendered("data/shops.csv", shop_columns(seed))
    yield _rendered("truth/products.csv", catalogue(seed).truth)


def _blocks(people: int, seed: int, dirt: Dirt) -> Iterator[tuple[int, list[_FilePart]]]:
    """Yield each block's parts in order; while one is written, the next are made (a few at most)."""
    ledger, products = Ledger(), catalogue(seed)
    with ThreadPoolExecutor(_WORKERS) as workers:
        waiting: deque[tuple[int, Future[list[_FilePart]]]] = deque()
        for block, start in enumerate(range(0, people, BLOCK)):
            count = min(BLOCK, people - start)
            drawn = draw_people(seed, block, count, dirt, ledger)
            waiting.append((count, workers.submit(_block_parts, (seed, block), drawn, dirt, products)))
            if len(waiting) > _WORKERS:
                done, parts = waiting.popleft()
                yield done, parts.result()
        while waiting:
            done, parts = waiting.popleft()
            yield done, parts.result()


def _block_parts(key: tuple[int, int], people: People, dirt: Dirt, products: Catalogue) -> list[_FilePart]:
    """Return every file's part of one block. Depends on nothing but its arguments."""
    records = draw_records(*key, people, dirt)
    parts: list[_FilePart] = []
    for source in Source:
        columns = identity_columns(source, people, records[source], dirt, key)
        suffix = "jsonl" if source is Source.WEBSHOP else "csv"
        parts.append(_rendered(f"data/{source}.{suffix}", columns))
        parts.append(_rendered("truth/truth.csv", _truth(source, people, records[source])))
    parts.append(_rendered("data/crm_accounts.csv", account_columns(key, len(people))))
    orders, lines = order_rows(key, people, records, products)
    parts.append(_rendered("data/orders.csv", orders))
    parts.append(("data/order_lines.parquet", None, Chunk(lines, lines.num_rows)))
    web, crm = records[Source.WEBSHOP], records[Source.CRM]
    parts.append(_rendered("data/web_sessions.csv", session_columns(key, people, web)))
    parts.append(
        _rendered("data/email_engagement.csv", email_columns(key, people, records[Source.NEWSLETTER]))
    )
    parts.append(_rendered("data/support_cases.csv", case_columns(key, people, crm)))
    parts.append(_rendered("data/subscriptions.csv", subscription_columns(key, people, web)))
    return parts


def _truth(source: Source, people: People, records: Records) -> Columns:
    return {
        "source": pick(text([source.value]), records.person * 0),
        "record_id": records.key,
        "person": join("P", digits(people.number[records.person], 8)),
    }
