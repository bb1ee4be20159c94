"""The example company as a fixture: its identity sources, generated once, and workspaces over some of them."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.benchmark import say
from benchmarks.child import in_child
from benchmarks.places import cache_directory, need_room

IDENTITY_SOURCES = (
    "crm_contacts",
    "webshop_customers",
    "loyalty_members",
    "erp_customers",
    "newsletter_subscribers",
)
SEED = 11
"""Not used while the shipped rules were written, so that their figures are not of data they were fitted to."""

_DEEDS = (
    "crm_accounts.csv",
    "orders.csv",
    "order_lines.parquet",
    "web_sessions.csv",
    "email_engagement.csv",
    "support_cases.csv",
    "subscriptions.csv",
)
_GIGABYTES_PER_MILLION = 0.7
_SECONDS_PER_MILLION = 600

Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class Company:
    """The generated files: `data/` and `truth/truth.csv` below the directory.

    Attributes:
        parts: each identity source with the names of the sources made of it; itself, or its parts.
    """

    directory: Path
    parts: Mapping[str, tuple[str, ...]]


def company(people: int, *, parts: int = 1, seed: int = SEED) -> Company:
    """Return the company's identity sources, generated unless the cache has them.

    Args:
        people: how many.
        parts: how many sources each source is dealt into, row by row; 2 makes ten of five.
        seed: which company.

    Raises:
        Skipped: there is no room on the disk.
    """
    names = {
        source: (source,) if parts == 1 else tuple(f"{source}_{k + 1}" for k in range(parts))
        for source in IDENTITY_SOURCES
    }
    kept = cache_directory() / f"retail-{people}-{seed}-{parts}-{_generator_version()}"
    if not kept.is_dir():
        cache_directory().mkdir(parents=True, exist_ok=True)
        _forget_older(kept)
        need_room(cache_directory(), 0.2 + 2 * people / 1e6 * _GIGABYTES_PER_MILLION)
        say(f"generating {people:,} people, once")
        made = Path(tempfile.mkdtemp(prefix="making-", dir=cache_directory()))
        try:
            arguments = {"directory": str(made), "people": people, "seed": seed}
            timeout = 120 + people / 1e6 * _SECONDS_PER_MILLION
            in_child("benchmarks.company", "generate", arguments, timeout=timeout)
            for source, targets in names.items():
                deal(_file_of(made, source), targets)
            made.rename(kept)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return Company(kept, names)


def generate(directory: str, people: int, seed: int) -> Document:
    """Write the identity sources and the truth; what people do is not written, but lost on the way."""
    from onefold.example import generate_retail

    data = Path(directory) / "data"
    data.mkdir()
    for name in _DEEDS:
        (data / name).symlink_to(os.devnull)
    report = generate_retail(Path(directory), people=people, seed=seed)
    for name in _DEEDS:
        (data / name).unlink()
    return {"records": report.identity_records}


def deal(path: Path, targets: Sequence[str]) -> None:
    """Deal the rows of a file to one file per target beside it, in turn; each CSV gets the header.

    A single target of the file's own name leaves it as it is.
    """
    if list(targets) == [path.stem]:
        return
    with path.open("rb") as whole:
        header = whole.readline() if path.suffix == ".csv" else b""
        files = [path.with_name(f"{target}{path.suffix}").open("wb") for target in targets]
        try:
            for file in files:
                file.write(header)
            for at, line in enumerate(whole):
                files[at % len(files)].write(line)
        finally:
            for file in files:
                file.close()
    path.unlink()


def build_workspace(directory: Path, made: Company, sources: Sequence[str] = IDENTITY_SOURCES) -> None:
    """Make a workspace over some of the company's sources, with the identity and profile that it ships."""
    from onefold.example import write_definitions

    shipped = directory / "shipped"
    write_definitions(shipped)
    documents = [
        document
        for path in sorted(shipped.rglob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8"))
        if document
    ]
    shutil.rmtree(shipped)
    names = {source: made.parts[source] for source in sources}
    write_workspace(directory, retargeted(documents, names), made.directory / "data")


def write_workspace(directory: Path, documents: Sequence[Document], data: Path) -> None:
    """Write the definitions into a folder, with `data/` of another."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "data").symlink_to(data.resolve(), target_is_directory=True)
    workspace = [document for document in documents if document["kind"] == "workspace"]
    others = [document for document in documents if document["kind"] != "workspace"]
    for name, group in (("onefold.yaml", workspace), ("definitions.yaml", others)):
        text = yaml.safe_dump_all(group, allow_unicode=True, sort_keys=False)
        (directory / name).write_text(text, encoding="utf-8")


def retargeted(documents: Sequence[Document], names: Mapping[str, Sequence[str]]) -> list[Document]:
    """Return the definitions for some of the sources, each of them standing for one or several tables.

    Args:
        documents: the definitions; kinds other than workspace, source, identity and profile are left out.
        names: a source to the tables in its place; sources not named are left out.
    """
    make: dict[str, Callable[[Document, Mapping[str, Sequence[str]]], list[Document]]] = {
        "workspace": lambda document, _: [document],
        "source": _sources,
        "identity": _identity,
        "profile": _profile,
    }
    return [
        made
        for document in documents
        if str(document["kind"]) in make
        for made in make[str(document["kind"])](document, names)
    ]


def _sources(document: Document, names: Mapping[str, Sequence[str]]) -> list[Document]:
    own = str(document["name"])
    made: list[Document] = []
    for name in names.get(own, ()):
        connector = dict(_mapping(document["connector"]))
        path = Path(str(connector["path"]))
        connector["path"] = str(path.with_name(f"{name}{path.suffix}"))
        columns = [
            {key: value for key, value in _mapping(column).items() if key != "references"}
            for column in _list(document["columns"])
        ]
        made.append({**document, "name": name, "connector": connector, "columns": columns})
    return made


def _identity(document: Document, names: Mapping[str, Sequence[str]]) -> list[Document]:
    mapped: list[object] = []
    for entry in _list(document["map"]):
        table = str(entry if isinstance(entry, str) else _mapping(entry)["table"])
        mapped += [
            name if isinstance(entry, str) else {**_mapping(entry), "table": name}
            for name in names.get(table, ())
        ]
    return [{**document, "map": mapped}]


def _profile(document: Document, names: Mapping[str, Sequence[str]]) -> list[Document]:
    attributes: Document = {}
    for attribute, rule in _mapping(document.get("attributes") or {}).items():
        if not isinstance(rule, dict) or "from" not in rule:
            attributes[attribute] = rule
            continue
        pairs = [str(column).partition(".") for column in _list(rule["from"])]
        columns = [f"{name}.{column}" for table, _, column in pairs for name in names.get(table, ())]
        if columns:
            attributes[attribute] = {**rule, "from": columns}
    return [{**document, "attributes": attributes}]


def _mapping(value: object) -> Document:
    if not isinstance(value, dict):
        message = f"expected a mapping, found {type(value).__name__}"
        raise TypeError(message)
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        message = f"expected a list, found {type(value).__name__}"
        raise TypeError(message)
    return value


def _file_of(directory: Path, source: str) -> Path:
    (found,) = (directory / "data").glob(f"{source}.*")
    return found


def _generator_version() -> str:
    """Return what changes when the generator does: data of an older one are another company's."""
    import onefold.example

    digest = hashlib.sha256()
    for path in sorted(Path(str(onefold.example.__file__)).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def _forget_older(kept: Path) -> None:
    same = kept.name.rsplit("-", 1)[0]
    for old in kept.parent.glob(f"{same}-*"):
        shutil.rmtree(old, ignore_errors=True)
