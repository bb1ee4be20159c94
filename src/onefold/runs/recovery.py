"""What a run does before it begins: bring lake and Store together, whatever happened to the run before."""

from __future__ import annotations

import datetime as dt

import structlog

from onefold.foundation.kernel import NotFound
from onefold.foundation.store import Store
from onefold.foundation.warehouse.lake import Lake
from onefold.runs import storage
from onefold.runs.model import Manifest

_log = structlog.get_logger("onefold.runs")


def recover(store: Store, lake: Lake, *, now: dt.datetime, full: bool) -> Manifest:
    """Return the last good run's manifest, with the lake exactly as it says; only under the run lock.

    What a run decided and did not settle is settled; what one staged and did not decide is deleted; a table that
    somebody else wrote to is brought back. A table whose files are gone is an error, because what it held may be
    elsewhere (an unmounted disk); a full run makes it anew.

    Raises:
        NotFound: files of a published table are gone, and the run is not full.
    """
    with store.read() as connection:
        manifest = storage.last_manifest(connection)
        died = storage.running(connection)
    for run_id in died:
        lake.discard(run_id)
    lake.catch_up(manifest.tables, run_id=manifest.run_id)
    lost = lake.missing(manifest.tables)
    if lost and not full:
        message = f"Published tables are missing from the lake, or part of their files: {', '.join(lost)}."
        hint = f"Bring {lake.directory} back, or make everything anew by `onefold run --full`."
        raise NotFound(message, code="lake.table_lost", hint=hint)
    standing = {name: version for name, version in manifest.tables.items() if name not in lost}
    restored = lake.restore(standing, run_id=manifest.run_id)
    if died or restored != manifest.tables:
        with store.write() as connection:
            storage.bury(connection, died, at=now)
            if restored != manifest.tables:
                storage.add_manifest(
                    connection, run_id=manifest.run_id, created_at=manifest.created_at, tables=restored
                )
            owners = storage.owners(connection)
            storage.forget_stages(connection, {owners[name] for name in lost if name in owners})
            manifest = storage.last_manifest(connection)
    for run_id in died:
        _log.warning("run.recovered", run_id=run_id)
    return manifest


def forget_old(store: Store, lake: Lake, *, keep: int) -> None:
    """Let go of all but the newest manifests and of the files that only they hold; only under the run lock."""
    with store.read() as connection:
        manifests = storage.all_manifests(connection)
    kept, old = manifests[:keep], manifests[keep:]
    if not old:
        return
    needed: dict[str, set[int]] = {}
    for manifest in kept:
        for name, version in manifest.tables.items():
            needed.setdefault(name, set()).add(version)
    # The files first: a manifest that outlives its files is let go of at the next run, files would stay for ever.
    lake.clean(
        {
            name: needed.get(name, set())
            for manifest in old
            for name, version in manifest.tables.items()
            if version not in needed.get(name, set())
        }
    )
    with store.write() as connection:
        storage.forget_manifests(connection, [manifest.manifest_id for manifest in old])
