"""Where a line of captions may break: at a clause, and not between words that belong together.

After the line treatment that subtitlers keep (BBC Subtitle Guidelines, "Break at natural points"; Netflix Timed Text
Style Guide, "Line treatment"): after punctuation, before a conjunction or a preposition, never after an article.
Chinese, Japanese and Thai, which leave no blanks between words, are broken between phrases (BudouX).
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise

import budoux

from rtt import text as text_rules

_CLAUSE_ENDS = tuple(",;:—–…!?،؛؟、，；：。！？")
# The full stop of a shorter word may be an abbreviation's.
_SHORTEST_END = 4
_CLOSING = "\"'”’»)]}」』）》】"
_OPENING = tuple("([{«“‘„「『（《【")

AT_CLAUSE = 1
BEFORE_OPENER = 4
BETWEEN_WORDS = 8
TORN_APART = 30

# Words that open a clause or a phrase, and lean on what follows.
_OPENERS = {
    "en": """
        and but or nor so because that which who where when while if though although unless until since than as
        in on at of to for from with without by about into over under after before between through during against""",
    "de": """
        und aber oder sondern denn weil dass ob wenn während obwohl damit bevor nachdem sodass als wie wo
        in im an am auf aus bei beim mit nach von vom zu zum zur für durch gegen ohne um
        über unter vor seit zwischen""",
    "fr": """
        et mais ou donc car parce que qui dont où quand lorsque si puisque comme
        à au aux de du en dans par pour sur sous avec sans chez vers entre depuis pendant après avant contre""",
    "es": """
        y e pero o u sino porque que quien cuyo donde cuando si aunque mientras como
        a al de del en con sin por para sobre entre hasta desde hacia según contra durante""",
    "it": """
        e ed ma o oppure perché che chi cui dove quando se mentre come
        a al alla ai alle di del della dei delle da dal dalla in nel nella con su sul sulla per tra fra senza""",
    "pt": """
        e mas ou porque que quem onde quando se embora enquanto como
        a ao à de do da dos das em no na nos nas com sem por pelo pela para sobre entre até desde""",
    "nl": """
        en maar of want omdat dat die wanneer als terwijl hoewel waar
        in op aan van te voor met zonder bij door naar over onder uit tussen tegen na sinds""",
}
# Words that lean on what follows and open nothing: articles, what stands for them, negations, pronouns.
_LEANING = {
    "en": """
        a an the my your his her its our their this these those not no very every each some any i you he she we they
        mr mrs ms dr""",
    "de": """
        der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner mein meine dein deine
        sein seine seinen seinem seiner ihr ihre ihren ihrem ihrer unser unsere unseren euer dieser diese dieses diesen
        diesem jeder jede jedes jeden jedem nicht sehr ich du er wir herr frau dr""",
    "fr": """
        le la les un une des mon ma mes ton ta tes son sa ses notre nos votre vos leur leurs ce cet cette ces ne très
        je tu il elle on nous vous ils elles m mme""",
    "es": """
        el la los las un una unos unas mi mis tu tus su sus nuestro nuestra este esta estos estas ese esa no muy
        sr sra""",
    "it": """
        il lo la i gli le un uno una mio mia tuo tua suo sua nostro nostra questo questa quel quella non molto""",
    "pt": """
        o os as um uma uns umas meu minha seu sua nosso nossa este esta esse essa não muito""",
    "nl": """
        de het een mijn jouw zijn haar ons onze hun deze dit geen niet heel elke ik jij hij wij""",
}
_OPENING_WORDS = {language: frozenset(words.split()) for language, words in _OPENERS.items()}
_LEANING_WORDS = {language: _OPENING_WORDS[language].union(words.split()) for language, words in _LEANING.items()}


def break_costs(words: Sequence[str], language: str) -> list[int]:
    """Return what it costs to break a line after each unit of a text (see rtt.text.units) but the last."""
    costs = [break_cost(left, right, language) for left, right in pairwise(words)]
    if parser := _phrase_parser(language):
        ends = set(accumulate(map(len, parser.parse("".join(words)))))
        for index, at in enumerate(accumulate(map(len, words[:-1]))):
            if at not in ends and not words[index + 1].startswith(" "):
                costs[index] = TORN_APART
    return costs


def break_cost(left: str, right: str, language: str) -> int:
    """Return what it costs to break a line between two units, by what these say."""
    base = language.partition("-")[0]
    before, after = text_rules.key(left), text_rules.key(right)
    bare = left.rstrip(_CLOSING)
    if bare.endswith(_CLAUSE_ENDS) or (bare.endswith(".") and len(before) >= _SHORTEST_END):
        return AT_CLAUSE
    if left.endswith(_OPENING) or before in _LEANING_WORDS.get(base, ()):
        return TORN_APART
    return BEFORE_OPENER if after in _OPENING_WORDS.get(base, ()) else BETWEEN_WORDS


@cache
def _phrase_parser(language: str) -> budoux.Parser | None:
    base, *rest = language.split("-")
    match base:
        case "zh" if {"Hant", "TW", "HK", "MO"} & set(rest):
            return budoux.load_default_traditional_chinese_parser()
        case "zh":
            return budoux.load_default_simplified_chinese_parser()
        case "ja":
            return budoux.load_default_japanese_parser()
        case "th":
            return budoux.load_default_thai_parser()
    return None
