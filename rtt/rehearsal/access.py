"""Whether a token opens the room, and for how long."""

import time

from rtt.auth import Grant, Role
from rtt.errors import RttError, ServerError
from rtt.rehearsal.findings import Finding, Grade

_CHECK = "token"
_ADVICE = {
    "unauthorized": "make a new one (rtt token ROOM --role operator, or the start page), and give it as RTT_TOKEN",
    "forbidden": "give one that is for this room, and of an operator",
}


def check_refusal(error: RttError) -> Finding | None:
    """Return what there is to say of a token that the server refused; None: that was not the token's fault."""
    if not isinstance(error, ServerError) or error.code not in _ADVICE:
        return None
    return Finding(check=_CHECK, grade=Grade.BAD, found=str(error), advice=_ADVICE[error.code])


def check_token(token: str, claims: Grant | None, talk_s: float, *, local: bool) -> Finding:
    """Grade a token that the server has taken, for a talk of that length."""
    if not token:
        return _check_none(local=local)
    if claims is None:
        advice = "if it is the secret, give people tokens instead; a server without a secret takes anything"
        return Finding(check=_CHECK, grade=Grade.LOOK, found="taken, though it says nothing of itself", advice=advice)
    left_s = claims.expires - time.time()
    found = f"taken: {claims.role} of {claims.room or 'any room'}, {_lasting(left_s)}"
    if left_s < talk_s:
        grade, advice = Grade.BAD, "who comes again after its end is refused: " + _ADVICE["unauthorized"]
    elif not claims.role.includes(Role.OPERATOR):
        grade, advice = Grade.LOOK, "an operator's would let this command rehearse"
    else:
        grade, advice = Grade.OK, ""
    return Finding(check=_CHECK, grade=grade, found=found, advice=advice, value=round(left_s), unit="s")


def _check_none(*, local: bool) -> Finding:
    if local:
        return Finding(check=_CHECK, found="none is needed: the server has no secret")
    advice = "serve with a secret (--secret-file)"
    found = "none is needed: whoever reaches the server may speak and read"
    return Finding(check=_CHECK, grade=Grade.LOOK, found=found, advice=advice)


def _lasting(left_s: float) -> str:
    if left_s <= 0:
        return "expired"
    hours = left_s / 3600
    return f"{hours / 24:.0f} days left" if hours >= 48 else f"{hours:.1f} hours left"
