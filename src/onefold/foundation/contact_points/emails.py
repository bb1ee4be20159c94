"""Known mistakes in e-mail addresses: mistyped domains, throw-away services, addresses that stand for none."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TYPO_DOMAINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        wrong: right
        for right, wrongs in {
            "gmail.com": "gmai.com gmial.com gamil.com gmaill.com gmal.com gnail.com gmail.co gmail.con "
            "gmail.cm gmail.om gmil.com gmali.com gmaul.com gmail.comm ggmail.com gmaik.com "
            "gmsil.com gmail.vom gmail.cmo gimail.com gmail.cpm gmail.xom gemail.com gmail.ocm "
            "gmaio.com gmail.c gmail.cim gmailc.om",
            "hotmail.com": "hotmial.com hotmal.com hotmai.com hotmil.com hotmaill.com hotmail.co hotmail.con "
            "hotmail.cm hotamil.com homtail.com hotnail.com htomail.com hormail.com hitmail.com "
            "hotmeil.com hotmail.om hotmall.com homail.com htmail.com hotmaul.com hotmail.cpm",
            "outlook.com": "outlok.com outloo.com outlook.co outlook.con oulook.com outllok.com outlock.com "
            "outlook.cm otulook.com outlook.om otlook.com outlool.com",
            "yahoo.com": "yaho.com yahooo.com yahoo.co yahoo.con yahoo.cm yhoo.com yhaoo.com yaoo.com "
            "yahho.com ayhoo.com yahoo.om tahoo.com uahoo.com yahoo.comm",
            "icloud.com": "iclod.com icloud.co icloud.con icoud.com iclould.com icluod.com icloud.cm icloud.om "
            "icloude.com",
            "live.com": "live.con live.cm live.co",
            "aol.com": "aol.co aol.con aol.cm aoll.com",
            "gmx.de": "gmx.dee gmx.d gmxx.de gxm.de gmx.ed",
            "gmx.net": "gmx.nett gmx.ne gmx.nte gxm.net gmxx.net",
            "gmx.at": "gmx.att",
            "web.de": "wb.de web.dee web.d we.de webb.de web.ed wbe.de",
            "t-online.de": "tonline.de t-onlin.de t-online.d t-onlne.de t-oline.de t-online.dee t-onlien.de",
            "freenet.de": "freent.de frenet.de freenet.d",
            "orange.fr": "orang.fr ornage.fr",
            "wanadoo.fr": "wandoo.fr wanado.fr",
            "laposte.net": "lapost.net laposte.ne",
            "free.fr": "fre.fr",
            "bluewin.ch": "blewin.ch bluwin.ch bluewin.c",
            "btinternet.com": "btinternet.con btintenet.com btinternt.com btinternet.co",
            "libero.it": "libreo.it liber.it libeo.it",
            "seznam.cz": "sezanm.cz seznma.cz",
            "googlemail.com": "googlemail.con googlmail.com goglemail.com googelmail.com googlemail.co "
            "googlemai.com",
            "hotmail.co.uk": "hotmal.co.uk hotmai.co.uk hotmial.co.uk hotmail.couk",
            "hotmail.fr": "hotmai.fr hotmial.fr hotmal.fr",
            "yahoo.co.uk": "yaho.co.uk yahooo.co.uk yahoo.couk",
            "yahoo.fr": "yaho.fr yahooo.fr",
            "wp.pl": "wp.p",
            "onet.pl": "onte.pl",
            "interia.pl": "interia.p",
            "mail.ru": "mai.ru mail.r mial.ru",
            "yandex.ru": "yadex.ru yandx.ru",
            "abv.bg": "avb.bg abv.b",
            "ukr.net": "ukr.ne",
            "comcast.net": "comcas.net comcast.ne concast.net",
        }.items()
        for wrong in wrongs.split()
    }
)
"""Mistyped domain to the one that was meant. Only domains that serve no mail people would have."""

DISPOSABLE_DOMAINS: Final[frozenset[str]] = _words(
    "10minutemail.com 10minutemail.net 20minutemail.com 33mail.com anonbox.net burnermail.io byom.de "
    "discard.email discardmail.com dispostable.com dropmail.me einrot.com emailondeck.com emltmp.com "
    "fakeinbox.com fakemail.net fakemailgenerator.com getairmail.com getnada.com grr.la guerrillamail.biz "
    "guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net guerrillamail.org "
    "guerrillamailblock.com harakirimail.com inboxbear.com inboxkitten.com incognitomail.org jetable.org "
    "luxusmail.org mail-temp.com mail.tm mailcatch.com maildrop.cc mailexpire.com mailinator.com "
    "mailinator.net mailnesia.com mailnull.com mailpoof.com mailsac.com mintemail.com moakt.com mohmal.com "
    "mytemp.email mytrashmail.com nada.email one-time.email sharklasers.com spam4.me spambog.com spambox.us "
    "spamgourmet.com temp-mail.io temp-mail.org tempail.com tempemail.net tempinbox.com tempmail.com "
    "tempmail.de tempmail.dev tempmail.net tempmailaddress.com tempr.email throwawaymail.com tmail.ws "
    "tmpmail.net tmpmail.org trash-mail.com trash-mail.de trashmail.com trashmail.de trashmail.net "
    "wegwerfemail.de wegwerfmail.de wegwerfmail.net yopmail.com yopmail.fr yopmail.net zoemail.net"
)
"""Services that give anybody a mailbox for minutes."""

TEST_ADDRESSES: Final[frozenset[str]] = _words(
    "test@test.com test@test.de test@test.at test@test.fr test@test.co.uk test@gmail.com a@a.com a@a.de a@b.com "
    "a@b.de a@b.c aa@aa.com aaa@aaa.com abc@abc.com asdf@asdf.com asdf@asdf.de x@x.com x@x.de xx@xx.com "
    "xxx@xxx.com xyz@xyz.com none@none.com no@no.com noemail@noemail.com nomail@nomail.com noreply@noreply.com "
    "keine@keine.de keine@email.de unknown@unknown.com unbekannt@unbekannt.de na@na.com n@a.com 123@123.com "
    "1@1.com mail@mail.com email@email.com info@info.com user@user.com name@name.com me@me.com "
    "john@doe.com john.doe@test.com max@mustermann.de max.mustermann@test.de muster@muster.de "
    "dummy@dummy.com fake@fake.com kunde@kunde.de customer@customer.com"
)
"""Addresses people type to get past a form, in small letters."""

TEST_DOMAINS: Final[frozenset[str]] = _words(
    "test.test test.local test.invalid example.invalid localhost.localdomain noemail.invalid "
    "no-email.invalid nomail.invalid"
)
"""Domains below which no mailbox can exist (RFC 6761 `.test`, `.invalid`, `.localdomain`)."""
