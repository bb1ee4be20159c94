"""The contract of a Store: subclass `StoreSuite`, give a fixture `opener`, and pytest runs it.

```python
class TestMyStore(StoreSuite):
    @pytest.fixture
    def opener(self, tmp_path):
        return functools.partial(MyStore, tmp_path / "store")
```

`opener` opens the same empty database each time it is called, here and (pickled) in other processes.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection as Pipe
from typing import Final

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, StatementError

from onefold.foundation.store import Instant, LockedError, Store

Opener = Callable[[], Store]

_TABLES: Final = sa.MetaData()
_COUNTERS: Final = sa.Table(
    "suite_counters",
    _TABLES,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
_MOMENTS: Final = sa.Table(
    "suite_moments",
    _TABLES,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("moment", Instant),
)
_ROUNDS: Final = 25
_PATIENCE: Final = 30.0
_spawn = multiprocessing.get_context("spawn")


def _number(store: Store, name: str = "a") -> int:
    with store.read() as connection:
        found = connection.execute(sa.select(_COUNTERS.c.number).where(_COUNTERS.c.name == name)).scalar()
    return int(found) if found is not None else -1


def _count_up(store: Store, times: int) -> None:
    """Read, then write: the pattern that fails with "database is locked" where writers are not serialised."""
    for _ in range(times):
        with store.write() as connection:
            row = sa.select(_COUNTERS.c.number).where(_COUNTERS.c.name == "a").with_for_update()
            number = connection.execute(row).scalar_one()
            connection.execute(sa.update(_COUNTERS).where(_COUNTERS.c.name == "a").values(number=number + 1))


def _count_up_elsewhere(opener: Opener, times: int) -> None:
    store = opener()
    _count_up(store, times)
    store.close()


def _hold_elsewhere(opener: Opener, told: Pipe) -> None:
    with opener().lock("suite", purpose="suite"):
        told.send(os.getpid())
        time.sleep(_PATIENCE * 10)


@contextmanager
def _held_elsewhere(opener: Opener) -> Iterator[multiprocessing.process.BaseProcess]:
    here, there = _spawn.Pipe()
    process = _spawn.Process(target=_hold_elsewhere, args=(opener, there))
    process.start()
    try:
        assert here.poll(_PATIENCE), "the other process did not get the lock"
        here.recv()
        yield process
    finally:
        process.kill()
        process.join()
        here.close()
        there.close()


class StoreSuite:
    """What every Store keeps."""

    @pytest.fixture
    def store(self, opener: Opener) -> Iterator[Store]:
        """Return the Store with the suite's tables and a counter at 0."""
        store = opener()
        with store.write() as connection:
            _TABLES.create_all(connection)
            connection.execute(sa.insert(_COUNTERS).values(name="a", number=0))
        yield store
        store.close()

    # Transactions

    def test_a_write_is_there_afterwards(self, store: Store) -> None:
        """The end of the block commits."""
        _count_up(store, 1)
        assert _number(store) == 1

    def test_an_error_in_the_block_rolls_back(self, store: Store) -> None:
        """Nothing of the block stays, and the error is the block's own."""
        message = "the block's own"

        def fail() -> None:
            with store.write() as connection:
                connection.execute(sa.insert(_COUNTERS).values(name="b", number=1))
                raise ZeroDivisionError(message)

        with pytest.raises(ZeroDivisionError, match=message):
            fail()
        assert _number(store, "b") == -1

    def test_a_statement_that_fails_rolls_back_the_block(self, store: Store) -> None:
        """A broken constraint is the driver's error, and nothing before it stays."""

        def fail() -> None:
            with store.write() as connection:
                connection.execute(sa.insert(_COUNTERS).values(name="b", number=1))
                connection.execute(sa.insert(_COUNTERS).values(name="b", number=2))

        with pytest.raises(DBAPIError):
            fail()
        assert _number(store, "b") == -1

    def test_readers_do_not_see_what_is_not_committed(self, store: Store) -> None:
        """Neither wait for the writer."""
        with store.write() as connection:
            connection.execute(sa.update(_COUNTERS).values(number=7))
            assert _number(store) == 0
        assert _number(store) == 7

    def test_a_read_is_as_of_one_moment(self, store: Store) -> None:
        """A commit meanwhile changes nothing in it."""
        with store.read() as connection:
            first = connection.execute(sa.select(_COUNTERS.c.number)).scalar_one()
            _count_up(store, 1)
            assert connection.execute(sa.select(_COUNTERS.c.number)).scalar_one() == first
        assert _number(store) == first + 1

    def test_a_read_refuses_to_write(self, store: Store) -> None:
        """And writing works again afterwards, on the same connection too."""
        with pytest.raises(DBAPIError), store.read() as connection:
            connection.execute(sa.update(_COUNTERS).values(number=7))
        _count_up(store, 1)
        assert _number(store) == 1

    def test_schema_changes_are_transactional(self, store: Store) -> None:
        """A migration that fails leaves nothing."""

        def fail() -> None:
            with store.write() as connection:
                connection.execute(sa.text("CREATE TABLE suite_half (a integer)"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        with store.read() as connection:
            assert not sa.inspect(connection).has_table("suite_half")

    # Writers at once

    def test_threads_that_write_take_turns(self, store: Store) -> None:
        """No update is lost, none fails."""
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(_count_up, store, _ROUNDS) for _ in range(4)]:
                done.result()
        assert _number(store) == 4 * _ROUNDS

    def test_processes_that_write_take_turns(self, opener: Opener, store: Store) -> None:
        """No update is lost, none fails."""
        processes = [_spawn.Process(target=_count_up_elsewhere, args=(opener, _ROUNDS)) for _ in range(2)]
        for process in processes:
            process.start()
        _count_up(store, _ROUNDS)
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0, 0]
        assert _number(store) == 3 * _ROUNDS

    # Instants

    def test_instants_come_back_in_utc(self, store: Store) -> None:
        """To the microsecond, whatever zone they were given in; before 1970 and none as well."""
        east = dt.timezone(dt.timedelta(hours=5, minutes=45))
        given = [
            dt.datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=dt.UTC),
            dt.datetime(2026, 1, 1, 0, 0, tzinfo=east),
            dt.datetime(1901, 12, 13, 20, 45, 51, 1, tzinfo=dt.UTC),
            None,
        ]
        with store.write() as connection:
            rows = [{"id": number, "moment": moment} for number, moment in enumerate(given)]
            connection.execute(sa.insert(_MOMENTS), rows)
        with store.read() as connection:
            found = list(connection.execute(sa.select(_MOMENTS.c.moment).order_by(_MOMENTS.c.id)).scalars())
        assert found == given
        assert all(moment.tzinfo is dt.UTC for moment in found if moment is not None)

    def test_instants_compare_as_moments(self, store: Store) -> None:
        """Not as texts of different zones."""
        west = dt.timezone(dt.timedelta(hours=-8))
        with store.write() as connection:
            early = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
            connection.execute(sa.insert(_MOMENTS).values(id=1, moment=early))
        later = dt.datetime(2026, 1, 1, 5, tzinfo=west)  # 13 h UTC
        with store.read() as connection:
            before = sa.select(sa.func.count()).where(_MOMENTS.c.moment < later)
            assert connection.execute(before).scalar_one() == 1

    def test_naive_moments_are_refused(self, store: Store) -> None:
        """A moment without a zone is nobody knows when."""
        naive = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the case
        with pytest.raises(StatementError, match="aware"), store.write() as connection:
            connection.execute(sa.insert(_MOMENTS).values(id=1, moment=naive))

    # Locks

    def test_a_held_lock_names_its_holder(self, store: Store) -> None:
        """Enough for a person to find the process."""
        before = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
        with (
            store.lock("suite", purpose="suite"),
            pytest.raises(LockedError) as caught,
            store.lock("suite", purpose="other"),
        ):
            pytest.fail("two hold one lock")
        holder = caught.value.holder
        assert holder is not None
        assert (holder.pid, holder.purpose) == (os.getpid(), "suite")
        assert socket.gethostname().startswith(holder.host)
        assert before <= dt.datetime.fromisoformat(holder.since) <= dt.datetime.now(dt.UTC)
        for told in (str(holder.pid), holder.host, holder.since, "suite"):
            assert told in str(caught.value)

    def test_a_lock_is_free_after_its_block(self, store: Store) -> None:
        """However the block ends."""
        with pytest.raises(ZeroDivisionError), store.lock("suite", purpose="suite"):
            raise ZeroDivisionError
        with store.lock("suite", purpose="suite"):
            pass

    def test_locks_of_other_names_are_apart(self, store: Store) -> None:
        """And a lock keeps nobody from writing."""
        with store.lock("suite", purpose="suite"), store.lock("suite2", purpose="suite"):
            _count_up(store, 1)
        assert _number(store) == 1

    def test_waiting_for_a_lock_gets_it(self, store: Store) -> None:
        """As soon as it is free."""
        with ThreadPoolExecutor(1) as pool:
            held, free = threading.Event(), threading.Event()

            def hold() -> None:
                with store.lock("suite", purpose="suite"):
                    held.set()
                    free.wait(_PATIENCE)

            holding = pool.submit(hold)
            assert held.wait(_PATIENCE)
            threading.Timer(0.3, free.set).start()
            with store.lock("suite", purpose="suite", wait_seconds=_PATIENCE):
                assert free.is_set()
            holding.result()

    def test_waiting_for_a_lock_ends(self, store: Store) -> None:
        """After the seconds given."""
        began = time.monotonic()
        with (
            store.lock("suite", purpose="suite"),
            pytest.raises(LockedError),
            store.lock("suite", purpose="suite", wait_seconds=0.3),
        ):
            pytest.fail("two hold one lock")
        assert 0.3 <= time.monotonic() - began < _PATIENCE

    def test_a_killed_process_gives_its_lock_back(self, opener: Opener, store: Store) -> None:
        """And until then it is named."""
        with _held_elsewhere(opener) as process:
            with pytest.raises(LockedError) as caught, store.lock("suite", purpose="suite"):
                pytest.fail("two hold one lock")
            assert caught.value.holder is not None
            assert caught.value.holder.pid == process.pid
            process.kill()
            with store.lock("suite", purpose="suite", wait_seconds=_PATIENCE):
                assert store.engine is not None
