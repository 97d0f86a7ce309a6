"""The TLS certificate of a server: whether browsers take it, whom it is for, and for how long."""

import asyncio
import ssl
import time
from typing import Any

from rtt.rehearsal.findings import Finding, Grade
from rtt.rehearsal.place import Place

_CHECK = "certificate"
_TIMEOUT_S = 10
_DAY_S = 86_400
# Those who renew certificates by themselves do so a month before the end: what is older has failed.
_SOON_DAYS = 14


async def check_certificate(place: Place, talk_s: float) -> tuple[Finding, bool]:
    """Check the certificate that a server shows, for a talk of that length; and tell whether it is that server."""
    if not place.encrypted:
        return _none(place), True
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            _, writer = await asyncio.open_connection(place.host, place.port, ssl=ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        advice = f"browsers refuse it too: get one for {place.host} that they know; one of your own: SSL_CERT_FILE"
        return Finding(check=_CHECK, grade=Grade.BAD, found=error.verify_message, advice=advice), False
    except OSError as error:
        advice = "is there a proxy with TLS, at this port?"
        return Finding(check=_CHECK, grade=Grade.BAD, found=str(error) or "no answer in time", advice=advice), False
    try:
        return _of(writer.get_extra_info("peercert"), talk_s), True
    finally:
        writer.close()


def _none(place: Place) -> Finding:
    if place.local:
        return Finding(check=_CHECK, found="none is needed: this machine talks to itself")
    advice = "put a proxy with TLS before it: what is said and tokens can be read on the way"
    return Finding(check=_CHECK, grade=Grade.LOOK, found="none: not encrypted", advice=advice)


def _of(certificate: dict[str, Any], talk_s: float) -> Finding:
    left_s = ssl.cert_time_to_seconds(certificate["notAfter"]) - time.time()
    days = int(left_s / _DAY_S)
    names = ", ".join(name for _, name in certificate.get("subjectAltName", ()))
    found = f"valid for {names}, {days} days left"
    if left_s < talk_s:
        grade, advice = Grade.BAD, "it ends before the talk does: renew it"
    elif days < _SOON_DAYS:
        grade, advice = Grade.LOOK, "why has it not been renewed yet?"
    else:
        grade, advice = Grade.OK, ""
    return Finding(check=_CHECK, grade=grade, found=found, advice=advice, value=days, unit="days")
