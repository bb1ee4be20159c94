from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, create_engine

from onefold.foundation.kernel import InvalidInput, NotFound
from onefold.quality import Acceptance, accept, acceptances, latest_acceptances
from onefold.quality.acceptance import Accepted, Below, Met, decide
from onefold.quality.grade import Grade
from onefold.quality.model import AcceptanceCriterion, Light, QualityDefinition
from onefold.quality.storage import ACCEPTANCES
from tests.unit.quality.test_grade import a_result

NOW = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    ACCEPTANCES.create(engine)
    with engine.begin() as opened:
        yield opened
    engine.dispose()


def graded(grade: float) -> Grade:
    return Grade(grade, {}, Light.RED, "")


def decided(grade: float, acceptance: Acceptance | None = None) -> Met | Accepted | Below:
    return decide(graded(grade), [], QualityDefinition(), acceptance, table="crm", now=NOW)


def an_acceptance(grade: float = 40, expires_at: dt.datetime | None = None) -> Acceptance:
    return Acceptance("crm", grade, "known", "Ada", NOW, expires_at)


def test_the_grade_decides() -> None:
    assert decided(50) == Met()
    assert decided(49) == Below(("its grade is 49, and 50 is wanted",))


def test_an_acceptance_holds_until_the_table_gets_worse_or_it_expires() -> None:
    assert isinstance(decided(40, an_acceptance()), Accepted)
    assert isinstance(decided(35, an_acceptance()), Accepted)
    worse = decided(34.9, an_acceptance())
    assert isinstance(worse, Below)
    assert worse.lapsed == "Ada accepted a grade of 40; it has fallen to 34."
    assert isinstance(decided(40, an_acceptance(expires_at=NOW + dt.timedelta(days=1))), Accepted)
    expired = decided(40, an_acceptance(expires_at=NOW))
    assert isinstance(expired, Below)
    assert expired.lapsed == "The acceptance by Ada has expired."


def test_named_checks_must_be_green_or_not_red() -> None:
    yellow, red = a_result(0.15), a_result(0.9, field="")
    criterion = AcceptanceCriterion(minimum_grade=0, not_red=("email.syntax",))
    definition = QualityDefinition(acceptance=(criterion,))
    assert decide(graded(90), [yellow], definition, None, table="crm", now=NOW) == Met()
    assert decide(graded(90), [red], definition, None, table="crm", now=NOW) == Below(
        ("email.syntax says Fix (90% fail)",)
    )
    strict = QualityDefinition(acceptance=(criterion.model_copy(update={"green": ("email.syntax",)}),))
    assert decide(graded(90), [yellow], strict, None, table="crm", now=NOW) == Below(
        ("email.syntax of email is not Good (15% fail)",)
    )


def test_a_decision_is_kept_with_name_and_reason(connection: Connection) -> None:
    first = accept(connection, "crm", grades={"crm": 41.5}, reason=" known ", accepted_by="Ada", now=NOW)
    later = NOW + dt.timedelta(days=2)
    second = accept(
        connection,
        "crm",
        grades={"crm": 39.0},
        reason="until May",
        accepted_by="Bo",
        now=later,
        expires_at=later + dt.timedelta(days=60),
    )
    assert first == Acceptance("crm", 41.5, "known", "Ada", NOW)
    assert acceptances(connection) == (second, first)
    assert latest_acceptances(connection) == {"crm": second}


@pytest.mark.parametrize(
    ("table", "reason", "who", "expires", "error", "code"),
    [
        ("cmr", "known", "Ada", None, NotFound, "quality.table_unknown"),
        ("crm", "  ", "Ada", None, InvalidInput, "quality.acceptance_unnamed"),
        ("crm", "known", "", None, InvalidInput, "quality.acceptance_unnamed"),
        ("crm", "known", "Ada", NOW, InvalidInput, "quality.acceptance_expired"),
    ],
)
def test_an_acceptance_needs_a_table_a_reason_and_a_name(
    connection: Connection,
    table: str,
    reason: str,
    who: str,
    expires: dt.datetime | None,
    error: type[InvalidInput | NotFound],
    code: str,
) -> None:
    with pytest.raises(error) as caught:
        accept(
            connection,
            table,
            grades={"crm": 1.0},
            reason=reason,
            accepted_by=who,
            now=NOW,
            expires_at=expires,
        )
    assert caught.value.code == code
    assert acceptances(connection) == ()
