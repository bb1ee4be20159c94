"""The reference is what the code says now, and leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import pytest
import typer
import yaml
from pydantic import TypeAdapter

import onefold
from onefold.bootstrap import KINDS
from onefold.entrypoints.cli.app import app
from onefold.foundation.definitions import parse_documents
from onefold.foundation.definitions.documents import Document
from onefold.foundation.definitions.yaml_text import read_documents
from onefold.foundation.kernel import discover
from onefold.identity.comparisons.comparison import Comparison
from onefold.identity.normalizers import Normalizer
from onefold.profiles import MergePolicy
from onefold.quality.checks.check import Check
from onefold.rules import Rule
from onefold.settings import Settings
from onefold.sources import CleaningStep, Connector
from tools import reference

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
# Not the decisions: they quote what was weighed.
PAGES = sorted(page for page in (ROOT / "docs").rglob("*.md") if page.parent.name != "adr")
PLUGINS = {
    "connectors": ("onefold.sources.connectors", Connector),
    "cleaning-steps": ("onefold.sources.cleaning", CleaningStep),
    "normalizers": ("onefold.identity.normalizers", Normalizer),
    "comparisons": ("onefold.identity.comparisons", Comparison),
    "merge-policies": ("onefold.profiles.merge_policies", MergePolicy),
    "quality-checks": ("onefold.quality.checks", Check),
    "rules": ("onefold.rules.nodes", Rule),
}
_CODE = re.compile(r'\bcode(?:: str)? ?= ?"([a-z_]+\.[a-z_]+)"')
_YAML = re.compile(r"```yaml\n(.*?)```|cat > \S+\.yaml <<'YAML'\n(.*?)\nYAML\n", re.DOTALL)


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return reference.pages()


@pytest.mark.parametrize("name", sorted(reference.PAGE_MAKERS))
def test_the_committed_page_is_what_the_code_says_now(made: dict[str, str], name: str) -> None:
    committed = (REFERENCE / f"{name}.md").read_text(encoding="utf-8")
    assert committed == made[f"{name}.md"], "run `make docs` and commit docs/reference"


def test_every_setting_is_documented() -> None:
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    assert [name for name in Settings.model_fields if f"`ONEFOLD_{name.upper()}`" not in page] == []


def test_every_error_code_is_documented() -> None:
    page = (REFERENCE / "errors.md").read_text(encoding="utf-8")
    codes = {
        code
        for path in (ROOT / "src" / "onefold").rglob("*.py")
        if "testing" not in path.parts
        for code in _CODE.findall(path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 100
    assert sorted(code for code in codes if f"`{code}`" not in page) == []


@pytest.mark.parametrize("page", PLUGINS)
def test_every_plugin_and_each_of_its_settings_is_documented(page: str) -> None:
    package, contract = PLUGINS[page]
    text = (REFERENCE / f"{page}.md").read_text(encoding="utf-8")
    missing = []
    for kind, plugin in discover(package, contract).items():
        section = re.search(rf"^###? {kind}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
        fields = plugin.model_fields.items()
        keys = [field.alias or name for name, field in fields]
        missing += [f"{kind}.{key}" for key in keys if section is None or f"`{key}`" not in text]
        missing += [kind] if section is None else []
    assert missing == []


def test_every_setting_says_what_it_is() -> None:
    silent = [
        f"{path.name}: {line}"
        for path in sorted(REFERENCE.glob("*.md"))
        if path.stem in {"definitions", "settings", *PLUGINS}
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.fullmatch(r"\| `\w+` \|.*\|  \|", line)
    ]
    assert silent == [], "give the field a description"


def test_every_command_is_documented_with_an_example() -> None:
    page = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    root = typer.main.get_command(app)
    for name, command in list(reference.commands("onefold", root))[1:]:
        section = re.search(rf"^## {name}$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
        assert section, f"{name} is not documented"
        is_group_alone = getattr(command, "commands", None) and not command.invoke_without_command
        assert is_group_alone or "```text" in section[1], f"{name} has no example"
        for option in command.params:
            assert option.help, f"{name}: {option.name} has no help"


def test_every_published_table_and_column_is_documented(tmp_path: Path) -> None:
    _write_workspace(tmp_path)
    page = (REFERENCE / "tables.md").read_text(encoding="utf-8")
    with onefold.open(tmp_path) as workspace:
        workspace.run()
        sources = set(workspace.describe())
        own = [name for name in workspace.tables() if name.split("__")[0] not in sources]
        assert {"profiles", "match_evidence", "quality_tables"} <= set(own)
        missing = [name for name in own if f"\n## {name}\n" not in page]
        attributes = set(workspace.sql("select * from profiles limit 0").column_names)
        for name in set(own) - set(missing):
            columns = set(workspace.sql(f'select * from "{name}" limit 0').column_names)
            section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
            missing += [f"{name}.{one}" for one in columns - attributes if f"`{one}`" not in section]
    assert missing == []


def _write_workspace(directory: Path) -> None:
    """Write two small tables about people, and what makes them people."""
    (directory / "onefold.yaml").write_text("name: shop\n", encoding="utf-8")
    for name in ("crm", "till"):
        rows = (
            f"id,first_name,last_name,email\n1,Anna,Klein,anna@{name}.example\n2,Rob,Lang,rob@web.example\n"
        )
        (directory / f"{name}.csv").write_text(rows, encoding="utf-8")
        columns = "[{name: email, semantic_type: Contact.Email}]"
        source = f"connector: {{kind: csv, path: {name}.csv}}\nprimary_key: id\ncolumns: {columns}\n"
        (directory / f"{name}.yaml").write_text(f"kind: source\nname: {name}\n{source}", encoding="utf-8")
    identity = "kind: identity\nname: people\nmap: [crm, till]\nrules: [{name: same_email, when: [email]}]\n"
    (directory / "identity.yaml").write_text(identity, encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_example_of_a_definition_can_be_read(page: Path) -> None:
    for found in _YAML.finditer(page.read_text(encoding="utf-8")):
        documents = [
            Document(PurePosixPath(page.name), one.value, one.line, one.lines, one.span)
            for one in read_documents(found[1] or found[2])
            if isinstance(one.value, dict) and "kind" in one.value
        ]
        # The connector of the how-to page is known only where that page is run.
        known = [one for one in documents if "fixed_width" not in str(one.content)]
        assert len(parse_documents(known, KINDS)) == len(known)


def test_the_examples_of_plugins_can_be_read() -> None:
    for page, contract in (("connectors", Connector), ("cleaning-steps", CleaningStep)):
        text = (REFERENCE / f"{page}.md").read_text(encoding="utf-8")
        blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
        assert len(blocks) >= len(discover(*PLUGINS[page]))
        adapter: TypeAdapter[object] = TypeAdapter(contract)
        for block in blocks:
            written = yaml.safe_load(block)
            for one in written if isinstance(written, list) else [written["connector"]]:
                assert adapter.validate_python(one)


_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize(
    "page",
    [*PAGES, ROOT / "README.md", ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    broken = []
    for link in _LINK.findall(text):
        path, _, anchor = link.partition("#")
        if "://" in path or path.startswith("mailto:"):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}
