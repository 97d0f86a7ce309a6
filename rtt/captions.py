"""What a reader of a given stability is sent for an event of the log."""

from msgspec import UNSET

from rtt.engine import Timing
from rtt.log import Clearing, Event
from rtt.protocol import Cancel, Caption, CaptionTiming, Clear, Stability
from rtt.segmenter import Withdrawal


def message_for(event: Event, stability: Stability, *, timing: bool = False) -> Caption | Cancel | Clear | None:
    """Return the message, or None where the event is no news to such a reader; with its `timing` if asked for."""
    update = event.update
    if isinstance(update, Withdrawal):
        return Cancel(event.seq, update.id, event.lang)
    if isinstance(update, Clearing):
        return Clear(event.seq, update.id, update.title, update.speaker)
    if not update.final and (stability is Stability.FINAL or (stability is Stability.STEADY and not update.calm)):
        return None
    segment = update.segment
    return Caption(
        seq=event.seq,
        segment=segment.id,
        revision=update.revision,
        utterance=segment.utterance,
        lang=event.lang,
        stable=update.stable,
        tentative=update.fast if stability is Stability.FAST else update.steady,
        final=update.final,
        start_ms=segment.start_ms,
        end_ms=segment.end_ms,
        lag_ms=event.lag_ms,
        timing=_shown(event.timing) if timing and event.timing else UNSET,
    )


def _shown(timing: Timing) -> CaptionTiming:
    return CaptionTiming(
        wait_ms=round(1000 * timing.wait_s, 2),
        tokenise_ms=round(1000 * timing.tokenise_s, 2),
        translate_ms=round(1000 * timing.translate_s, 2),
        batch=timing.batch,
        cached=timing.cached,
    )
