"""The rows of the checklist that need no more than what a visitor was told."""

from collections.abc import Mapping

from rtt.errors import RttError, ServerError, Unreachable
from rtt.protocol import VERSION
from rtt.rehearsal.findings import Finding, Grade
from rtt.rehearsal.place import Place
from rtt.rehearsal.visit import Visit
from rtt.route import legs, split_leg

_ADVICE = {
    "unsupported_pair": "rtt models pull brings a model; see docs/models.md",
    "try_again_later": "wait until the server is less busy",
}


def refused(check: str, error: RttError, lang: str = "") -> Finding:
    """Say what the server did not do."""
    unreachable = "sockets have to get through: does the proxy hand on Upgrade?"
    advice = _ADVICE.get(error.code, "") if isinstance(error, ServerError) else ""
    return Finding(
        check=check,
        lang=lang,
        grade=Grade.BAD,
        found=str(error),
        advice=unreachable if isinstance(error, Unreachable) else advice,
    )


def check_version(visit: Visit, version: str) -> Finding:
    """Grade the protocol of a server of that version; "": it is not known."""
    protocol = visit.ready.protocol
    same = protocol == VERSION
    return Finding(
        check="version",
        grade=Grade.OK if same else Grade.BAD,
        found=f"rtt {version}, protocol {protocol}" if version else f"protocol {protocol}",
        advice="" if same else f"this rtt speaks protocol {VERSION}: use that of the server's version",
    )


def check_room(visit: Visit, source: str) -> Finding:
    """Grade a room, for a talk in `source` ("": in whatever the room is in)."""
    spoken = visit.ready.source
    readers = visit.status.readers if visit.status else 0
    found = f"{visit.ready.room}: in {spoken}, {readers} reading"
    if source and source.partition("-")[0] != spoken.partition("-")[0]:
        advice = f"it becomes a room in {source} once its speaker says so on the speaker's page"
        return Finding(check="room", grade=Grade.LOOK, found=found, advice=advice)
    if visit.status is None or visit.status.speaker != "connected":
        advice = "have the speaker open the page below"
        return Finding(check="room", grade=Grade.LOOK, found=f"{found}, no speaker yet", advice=advice)
    return Finding(check="room", found=f"{found}, the speaker is here")


def check_model(lang: str, route: str, licences: Mapping[str, str]) -> Finding:
    """Say how captions in a language come about."""
    models = [split_leg(leg)[0] for leg in legs(route)]
    way = "through English" if len(models) > 1 else "direct"
    known = dict.fromkeys(licences[model] for model in models if model in licences)
    return Finding(check="model", lang=lang, found=", ".join([route, way, *known]))


def check_microphone(place: Place, room: str) -> Finding:
    """Say where the one thing is tried that cannot be tried from here."""
    found = f"cannot be tried from here; the speaker's page: {place.page('speak', room)}"
    advice = "talk there, and see the level move"
    if not (place.encrypted or place.local):
        advice = "browsers give a page a microphone over https, or on localhost, only: put a proxy with TLS before it"
    return Finding(check="microphone", grade=Grade.LOOK, found=found, advice=advice)
