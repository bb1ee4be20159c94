"""Files and Store: plan shows the difference, apply and pull carry it over, nobody's change is lost silently."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from onefold.foundation.definitions import (
    DefinitionConflict,
    DefinitionErrors,
    Key,
    apply,
    plan,
    pull,
    stored,
)
from onefold.foundation.definitions.documents import Content
from onefold.foundation.definitions.storage import (
    latest_versions,
    save_version,
    versions_of,
)
from onefold.foundation.store import migrate
from onefold.foundation.store.sqlite import SQLiteStore
from tests.unit.definitions.examples import KINDS, Feed, parse

AT = dt.datetime(2024, 5, 1, 10, tzinfo=dt.UTC)
CRM = Key("feed", "crm")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(tmp_path / ".onefold" / "store.db")
    migrate(store)
    yield store
    store.close()


def feed(name: str = "crm", path: str = "a.csv", extra: str = "") -> str:
    return f"kind: feed\nname: {name}\nconnector: {{kind: csv, path: {path}}}\n{extra}"


def content(name: str, path: str) -> Content:
    return {"kind": "feed", "name": name, "connector": {"kind": "csv", "path": path}}


def edit_elsewhere(store: SQLiteStore, key: Key, new: Content | None) -> None:
    with store.write() as connection:
        save_version(connection, key, new, by="screen", at=AT)


def applied(store: SQLiteStore, directory: Path, **options: bool) -> str:
    return apply(store, parse(directory), by="anna", at=AT, **options).text()


def path_of(store: SQLiteStore, name: str = "crm") -> str:
    found = stored(store, KINDS).get(Feed, name).connector
    return found.path if found.kind == "csv" else ""


def test_added_changed_removed(store: SQLiteStore, tmp_path: Path) -> None:
    file = tmp_path / "crm.yaml"
    file.write_text(feed())
    assert plan(store, parse(tmp_path)).text().startswith("+ feed 'crm'\n")
    assert applied(store, tmp_path).endswith("1 added, 0 changed, 0 removed.")
    assert plan(store, parse(tmp_path)).is_empty
    assert applied(store, tmp_path) == "Nothing to change."

    file.write_text(
        "# a comment alone is no change\n"
        + feed().replace("kind: csv, path: a.csv", "path: a.csv, kind: csv")
    )
    assert plan(store, parse(tmp_path)).is_empty

    file.write_text(feed(path="b.csv", extra="mode: full\n"))
    changed = plan(store, parse(tmp_path))
    assert changed.text() == (
        "~ feed 'crm'\n"
        "    @@ -3,3 +3,4 @@\n"
        "     connector:\n"
        "       kind: csv\n"
        "    -  path: a.csv\n"
        "    +  path: b.csv\n"
        "    +mode: full\n"
        "0 added, 1 changed, 0 removed."
    )
    as_json = json.loads(json.dumps(changed.as_dict()))
    assert as_json["changes"][0]["action"] == "changed"
    assert as_json["changes"][0]["file"] == "crm.yaml"
    applied(store, tmp_path)
    assert path_of(store) == "b.csv"

    file.unlink()
    assert plan(store, parse(tmp_path)).text().startswith("- feed 'crm'")
    applied(store, tmp_path)
    assert plan(store, parse(tmp_path)).is_empty
    with store.read() as connection:
        history = versions_of(connection, CRM)
    assert [(v.version, v.is_deleted, v.created_by, v.created_at) for v in history] == [
        (3, True, "anna", AT),
        (2, False, "anna", AT),
        (1, False, "anna", AT),
    ]
    assert len(stored(store, KINDS)) == 0

    file.write_text(feed(path="b.csv"))
    assert "1 added" in applied(store, tmp_path)
    assert path_of(store) == "b.csv"


def test_a_change_elsewhere_is_not_undone(store: SQLiteStore, tmp_path: Path) -> None:
    file = tmp_path / "crm.yaml"
    file.write_text(feed())
    (tmp_path / "other.yaml").write_text(feed("other"))
    applied(store, tmp_path)
    edit_elsewhere(store, CRM, content("crm", "screen.csv"))
    (tmp_path / "other.yaml").write_text(feed("other", "new.csv"))

    assert "(also changed elsewhere)" in plan(store, parse(tmp_path)).text()
    with pytest.raises(DefinitionConflict, match="onefold pull") as caught:
        applied(store, tmp_path)
    assert "feed 'crm'" in caught.value.message
    assert "other" not in caught.value.message
    assert path_of(store, "other") == "a.csv"  # nothing of the plan was applied

    assert pull(store, tmp_path, parse(tmp_path), KINDS) == [file]
    assert "screen.csv" in file.read_text()
    assert "new.csv" in (tmp_path / "other.yaml").read_text()  # edited here, not applied yet
    assert "0 added, 1 changed" in applied(store, tmp_path)
    assert (path_of(store), path_of(store, "other")) == ("screen.csv", "new.csv")


def test_force_undoes_it(store: SQLiteStore, tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(feed())
    applied(store, tmp_path)
    edit_elsewhere(store, CRM, content("crm", "screen.csv"))
    applied(store, tmp_path, force=True)
    assert path_of(store) == "a.csv"
    assert plan(store, parse(tmp_path)).is_empty


def test_the_same_edit_on_both_sides_is_no_conflict(store: SQLiteStore, tmp_path: Path) -> None:
    file = tmp_path / "crm.yaml"
    file.write_text(feed())
    applied(store, tmp_path)
    edit_elsewhere(store, CRM, content("crm", "same.csv"))
    file.write_text(feed(path="same.csv"))
    assert applied(store, tmp_path) == "Nothing to change."
    file.write_text(feed(path="next.csv"))
    assert "1 changed" in applied(store, tmp_path)


def test_deleted_elsewhere(store: SQLiteStore, tmp_path: Path) -> None:
    file = tmp_path / "all.yaml"
    file.write_text(f"# head\n{feed('aa')}---\n# about crm\n{feed()}---\n{feed('zz')}# tail\n")
    applied(store, tmp_path)
    edit_elsewhere(store, CRM, None)
    with pytest.raises(DefinitionConflict):
        applied(store, tmp_path)
    assert pull(store, tmp_path, parse(tmp_path), KINDS) == [file]
    assert [definition.name for definition in parse(tmp_path)] == ["aa", "zz"]
    assert file.read_text().startswith("# head")
    assert file.read_text().endswith("# tail\n")
    assert plan(store, parse(tmp_path)).is_empty
    assert plan(store, parse(tmp_path)).elsewhere == ()


def test_both_changed(store: SQLiteStore, tmp_path: Path) -> None:
    file = tmp_path / "crm.yaml"
    file.write_text(feed())
    applied(store, tmp_path)
    edit_elsewhere(store, CRM, content("crm", "screen.csv"))
    file.write_text(feed(path="here.csv"))
    with pytest.raises(DefinitionConflict, match="undo what the files hold"):
        pull(store, tmp_path, parse(tmp_path), KINDS)
    assert "here.csv" in file.read_text()
    pull(store, tmp_path, parse(tmp_path), KINDS, force=True)
    assert "screen.csv" in file.read_text()


def test_made_elsewhere_is_left_and_pulled_into_the_kinds_folder(store: SQLiteStore, tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(feed())
    applied(store, tmp_path)
    edit_elsewhere(store, Key("feed", "till"), content("till", "NO"))
    edit_elsewhere(store, Key("workspace", "shop"), {"kind": "workspace", "name": "shop"})
    found = plan(store, parse(tmp_path))
    assert found.is_empty
    assert found.elsewhere == (Key("feed", "till"), Key("workspace", "shop"))
    assert "Only in the Store" in found.text()
    applied(store, tmp_path)
    assert path_of(store, "till") == "NO"

    written = pull(store, tmp_path, parse(tmp_path), KINDS)
    assert written == [tmp_path / "feeds/till.yaml", tmp_path / "onefold.yaml"]
    assert (tmp_path / "feeds/till.yaml").read_text() == (
        "kind: feed\nname: till\nconnector:\n  kind: csv\n  path: 'NO'\n"
    )
    assert pull(store, tmp_path, parse(tmp_path), KINDS) == []
    (tmp_path / "feeds/till.yaml").unlink()
    assert "1 removed" in applied(store, tmp_path)


def test_files_that_agree_are_not_touched(store: SQLiteStore, tmp_path: Path) -> None:
    text = (
        "# why\r\nkind: feed\r\nname: crm   # ours\r\nconnector: {path: é.csv, kind: csv}\r\n---\r\n"
        + feed("two")
    )
    file = tmp_path / "all.yaml"
    file.write_bytes(text.encode())
    applied(store, tmp_path)
    assert pull(store, tmp_path, parse(tmp_path), KINDS) == []
    edit_elsewhere(store, Key("feed", "two"), content("two", "new.csv"))
    pull(store, tmp_path, parse(tmp_path), KINDS)
    after = file.read_bytes().decode()
    assert after.startswith(text.split("---")[0])
    assert "new.csv" in after
    assert len(parse(tmp_path)) == 2


def test_removed_here_and_changed_there(store: SQLiteStore, tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(feed())
    applied(store, tmp_path)
    (tmp_path / "crm.yaml").unlink()
    edit_elsewhere(store, CRM, content("crm", "screen.csv"))
    with pytest.raises(DefinitionConflict):
        applied(store, tmp_path)
    with pytest.raises(DefinitionConflict):
        pull(store, tmp_path, parse(tmp_path), KINDS)
    pull(store, tmp_path, parse(tmp_path), KINDS, force=True)
    assert "screen.csv" in (tmp_path / "feeds/crm.yaml").read_text()


def test_the_store_may_hold_what_no_longer_fits(store: SQLiteStore) -> None:
    edit_elsewhere(store, CRM, {"kind": "feed", "name": "crm", "connektor": {}})
    with pytest.raises(DefinitionErrors, match=r"\(store\): connektor: is not a key here"):
        stored(store, KINDS)


def test_deleting_or_saving_twice_makes_one_version(store: SQLiteStore) -> None:
    for _ in range(2):
        edit_elsewhere(store, CRM, content("crm", "a"))
    for _ in range(2):
        edit_elsewhere(store, CRM, None)
    edit_elsewhere(store, Key("feed", "none"), None)
    with store.read() as connection:
        assert [version.version for version in latest_versions(connection).values()] == [2]
