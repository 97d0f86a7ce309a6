"""How much of the translation's quality is kept, and whether anything is lost, doubled or left unfinished."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import msgspec

from rtt import text as text_rules
from rtt.errors import ConfigError, TraceError
from rtt.measure.eventlog import EventLog, finals, utterances
from rtt.measure.screen import words
from rtt.protocol import Cancel, Caption

# sacrebleu's tokeniser for each language that its default does not fit.
_TOKENISERS = {"zh": "zh", "ja": "char", "th": "char", "ko": "char"}


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many segments and utterances of one talk or several there were, and how many did not end as they should."""

    segments: int = 0
    lost_segments: int = 0
    """Those that the talk's own readers got, but readers of the target did not, or without a word."""
    doubled_segments: int = 0
    """Those with more than one final, or a final that has no segment in the talk's own language."""
    unfinished_segments: int = 0
    """Those that were shown and got neither a final nor a cancel."""
    utterances: int = 0
    lost_utterances: int = 0
    """Those of whose words some are in no segment."""
    doubled_utterances: int = 0
    """Those of whose words some are in segments more often than they were said."""

    def __add__(self, other: "Completeness") -> "Completeness":
        """Pool talks."""
        return Completeness(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Document:
    """One talk's finals, its reference, and what the same model makes of the true sentences, each as one text."""

    text: str
    reference: str
    offline: str


@dataclass(frozen=True, slots=True)
class Score:
    """BLEU and chrF, 0 to 100."""

    bleu: float
    chrf: float


def completeness(log: EventLog) -> Completeness:
    """Compare the segments that ended with what was said.

    Segments are held against those of the talk's own language, whose text is the source's. An utterance's words are
    those of the final that was sent; one that was put right only after its sentence had been finished is neither lost
    nor doubled.
    """
    spoken, ended = finals(log.spoken), finals(log.received)
    copies = Counter(
        entry.message.segment
        for entry in log.received
        if isinstance(entry.message, Caption) and entry.message.final and entry.message.segment in ended
    )
    said = utterances(log)
    heard: defaultdict[int, list[str]] = defaultdict(list)
    for caption in spoken.values():
        heard[caption.utterance] += words(caption.stable)
    differences = [_lost_and_doubled(words(event.text), heard[number]) for number, event in said.items()]
    return Completeness(
        segments=len(spoken),
        lost_segments=sum(_is_lost(caption, ended.get(segment)) for segment, caption in spoken.items()),
        doubled_segments=sum(count > 1 for count in copies.values()) + len(ended.keys() - spoken.keys()),
        unfinished_segments=len(_unfinished(log)),
        utterances=len(said),
        lost_utterances=sum(lost > 0 for lost, _ in differences),
        doubled_utterances=sum(doubled > 0 for _, doubled in differences),
    )


def document(log: EventLog, references: Sequence[str]) -> Document:
    """Join a talk's finals, its references and its offline translation."""
    return Document(
        text_rules.join(caption.stable for caption in finals(log.received).values()),
        text_rules.join(references),
        text_rules.join(log.offline),
    )


def score(hypotheses: Sequence[str], references: Sequence[str], target: str) -> Score:
    """Return corpus BLEU (Papineni et al. 2002) and chrF (Popović 2015) as sacrebleu computes them (Post 2018).

    Tokenised as `13a`; Chinese as `zh`; Japanese, Korean and Thai by character. Raises ConfigError without sacrebleu.
    """
    try:
        import sacrebleu  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise ConfigError("sacrebleu is not installed: pip install 'rtt[measure]'") from None
    tokeniser = _TOKENISERS.get(target.partition("-")[0], "13a")
    bleu = sacrebleu.corpus_bleu(hypotheses, [references], tokenize=tokeniser)
    return Score(bleu.score, sacrebleu.corpus_chrf(hypotheses, [references]).score)


def read_references(path: Path) -> Mapping[str, list[str]]:
    """Read a talk's true sentences by language, aligned line by line. Raises TraceError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, list[str]])
    except OSError as error:
        raise TraceError(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, msgspec.MsgspecError) as error:
        raise TraceError(f"{path}: {error}") from None


def _is_lost(spoken: Caption, translated: Caption | None) -> bool:
    return translated is None or bool(words(spoken.stable) and not words(translated.stable))


def _unfinished(log: EventLog) -> set[int]:
    still_open: set[int] = set()
    for entry in log.received:
        if isinstance(entry.message, Cancel) or entry.message.final:
            still_open.discard(entry.message.segment)
        else:
            still_open.add(entry.message.segment)
    return still_open


def _lost_and_doubled(said: list[str], heard: list[str]) -> tuple[int, int]:
    """Return how many words are missing and how many too many."""
    lost = doubled = 0
    for _, i1, i2, j1, j2 in SequenceMatcher(None, said, heard, autojunk=False).get_opcodes():
        surplus = (j2 - j1) - (i2 - i1)
        lost += max(0, -surplus)
        doubled += max(0, surplus)
    return lost, doubled
