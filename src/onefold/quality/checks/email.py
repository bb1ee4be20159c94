"""E-mail addresses: well-formed, no mistyped, disposable or test addresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pydantic import Field
from typing_extensions import override

from onefold.foundation.contact_points import emails
from onefold.foundation.warehouse import Sql, literal, sql
from onefold.quality.checks.check import ByList, ByRow, Check, Detail, Probe
from onefold.quality.model import Limits, Pillar, Severity
from onefold.quality.subject import Subject

# RFC 5321 as mail services accept it: no quoted local part, no address literal, letters of any script.
_SYNTAX = r"[^\s@,;:<>()\[\]\\\"]+@[\p{L}\p{N}]([\p{L}\p{N}-]*\.)+[\p{L}][\p{L}\p{N}-]*[\p{L}\p{N}]"

_PLAIN = r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9][A-Za-z0-9.-]*\.[A-Za-z]{2,}"


class Email(Check):
    """Judges addresses by their form and domain; nothing is sent and no host is asked."""

    kind: ClassVar[str] = "email"

    more_disposable_domains: tuple[str, ...] = Field(
        default=(), description="Domains of throw-away mailboxes, beside the shipped ones."
    )
    more_test_addresses: tuple[str, ...] = Field(
        default=(), description="Addresses that stand for none, beside the shipped ones."
    )

    @override
    def applies_to(self, subject: Subject) -> bool:
        return subject.is_text and subject.means("Contact.Email")

    @override
    def probes(self, subject: Subject) -> Sequence[Probe]:
        value = subject.value
        domain = sql("lower(rtrim(split_part({v}, '@', 2)))", v=value)
        return [
            Probe(
                name="email.syntax",
                pillar=Pillar.VALIDITY,
                severity=Severity.HIGH,
                limits=Limits(yellow=0.02, red=0.2),
                measure=ByRow(_malformed(value), subject.present),
                sentence="{failing} of {checked} addresses are not well-formed.",
                wanted="An address has a name, one @ and a domain with a dot.",
                advice="Correct them at the source; such records cannot be written to.",
            ),
            Probe(
                name="email.typo_domain",
                pillar=Pillar.VALIDITY,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=0.005, red=0.05),
                measure=_listed(subject, domain, emails.TYPO_DOMAINS),
                sentence="{failing} of {checked} addresses have a mistyped domain.",
                wanted="The domain is spelled as the mail service spells it.",
                advice="Add the typo-domain cleaning step.",
                detail=Detail(domain, lambda wrong: f"{wrong} → {emails.TYPO_DOMAINS.get(wrong, '?')}"),
            ),
            Probe(
                name="email.disposable",
                pillar=Pillar.VALIDITY,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=0.01, red=0.1),
                measure=_listed(subject, domain, (*emails.DISPOSABLE_DOMAINS, *self.more_disposable_domains)),
                sentence="{failing} of {checked} addresses are throw-away mailboxes.",
                wanted="The address belongs to a person who reads it.",
                advice="Keep them out of mailings.",
                detail=Detail(domain),
            ),
            Probe(
                name="email.test_address",
                pillar=Pillar.VALIDITY,
                severity=Severity.MEDIUM,
                limits=Limits(yellow=0.005, red=0.05),
                measure=self._test_addresses(subject, domain),
                sentence="{failing} of {checked} addresses are made up (test@test.com and the like).",
                wanted="No address stands for a missing one.",
                advice="Empty them; shared dummy addresses join strangers.",
            ),
        ]

    def _test_addresses(self, subject: Subject, domain: Sql) -> ByList:
        addresses = {each.lower() for each in (*emails.TEST_ADDRESSES, *self.more_test_addresses)}
        domains = frozenset(emails.TEST_DOMAINS)
        # What its domain gives away is not counted a second time.
        addresses = {each for each in addresses if each.rpartition("@")[2] not in domains}
        whole = sql(
            "CASE WHEN strlen({v}) <= {longest} THEN lower(trim({v})) END",
            v=subject.value,
            longest=max((len(each.encode()) for each in addresses), default=0) + 2,
        )
        return ByList(((whole, frozenset(addresses)), (domain, domains)), subject.present)


def _malformed(value: Sql) -> Sql:
    # Nearly every address is plain ASCII and meets the cheap expression; only the rest is looked at closely.
    # Two dots in a row and dots at the edges of the name are what the expressions let through.
    return sql(
        "(CASE WHEN regexp_full_match({v}, {plain}) THEN FALSE"
        " ELSE NOT regexp_full_match(trim({v}), {syntax}) END"
        " OR contains({v}, '..') OR contains({v}, '.@') OR starts_with({v}, '.'))",
        v=value,
        plain=literal(_PLAIN),
        syntax=literal(_SYNTAX),
    )


def _listed(subject: Subject, text: Sql, values: Iterable[str]) -> ByList:
    return ByList(((text, frozenset(value.lower() for value in values)),), subject.present)
