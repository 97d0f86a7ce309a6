"""The glossary: terms that stay as they are, or are translated as the room says. Pure.

A term is hidden from the model behind a placeholder, a short name that it copies, and put back into the answer. Models
copy most names of that kind in most sentences and none in all: where one is lost the text is translated again with
another kind, and in the end without.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from rtt import text as text_rules
from rtt.engine import Job
from rtt.protocol import Term

_ACRONYMS = ("XML", "PDF", "ABC")
_KINDS: tuple[Callable[[int], str], ...] = (
    lambda number: f"T{number + 1}",
    lambda number: _ACRONYMS[number] if number < len(_ACRONYMS) else f"XML{number}",
    lambda number: f"X-{number + 1}",
    lambda number: f"XY{number + 1}",
)


# A word, or one character of a script without blanks, or a mark.
_TOKEN = regex.compile(rf"[\p{{L}}\p{{M}}\p{{N}}--[{text_rules.UNSPACED}]]++|\S", regex.VERSION1)


class Terms:
    """The terms of one language: what is written for a term, None for the term itself. Case does not count."""

    def __init__(self, targets: Mapping[str, str | None]) -> None:
        self._targets = {
            tuple(token for token, _, _ in _tokens(text_rules.normalise(source))): target
            and text_rules.normalise(target)
            for source, target in targets.items()
        }
        self._longest = max(map(len, self._targets), default=0)

    def mask(self, text: str, kind: int) -> "Mask | None":
        """Hide the terms of a text behind placeholders of a kind; None where there is none, or no further kind."""
        if not self._targets or kind >= len(_KINDS):
            return None
        masked, position = "", 0
        hidden: list[tuple[str, str]] = []
        for start, end, target in self._found(text):
            placeholder = _KINDS[kind](len(hidden))
            hidden.append((placeholder, target or text[start:end]))
            masked += text[position:start] + placeholder
            position = end
        if any(placeholder in text for placeholder, _ in hidden):
            return self.mask(text, kind + 1)
        return Mask(masked + text[position:], hidden) if hidden else None

    def _found(self, text: str) -> Iterator[tuple[int, int, str | None]]:
        """Yield where the terms are, the longest where several begin, and what is written for each."""
        tokens = list(_tokens(text))
        index = 0
        while index < len(tokens):
            for size in range(min(self._longest, len(tokens) - index), 0, -1):
                term = tuple(token for token, _, _ in tokens[index : index + size])
                if term in self._targets:
                    yield tokens[index][1], tokens[index + size - 1][2], self._targets[term]
                    index += size
                    break
            else:
                index += 1


NO_TERMS = Terms({})


class RoomGlossary:
    """What a room says of terms, by language."""

    def __init__(self, resolve: Callable[[str], str]) -> None:
        """Take what makes a language tag the one that captions have."""
        self._resolve = resolve
        self._said: Sequence[Term] = ()
        self._terms: dict[str, Terms] = {}

    @property
    def said(self) -> Sequence[Term]:
        """The terms, as whoever set them wrote them."""
        return self._said

    def replace(self, said: Sequence[Term]) -> None:
        """Forget the terms there were for these."""
        self._said, self._terms = said, {}

    def terms_in(self, lang: str) -> Terms:
        """Return the terms of one language."""
        if lang not in self._terms:
            targets = {
                term.source: {self._resolve(tag): text for tag, text in term.targets.items()}.get(lang)
                for term in self._said
            }
            kept = {term.source for term in self._said if term.keep}
            self._terms[lang] = Terms({s: target for s, target in targets.items() if target or s in kept})
        return self._terms[lang]


@dataclass(frozen=True, slots=True)
class Mask:
    """A text with its terms hidden, and what stands for each placeholder in the answer."""

    text: str
    hidden: Sequence[tuple[str, str]]

    def over(self, job: Job) -> Job:
        """Return the job with the terms hidden in its text, and in what its answer begins with."""
        whole, cut = job.prefix + job.draft, len(job.prefix)
        for placeholder, target in self.hidden:
            found = regex.search(rf"(?<![\p{{L}}\p{{N}}]){regex.escape(target)}", whole)
            if found:
                start, end = found.span()
                cut = cut + len(placeholder) - len(target) if cut >= end else min(cut, start)
                whole = whole[:start] + placeholder + whole[end:]
            else:
                whole = _without_begun(whole, target)
        return replace(job, text=self.text, prefix=whole[:cut], draft=whole[cut:])

    def restore(self, answer: str) -> str | None:
        """Put the terms into an answer; None where a placeholder was lost or doubled."""
        for placeholder, target in self.hidden:
            pattern = regex.compile(rf"(?<![\p{{L}}\p{{N}}]){regex.escape(placeholder)}(?![\p{{Lu}}\p{{N}}])")
            before, *after = pattern.split(answer)
            if len(after) != 1:
                return None
            answer = before + target + after[0]
        return answer


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    return ((match[0].casefold(), *match.span()) for match in _TOKEN.finditer(text))


def _without_begun(text: str, target: str) -> str:
    """Return a text without the first words of a term at its end, which will be answered whole."""
    words = text_rules.units(target)
    begun = next((b for n in range(len(words) - 1, 0, -1) if text.endswith(b := "".join(words[:n]))), "")
    return text.removesuffix(begun)
