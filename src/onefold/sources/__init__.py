"""Sources: where customer records come from, and how they become published tables.

A `SourceDefinition` names a connector (one file each in `connectors/`), the key, what columns mean, cleaning
steps (`cleaning/`) and a row filter. A `SourceStage` brings its table up to date in a run: it reads what is
new, puts rows that do not fit into quarantine, keeps one row for each key and publishes what changed.
"""

from onefold.sources.cleaning import CleaningStep
from onefold.sources.connectors import Connector, ConnectorContext
from onefold.sources.discovery import connector_for, discover_source
from onefold.sources.files import FileAccess
from onefold.sources.inventory import inventory
from onefold.sources.model import ColumnDefinition, SourceDefinition, describe
from onefold.sources.preview import CleanedValue, preview_cleaning
from onefold.sources.quarantine import quarantine_rows
from onefold.sources.quarantine_stage import QuarantineStage
from onefold.sources.stage import SourceStage

__all__ = [
    "CleanedValue",
    "CleaningStep",
    "ColumnDefinition",
    "Connector",
    "ConnectorContext",
    "FileAccess",
    "QuarantineStage",
    "SourceDefinition",
    "SourceStage",
    "connector_for",
    "describe",
    "discover_source",
    "inventory",
    "preview_cleaning",
    "quarantine_rows",
]
