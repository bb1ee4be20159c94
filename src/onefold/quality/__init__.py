"""Data quality: profiles, checks, traffic lights, grades, readiness and acceptance of published tables.

`QualityStage` is what a run executes. It publishes `quality_fields`, `quality_checks`, `quality_tables` and
`quality_history`; `read_overview` reads them back, `report_html` and `report_json` render them. A check is a file
in `onefold.quality.checks`.
"""

from onefold.quality.acceptance import accept
from onefold.quality.model import Light, Pillar, QualityDefinition
from onefold.quality.overview import Overview, field_lines, problem_lines, read_overview, table_lines
from onefold.quality.report import report_html, report_json
from onefold.quality.stage import QualityStage
from onefold.quality.storage import Acceptance, acceptances, latest_acceptances

__all__ = [
    "Acceptance",
    "Light",
    "Overview",
    "Pillar",
    "QualityDefinition",
    "QualityStage",
    "accept",
    "acceptances",
    "field_lines",
    "latest_acceptances",
    "problem_lines",
    "read_overview",
    "report_html",
    "report_json",
    "table_lines",
]
