from __future__ import annotations

import pytest

from onefold.quality.grade import CheckResult, Grade, field_light, grade_source, grade_table, score_of
from onefold.quality.model import Light, Limits, Pillar, QualityDefinition, Severity, Weights


def a_result(
    ratio: float = 0.0,
    *,
    check: str = "email.syntax",
    pillar: Pillar = Pillar.VALIDITY,
    severity: Severity = Severity.MEDIUM,
    weight: int = 1,
    field: str = "email",
) -> CheckResult:
    limits = Limits(yellow=0.1, red=0.2)
    return CheckResult(
        table="crm",
        field=field,
        check=check,
        pillar=pillar,
        severity=severity,
        failing=round(ratio * 1000),
        checked=1000,
        ratio=ratio,
        estimated=False,
        limits=limits,
        light=limits.light(ratio),
        score=score_of(ratio, limits),
        weight=weight,
        sentence=f"{ratio:.0%} fail.",
        rule="",
    )


@pytest.mark.parametrize(
    ("ratio", "score", "light"),
    [
        (0.0, 100, Light.GREEN),
        (0.05, 90, Light.GREEN),
        (0.1, 80, Light.GREEN),
        (0.15, 65, Light.YELLOW),
        (0.2, 50, Light.YELLOW),
        (0.6, 25, Light.RED),
        (1.0, 0, Light.RED),
    ],
)
def test_score_and_light_of_a_share(ratio: float, score: float, light: Light) -> None:
    limits = Limits(yellow=0.1, red=0.2)
    assert score_of(ratio, limits) == pytest.approx(score)
    assert limits.light(ratio) is light


@pytest.mark.parametrize(
    ("ratio", "limits", "score"),
    [
        (0.001, Limits(yellow=0, red=0), 49.95),
        (0.5, Limits(yellow=0, red=0.5), 50),
        (4.0, Limits(yellow=1, red=2), 25),
        (0.9, Limits(yellow=0.5, red=1), 56),
        (1.0, Limits(yellow=0, red=1), 50),
    ],
)
def test_score_at_the_edges(ratio: float, limits: Limits, score: float) -> None:
    assert score_of(ratio, limits) == pytest.approx(score)


def test_a_low_check_never_turns_a_field_red() -> None:
    assert field_light([a_result(0.9, severity=Severity.LOW)])[0] is Light.YELLOW
    assert field_light([a_result(0.15), a_result(0.9)]) == (Light.RED, "90% fail.")
    assert field_light([]) == (Light.GREEN, "Every check is Good.")


def test_a_grade_is_weighted_over_the_pillars_that_have_a_check() -> None:
    results = [
        a_result(0.1, pillar=Pillar.VALIDITY, weight=3),
        a_result(0.2, pillar=Pillar.VALIDITY, weight=1),
        a_result(0.0, pillar=Pillar.COMPLETENESS),
    ]
    definition = QualityDefinition(weights=Weights(validity=30, completeness=10, uniqueness=99))
    graded = grade_table(results, definition)
    # Validity (3 * 80 + 1 * 50) / 4 = 72.5; (30 * 72.5 + 10 * 100) / 40 = 79.375
    assert graded.grade == 79.4
    assert graded.pillars == {Pillar.VALIDITY: 72.5, Pillar.COMPLETENESS: 100.0}


@pytest.mark.parametrize(
    ("results", "light", "reason"),
    [
        ([a_result(0.0)], Light.GREEN, "The grade 100 is at least 80 and no check says Fix."),
        ([a_result(0.15)], Light.YELLOW, "The grade 65 is below 80."),
        ([a_result(0.3), a_result(0.0, weight=9)], Light.YELLOW, "email: 30% fail."),
        ([a_result(0.3, severity=Severity.HIGH), a_result(0.0, weight=99)], Light.RED, "email: 30% fail."),
        ([a_result(0.9, severity=Severity.LOW), a_result(0.0, weight=9)], Light.GREEN, "The grade 90"),
        ([a_result(0.9)], Light.RED, "The grade 6 is below 50."),
        (
            [a_result(0.3, field=""), a_result(0.4), a_result(0.0, weight=20)],
            Light.YELLOW,
            "email: 40% fail. 1 more check says Fix.",
        ),
    ],
)
def test_the_light_of_a_table_says_why(results: list[CheckResult], light: Light, reason: str) -> None:
    graded = grade_table(results, QualityDefinition())
    assert graded.light is light
    assert graded.reason.startswith(reason)


@pytest.mark.parametrize(
    ("ratio", "grade", "told"), [(0.0175, 96.5, "96"), (0.1003, 79.9, "79"), (0.0, 100, "100")]
)
def test_a_grade_is_one_number_wherever_it_is_told(ratio: float, grade: float, told: str) -> None:
    graded = grade_table([a_result(ratio)], QualityDefinition())
    assert graded.grade == grade
    assert str(graded) == told
    assert graded.reason.startswith(f"The grade {told} is ")
    assert graded.light is (Light.GREEN if grade >= 80 else Light.YELLOW)


def test_a_grade_against_a_limit_that_is_not_whole_is_told_to_the_tenth() -> None:
    graded = grade_table([a_result(0.1003)], QualityDefinition(green_grade=79.5))
    assert graded.reason.startswith("The grade 79.9 is at least 79.5")


def test_a_table_without_checks_is_fine() -> None:
    assert grade_table([], QualityDefinition()).grade == 100


def test_a_source_weighs_its_tables_by_rows_and_shows_the_worst_light() -> None:
    good = Grade(90, {Pillar.VALIDITY: 90}, Light.GREEN, "fine")
    bad = Grade(50, {Pillar.VALIDITY: 40, Pillar.INTEGRITY: 10}, Light.RED, "orphans")
    together = grade_source([("customers", good, 300), ("orders", bad, 100)])
    assert together == Grade(
        80, {Pillar.VALIDITY: 77.5, Pillar.INTEGRITY: 10}, Light.RED, "Its worst table is orders. orphans"
    )
    assert grade_source([("orders", bad, 0)]).reason == "orphans"
    # Of the same light the lower grade is the worse, whichever comes first.
    better = Grade(99, {}, Light.GREEN, "The grade 99 is at least 80 and no check says Fix.")
    assert grade_source([("a", better, 1), ("b", good, 1)]).reason == "Its worst table is b. fine"
    assert grade_source([]).light is Light.GREEN
