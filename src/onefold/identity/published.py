"""Whether what identity needs has been published."""

from __future__ import annotations

from collections.abc import Container, Sequence

from onefold.foundation.kernel import InvalidInput, NotFound
from onefold.identity.model import IdentityDefinition
from onefold.identity.tables import PROFILE_RECORDS


def check_unified(published: Container[str], definition: IdentityDefinition | None = None) -> None:
    """Check that a run has unified people, and has read what the definition names since.

    Raises:
        NotFound: nothing is unified yet.
        InvalidInput: a table has not been read yet.
    """
    if PROFILE_RECORDS.name not in published:
        message = "Nothing is unified yet."
        raise NotFound(message, code="identity.nothing_unified", hint="Run `onefold run`.")
    if definition is not None:
        check_read(published, definition)


def check_read(published: Container[str], definition: IdentityDefinition) -> None:
    """Check that the tables that unification reads are there.

    Raises:
        InvalidInput: one has not been read yet.
    """
    pinned = [pins.source for pins in (definition.always, definition.never) if pins.source is not None]
    wanted = dict.fromkeys([*(mapped.table for mapped in definition.map), *pinned])
    missing = [table for table in wanted if table not in published]
    if missing:
        raise not_read(missing)


def not_read(tables: Sequence[str]) -> InvalidInput:
    """Return the problem that tables have not been read yet."""
    message = f"Not read yet: {', '.join(tables)}."
    return InvalidInput(message, code="identity.table_missing", hint="Run the sources: `onefold run`.")
