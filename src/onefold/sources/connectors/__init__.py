"""Connectors: one kind of place that customer records are read from, one file each."""

from onefold.sources.connectors.connector import (
    CONNECTORS,
    Connector,
    ConnectorContext,
    Coverage,
    FoundColumn,
    Scan,
    ScanRequest,
    Watermark,
)
from onefold.sources.connectors.file_connector import FileConnector, FileRead

__all__ = [
    "CONNECTORS",
    "Connector",
    "ConnectorContext",
    "Coverage",
    "FileConnector",
    "FileRead",
    "FoundColumn",
    "Scan",
    "ScanRequest",
    "Watermark",
]
