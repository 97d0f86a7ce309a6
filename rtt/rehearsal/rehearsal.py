"""The rehearsal of a room on a running server, from outside: what a talk needs is tried, one thing after the other."""

from collections.abc import Callable
from dataclasses import dataclass

from rtt.auth import Role, claims_in
from rtt.errors import ConfigError, ServerError, Unreachable
from rtt.measure.report import measure, report
from rtt.protocol import Load, Part
from rtt.rehearsal.access import check_refusal, check_token
from rtt.rehearsal.captions import check_captions, check_load
from rtt.rehearsal.certificate import check_certificate
from rtt.rehearsal.findings import Finding, Grade
from rtt.rehearsal.place import Place
from rtt.rehearsal.rows import check_microphone, check_model, check_room, check_version, refused
from rtt.rehearsal.samples import sample_in
from rtt.rehearsal.server import Health, ask_health, ask_licences, check_disk
from rtt.rehearsal.trial import Sample, Trial
from rtt.rehearsal.visit import Visit, look_into


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be rehearsed."""

    place: Place
    room: str
    token: str = ""
    source: str = ""
    """Language of the talk; "": the room's."""
    langs: tuple[str, ...] = ()
    """Languages to be read; none: those of the room and of its readers."""
    talk_s: float = 2 * 3600.0
    """How long the talk takes: tokens and certificates have to last as long."""


class Rehearsal:
    """Tries a room; what it finds is in `findings`."""

    def __init__(self, wanted: Wanted, tell: Callable[[str, float], object]) -> None:
        """`tell` is called with what is tried, and the share of it that is done."""
        self._wanted = wanted
        self._tell = tell
        self._claims = claims_in(wanted.token)
        self.findings: list[Finding] = []

    async def run(self) -> None:
        """Try one thing after the other, as far as there is a server to try it with."""
        wanted = self._wanted
        if await self._is_safe() and (health := await self._health()):
            if visit := await self._visit():
                self._add(check_version(visit, health.version), check_room(visit, wanted.source))
                self._add(check_load(await self._captions(visit)))
            self._add(check_disk(health))
        self._add(check_microphone(wanted.place, wanted.room))

    @property
    def _operates(self) -> bool:
        """Whether the token, for all that can be seen, is an operator's at least."""
        return self._claims is None or self._claims.role.includes(Role.OPERATOR)

    def _add(self, *findings: Finding) -> None:
        self.findings += findings

    async def _is_safe(self) -> bool:
        """Check the certificate, without which no token is sent."""
        self._tell("certificate", 0)
        certificate, safe = await check_certificate(self._wanted.place, self._wanted.talk_s)
        self._add(certificate)
        return safe

    async def _health(self) -> Health | None:
        self._tell("server", 0)
        finding, health = await ask_health(self._wanted.place.url, self._wanted.token)
        self._add(finding)
        return health

    async def _visit(self) -> Visit | None:
        """Look into the room, beside its speaker: that tells as well whether the token is good."""
        wanted = self._wanted
        self._tell("room", 0)
        try:
            visit = await self._look_into_room()
        except (ServerError, Unreachable) as error:
            self._add(check_refusal(error) or refused("room", error))
            return None
        self._add(check_token(wanted.token, self._claims, wanted.talk_s, local=wanted.place.local))
        return visit

    async def _look_into_room(self) -> Visit:
        wanted = self._wanted
        path = f"/v1/rooms/{wanted.room}"
        if self._operates:
            query = {"source": wanted.source, "role": Part.OPERATOR.value}
            return await look_into(wanted.place.url, f"{path}/speak", query, wanted.token)
        return await look_into(wanted.place.url, f"{path}/listen", {}, wanted.token)

    async def _captions(self, visit: Visit) -> Load:
        """Rehearse in the languages of the room, and return the highest load that was seen."""
        before = visit.status.load if visit.status else Load.NORMAL
        if not self._operates:
            return before
        source = self._wanted.source or visit.ready.source
        routes = await self._routes(source, self._wanted.langs or _languages(visit))
        events = sample_in(source)
        if not routes:
            return before
        if not events:
            advice = "rehearse with a script, on the speaker's page"
            found = f"there is no sample in {source}"
            self._add(Finding(check="rehearsal", grade=Grade.LOOK, found=found, advice=advice))
            return before
        trial = Trial(Sample(source, routes, events, visit.terms), lambda share: self._tell("rehearsal", share))
        try:
            outcome = await trial.run(self._wanted.place.url, self._wanted.token, self._part)
        except (ServerError, Unreachable) as error:
            self._add(refused("rehearsal", error))
            return before
        for log in outcome.logs:
            self._add(*check_captions(report(measure(log), log.talk.name)))
        return outcome.load

    @property
    def _part(self) -> Part:
        """What the token is good for on `/v1/translate`."""
        return Part.OPERATOR if self._claims and self._claims.role is Role.OPERATOR else Part.SPEAKER

    async def _routes(self, source: str, langs: tuple[str, ...]) -> dict[str, str]:
        """Return the model or models of each language that there is a way to, by the server's own tag."""
        if not langs:
            advice = "name them with --lang, or announce them when the room is made"
            self._add(Finding(check="model", grade=Grade.LOOK, found="nobody has asked for a language", advice=advice))
        licences = await self._licences()
        routes: dict[str, str] = {}
        for lang in langs:
            self._tell(f"model for {lang}", 0)
            query = {"source": source, "target": lang, "role": self._part.value}
            try:
                visit = await look_into(self._wanted.place.url, "/v1/translate", query, self._wanted.token)
            except (ServerError, Unreachable) as error:
                self._add(refused("model", error, lang))
                continue
            routes |= visit.ready.models
            self._add(*(check_model(tag, route, licences) for tag, route in visit.ready.models.items()))
            if not visit.ready.models:
                self._add(Finding(check="model", lang=lang, found="none is needed: it is what is spoken"))
        return routes

    async def _licences(self) -> dict[str, str]:
        try:
            return await ask_licences(self._wanted.place.url, self._wanted.token)
        except (ConfigError, ServerError) as error:
            self._add(refused("models", error))
            return {}


def _languages(visit: Visit) -> tuple[str, ...]:
    """Return what the room is translated into or read in, but for what is spoken."""
    read = visit.status.languages if visit.status else {}
    return tuple(lang for lang in dict.fromkeys([*visit.ready.targets, *read]) if lang != visit.ready.source)
