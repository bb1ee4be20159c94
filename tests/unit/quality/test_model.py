from __future__ import annotations

import pytest
from pydantic import ValidationError

from onefold.quality.model import (
    AcceptanceCriterion,
    LimitRule,
    Limits,
    Pillar,
    QualityDefinition,
    Weights,
)

SHIPPED = Limits(yellow=0.1, red=0.2)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), SHIPPED),
        ((LimitRule(check="email", yellow=0.05),), Limits(yellow=0.05, red=0.2)),
        ((LimitRule(check="email.syntax", yellow=0.5),), Limits(yellow=0.5, red=0.5)),
        ((LimitRule(check="email.syntax", red=0.05),), Limits(yellow=0.05, red=0.05)),
        ((LimitRule(check="email.syntax", red=0),), Limits(yellow=0, red=0)),
        ((LimitRule(check="phone", yellow=0),), SHIPPED),
        (
            (LimitRule(table="crm_*", red=0.9), LimitRule(field="email", yellow=0.3)),
            Limits(yellow=0.3, red=0.9),
        ),
        ((LimitRule(table="erp", red=0.9),), SHIPPED),
        ((LimitRule(off=True),), None),
        ((LimitRule(off=True), LimitRule(check="email")), SHIPPED),
    ],
)
def test_limits_of_a_check(rules: tuple[LimitRule, ...], expected: Limits | None) -> None:
    definition = QualityDefinition(limits=rules)
    assert definition.limits_of("email.syntax", "crm_contacts", "email", SHIPPED) == expected


def test_the_last_criterion_that_names_a_table_holds() -> None:
    rules = (AcceptanceCriterion(minimum_grade=70), AcceptanceCriterion(table="erp*", minimum_grade=20))
    definition = QualityDefinition(acceptance=rules)
    assert definition.criterion_of("crm").minimum_grade == 70
    assert definition.criterion_of("erp_customers").minimum_grade == 20
    assert QualityDefinition().criterion_of("crm") == AcceptanceCriterion()


@pytest.mark.parametrize(
    "document",
    [
        {"limits": [{"check": "email", "yelow": 0.1}]},
        {"weights": {"beauty": 3}},
        {"weights": {"validity": -1}},
        {"green_grade": 40, "yellow_grade": 60},
        {"acceptance": [{"minimum_grade": 101}]},
        {"readiness": [{"name": "x", "sentence": "x", "requirement": {"needs": "luck"}}]},
        {"sample_rows": 3},
    ],
)
def test_a_wrong_definition_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        QualityDefinition.model_validate(document)


def test_limits_are_ordered() -> None:
    with pytest.raises(ValidationError, match="must not be below"):
        Limits(yellow=0.5, red=0.1)


def test_every_pillar_has_a_weight() -> None:
    assert {pillar: Weights().of(pillar) for pillar in Pillar}.keys() == set(Pillar)
    assert sum(Weights().of(pillar) for pillar in Pillar) == 100


def test_the_schema_says_what_each_setting_is() -> None:
    schema = QualityDefinition.model_json_schema()
    silent = [
        f"{model['title']}.{name}"
        for model in (schema, *schema["$defs"].values())
        for name, setting in model.get("properties", {}).items()
        if "description" not in setting and "$ref" not in setting and "const" not in setting
    ]
    assert silent == []
