"""What the generated reference pages say in front of what is generated, by page."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_DEFINITIONS = """\
# Definitions

A definition is a YAML document with `kind` and `name`. A file in the workspace's folder holds one or, set apart by
`---`, several; the names of files and folders do not matter. `onefold.yaml` may leave out `kind: workspace`. Folders
whose name begins with a dot are passed over, and `data` and `lake`. A key that does not exist or a value of another
type is an error that names file, line and the nearest valid key."""

_CONNECTORS = """\
# Connectors

A connector reads one kind of place. A source names it by `kind` beside its settings. File kinds take a path from the
workspace's folder, a glob, or a URL of one of the [locations](#locations). How often and how much is read:
[incremental refresh](../how-to/incremental-and-schedule.md). A kind of your own is one class:
[add a connector](../how-to/add-a-connector.md)."""

_CLEANING = """\
# Cleaning steps

A source's `cleaning` is a list of steps, which run in that order, each on what the one before left. They change the
published values; the values as they were read are in `<source>__raw`. For comparison only there are
[normalizers](normalizers.md). `onefold sources preview NAME --cleaning` shows what the steps change."""

_NORMALIZERS = """\
# Normalizers

A normalizer makes two spellings of a value meet, for comparison only: what is published does not change. An attribute
has a chain of its own by its meaning; `attributes.<name>.normalize` of the
[identity definition](definitions.md#identity) replaces it in every rule, `normalize` of a condition in that condition.

## The order

The steps of a chain run by their position, whatever order a definition names them in. A value of which nothing is left
is unknown, and never agrees with another. Numerals come first, because transliteration would spell the sign Ⅷ as the
letters VIII. What looks words up comes after letters are ASCII, and before symbols and blanks go. Alias and bypass
lists come last, so that a value is found however it was spelled; their entries go through the steps before them."""

_COMPARISONS = """\
# Comparisons

A comparison gives two normalized values a similarity from 0 to 1. A condition names it in `compare` and holds when the
similarity reaches its `precision`: `low` 0.30, `medium` 0.60, `high` 0.80, `exact` 1, a per cent (82.5), or a fraction
(0.825). `precision` without `compare` is `edit_distance`. An unknown value has no similarity and never agrees.
Characters are counted, not bytes, and similarities are rounded to nine digits, so that every engine gives the same one.
Where an attribute has several columns, the best pair of values counts."""

_POLICIES = """\
# Merge policies

A merge policy chooses a profile's value among those of its records. Records without a value are no candidates, and a
text of blanks alone is no value. Ties go to the record ranked first inside the profile (`record_no` in
[profile_records](tables.md#profile_records)): the sources in the order of `map`, and inside a source the record that
stands for its group. A kind stands for itself, `email: most_recent`; with settings it is a mapping,
`email: {policy: {kind: importance, sources: [crm_contacts]}}`."""

_CHECKS = """\
# Quality checks

A check counts failing rows of a field or table. Its name is `kind.what`; `limits` of the
[quality definition](definitions.md#quality) address it by name or kind, `checks.<kind>` sets its settings. The share
of failing rows decides the light: green up to the first limit, yellow up to the second, red above. How lights become
grades: [how quality grades](../explanation/how-quality-grades.md)."""

_RULES = """\
The `row_filter` of a [source](definitions.md#source) is such a rule.

## Grammar

```text
rule       = {all: [rule, ...]} | {any: [rule, ...]} | {not: rule} | comparison
comparison = {field: COLUMN, OPERATOR: VALUE}
```

A comparison has exactly one operator. On text it may have `case_sensitive: true` beside it."""

_SETTINGS = """\
# Settings

Settings belong to the process and come from the environment; what belongs to a workspace is in its
[definitions](definitions.md). `onefold settings` prints this list. A value that does not fit stops the start with the
variable's name. `ONEFOLD_WORKSPACE` is read by the command line alone: the folder that `--workspace` would name."""

_ERRORS = """\
# Errors

An error has a code that does not change, a sentence, and mostly the next step. The command line prints them and ends
with the exit code of the error's class; with `--json` it prints
`{"error": {"code", "message", "hint", "context"}}`. Values in braces stand for what is at hand. `Problem` in the
tables below is one of the problems of the definition files; they come together, each with file and line, as one
`definitions.invalid`. A stage that fails inside a run puts its code into the run's report, and the run ends with 7;
when nothing at all could be committed it ends with 1."""

_TABLES = """\
# Tables

Every table is a Delta table in the workspace's `lake/` folder, of the same name; `onefold sql` and
`workspace.table(NAME)` read them as the last good run left them. Types are those of the [closed list](#types).

## A source's own table

One row per record, under the source's name. Key: its `primary_key`, else `_ordinal`."""

_MEANINGS = """\
# Semantic types

A semantic type says what a column means, whatever its header is called. Matching maps columns to attributes by it,
quality checks choose by it what to look at, and reports keep values of personal types to themselves.
`onefold init --add` and `onefold sources add` suggest them from header and content. Types of your own are dotted words
with capitals, such as `Shoe.Size`; `Identity.<Name>` becomes the matching attribute `<name>`. An unknown type counts as
personal."""

_VOCABULARY = """\
# SQL vocabulary and engines

Identity, profiles and rules write their SQL once, in DuckDB's dialect; for Spark it is transpiled. They keep to an
allow-list of constructs that gave equal results on both engines, plus the functions below. The examples on this page
run on every engine in `onefold.testing.warehouse_suite`. In `onefold sql`, which reads with the embedded DuckDB, all of
DuckDB's SQL is at hand and these functions too.

## What the engines offer

|  | DuckDB | Spark 4 |
|---|---|---|
| in the installation | yes | extra `onefold[spark]`, and a JDK 17 or 21 |
| identity and profiles | yes | yes |
| reading files and databases, quality | yes | on the embedded DuckDB beside it |
| `onefold sql`, reading tables from Python | yes | by the embedded DuckDB |
| publishing to the lake | yes | mode `file_list`: Spark writes Parquet, Onefold commits the Delta log |
| groups of linked records | in memory (scipy) | in SQL, by contraction |

## Functions by engine"""

HEADS: Mapping[str, str] = MappingProxyType(
    {
        "definitions": _DEFINITIONS,
        "connectors": _CONNECTORS,
        "cleaning-steps": _CLEANING,
        "normalizers": _NORMALIZERS,
        "comparisons": _COMPARISONS,
        "merge-policies": _POLICIES,
        "quality-checks": _CHECKS,
        "rules": _RULES,
        "settings": _SETTINGS,
        "errors": _ERRORS,
        "tables": _TABLES,
        "semantic-types": _MEANINGS,
        "sql-vocabulary": _VOCABULARY,
    }
)
