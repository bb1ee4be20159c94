"""Amounts: how many are negative, how many lie far outside the rest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.warehouse import Sql, literal, sql
from onefold.quality.checks.check import ByRow, Check, Probe
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import NUMERIC, Subject


class Amounts(Check):
    """Looks at amounts, prices and quantities held as numbers."""

    kind: ClassVar[str] = "amounts"

    fence: float = Field(
        default=3.0,
        gt=0,
        description="How many interquartile ranges beyond the quartiles a value counts as an outlier.",
    )

    @override
    def applies_to(self, subject: Subject) -> bool:
        return subject.column.type in NUMERIC and not subject.is_key and subject.means("Commerce")

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        value = subject.value
        found = [
            Probe(
                name="amounts.negative",
                pillar=Pillar.VALIDITY,
                severity=Severity.LOW,
                limits=Limits(yellow=0.2, red=0.5),
                measure=ByRow(sql("{v} < 0", v=value), subject.present),
                sentence="{failing} of {checked} amounts are negative.",
                wanted="Negative amounts are returns, and returns are the smaller part.",
                advice="Check the sign convention of the source.",
            )
        ]
        bounds = fences(subject.facts.quantiles, self.fence)
        if bounds is not None:
            lower, upper = bounds
            found.append(
                Probe(
                    name="amounts.outlier",
                    pillar=Pillar.VALIDITY,
                    severity=Severity.LOW,
                    limits=Limits(yellow=0.01, red=0.1),
                    measure=ByRow(_outside(value, lower, upper), subject.present),
                    sentence=f"{{failing}} of {{checked}} amounts lie outside {lower:,.2f} to {upper:,.2f}.",
                    wanted="Amounts lie near the others: within the quartiles' fences.",
                    advice="Look at them one by one; a wrong currency or decimal sign shows here.",
                )
            )
        return found


def _outside(value: Sql, lower: float, upper: float) -> Sql:
    return sql(
        "(CAST({v} AS DOUBLE) < {lower} OR CAST({v} AS DOUBLE) > {upper})",
        v=value,
        lower=literal(lower),
        upper=literal(upper),
    )


def fences(quantiles: Sequence[float], width: float) -> tuple[float, float] | None:
    """Return the bounds beyond which a value is an outlier, or None when the values hardly vary.

    Tukey's fences, `q1 - width * (q3 - q1)` and `q3 + width * (q3 - q1)` (Tukey, Exploratory Data Analysis, 1977).
    Positive values with a long upper tail are measured on the logarithm, as sums of money are.

    Args:
        quantiles: at 5, 25, 50, 75 and 95 %.
        width: in interquartile ranges.
    """
    if len(quantiles) != 5:
        return None
    lowest, q1, median, q3, _ = quantiles
    if q3 <= q1:
        return None
    if lowest > 0 and q3 - median > 1.5 * (median - q1):
        reach = width * (math.log(q3) - math.log(q1))
        return q1 * math.exp(-reach), q3 * math.exp(reach)
    reach = width * (q3 - q1)
    return q1 - reach, q3 + reach
