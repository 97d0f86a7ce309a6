import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rtt import text

GRINNING = "\N{GRINNING FACE}"
FAMILY = "👩\u200d👩\u200d👧\u200d👦"
E_ACUTE = "e\N{COMBINING ACUTE ACCENT}"

# Letters, marks, blanks, punctuation and emoji of many scripts, in any order.
messy = st.text(
    st.sampled_from(
        "ab Z1.,!?…\"'“”„«»()-\t\n\u2028\u3000\u0301\u200d好东日本ーが。、「」สวัดีကျម្ພາмирمرحباनमस्ते।한국👍🏽🇩🇪"
    )
)
anything = messy | st.text(st.characters(exclude_categories=["Cc", "Cs"]))


@pytest.mark.parametrize(
    "accepted",
    [
        "",
        "Hello, world.",
        "tab\tline\nreturn\r",
        "line\u2028paragraph\u2029",
        FAMILY,
        "e" + "\u0301" * 30,
        ("e" + "\u0301" * 30) * 3,
        "right\u200eleft\u200f",
    ],
)
def test_text_is_let_through(accepted: str) -> None:
    text.check(accepted)


@pytest.mark.parametrize(
    ("refused", "says"),
    [
        ("a\x00", "character U+0000 at 1 is a control character or a lone surrogate"),
        ("\x1b[31m", "character U+001B at 0 is a control character or a lone surrogate"),
        ("ab\x7f", "character U+007F at 2 is a control character or a lone surrogate"),
        ("a\x85", "character U+0085 at 1 is a control character or a lone surrogate"),
        ("a\x0b", "character U+000B at 1 is a control character or a lone surrogate"),
        ("a\ud800b", "character U+D800 at 1 is a control character or a lone surrogate"),
        ("a\udfffb", "character U+DFFF at 1 is a control character or a lone surrogate"),
        ("ab" + "\u0301" * 31, "more than 30 combining marks in a row at 2"),
        ("a" + "\u0301\u0e31\u20dd" * 11, "more than 30 combining marks in a row at 1"),
    ],
    ids=ascii,
)
def test_what_is_not_text_is_refused(refused: str, says: str) -> None:
    with pytest.raises(ValueError, match="^" + says.replace("+", r"\+")):
        text.check(refused)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("", ""),
        (" \t\n ", ""),
        ("  two   blanks ", "two blanks"),
        ("line\r\nline\u2028line", "line line line"),
        ("wide\u3000blank", "wide blank"),
        (E_ACUTE, "é"),
        ("\N{ANGSTROM SIGN}", "Å"),
        ("ﬁ", "ﬁ"),
        ("\u200b \ufeff\u200e\u2060", ""),
        ("\u0301", "\u0301"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a\x84b\x00", "ab"),
    ],
    ids=ascii,
)
def test_normalise(given_text: str, expected: str) -> None:
    assert text.normalise(given_text) == expected


@given(anything)
def test_what_is_normalised_stays_as_it_is(given_text: str) -> None:
    normal = text.normalise(given_text)
    assert text.normalise(normal) == normal
    assert "  " not in normal
    assert unicodedata.is_normalized("NFC", normal)


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [
        ("", []),
        ("   ", []),
        ("Hello, world!", ["Hello,", " world!"]),
        ("  a  b ", ["  a", "  b"]),
        ("don’t stop", ["don’t", " stop"]),
        ("a - b", ["a", " -", " b"]),
        ("你好世界", ["你", "好", "世", "界"]),
        ("你好，世界。", ["你", "好，", "世", "界。"]),
        ("今日は。", ["今", "日", "は。"]),
        ("ラーメン", ["ラ", "ー", "メ", "ン"]),
        ("がぎ", ["が", "ぎ"]),
        ("สวัสดี", ["ส", "วั", "ส", "ดี"]),
        ("ភាសាខ្មែរ", ["ភា", "សា", "ខ្មែ", "រ"]),
        ("ພາສາ", ["ພ", "າ", "ສ", "າ"]),
        ("한국어 문장", ["한국어", " 문장"]),
        ("مرحبا بالعالم", ["مرحبا", " بالعالم"]),
        ("नमस्ते दुनिया।", ["नमस्ते", " दुनिया।"]),
        ("I like 東京 a lot", ["I", " like", " 東", "京", " a", " lot"]),
        ("Python3は楽しい", ["Python3", "は", "楽", "し", "い"]),
        (f"hi {FAMILY} there", ["hi", f" {FAMILY}", " there"]),
        ("👍🏽 🇩🇪", ["👍🏽", " 🇩🇪"]),
        ("好。「世界。」好", ["好。", "「世", "界。」", "好"]),
        ("他说：“你好。”", ["他", "说：", "“你", "好。”"]),
        ("abc「好」def", ["abc", "「好」", "def"]),
        ("I (東京) a", ["I", " (東", "京)", " a"]),
        ("好「", ["好", "「"]),
    ],
    ids=ascii,
)
def test_units(given_text: str, expected: list[str]) -> None:
    assert text.units(given_text) == expected


@given(anything)
def test_units_hold_the_whole_text(given_text: str) -> None:
    units = text.units(given_text)
    assert "".join(units) + given_text[len("".join(units)) :] == given_text
    assert given_text[len("".join(units)) :].strip() == ""
    assert all(unit.strip() for unit in units)


@given(anything)
def test_a_unit_is_not_cut_again(given_text: str) -> None:
    # A mark without a letter before it belongs to no script.
    units = [unit for unit in text.units(given_text) if not unicodedata.category(unit.lstrip()[0]).startswith("M")]
    assert all(text.units(unit) == [unit] for unit in units)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("", "", 0),
        ("abc", "", 0),
        ("abc", "abc", 3),
        ("abc", "abd", 2),
        ("abc", "ab", 2),
        ("xbc", "abc", 0),
        ("abcab", "abxab", 2),
    ],
)
def test_common_prefix(a: str, b: str, expected: int) -> None:
    assert text.common_prefix(a, b) == text.common_prefix(b, a) == expected


@given(st.text("abc"), st.text("abc"), st.text("abc"))
def test_common_prefix_is_the_longest_one(both: str, a: str, b: str) -> None:
    a, b = both + a, both + b
    length = text.common_prefix(a, b)
    assert a[:length] == b[:length]
    assert length in {len(a), len(b)} or a[length] != b[length]
    assert length >= len(both)


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        (" Hello,", "hello"),
        ("hello", "hello"),
        ("„Straße“", "strasse"),
        ("don’t!", "don’t"),
        ("(e.g.)", "e.g"),
        ("世。", "世"),
        (" –", ""),
        ("5%", "5"),
        ("$5", "$5"),
        (GRINNING, GRINNING),
        ("«الكِتابُ»", "الكتاب"),
        ("شكـــرا", "شكرا"),
        ("שָׁלוֹם", "שלום"),
        ("สวัสดี", "สวัสดี"),
        ("ก็", "ก็"),
    ],
    ids=ascii,
)
def test_key(unit: str, expected: str) -> None:
    assert text.key(unit) == expected


@given(anything)
def test_a_key_has_no_case_and_no_punctuation_around_it(given_text: str) -> None:
    key = text.key(given_text)
    assert text.key(f' "{key}…') == key
    assert text.key(given_text.casefold()) == key


def test_keys_leave_out_what_is_no_word() -> None:
    assert text.keys(["Well", " –", " yes,", " …"]) == ["well", "yes"]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("one,", " two", True),
        ("واحد،", " اثنان", True),
        ("one؛", " two", True),
        ("一，", "二", True),
        ("one", " –", False),
        ("one –", " two", True),
        ("Dr.", " Lee", False),
        ("one", " two", False),
        ("ครับ", " ผม", True),
        ("ค", "รั", False),
        ("like", " 東", True),
    ],
    ids=ascii,
)
def test_is_clause_border(before: str, after: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert text.is_clause_border(before, after) is expected


@pytest.mark.parametrize(
    ("given_text", "expected"),
    [("", False), (" … – ?!", False), ("👍", False), ("a", True), ("…3", True), ("好", True), ("ا", True)],
    ids=ascii,
)
def test_is_speech(given_text: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    assert text.is_speech(given_text) is expected


@pytest.mark.parametrize(
    ("sentence", "open_sentence"),
    [
        ("Yes.", "Yes"),
        ("Yes?!", "Yes"),
        ("Yes. ", "Yes"),
        ("Wait...", "Wait"),
        ("Wait…", "Wait"),
        ('"Yes."', '"Yes'),
        ("“Yes.”", "“Yes"),
        ("‘Yes.’", "‘Yes"),
        ("„Ja.“", "„Ja"),
        ("»Ja.«", "»Ja"),
        ("« Oui !»", "« Oui "),
        ("(Yes.)", "(Yes"),
        ("好。", "好"),
        ("「好。」", "「好"),
        ("नमस्ते।", "नमस्ते"),
        ("نعم؟", "نعم"),
        ("e.g. this.", "e.g. this"),
    ],
    ids=ascii,
)
def test_a_sentence_ends(sentence: str, open_sentence: str) -> None:
    assert text.ends_sentence(sentence)
    assert text.without_sentence_end(sentence) == open_sentence


@pytest.mark.parametrize(
    "given_text", ["", "Yes", "Yes,", "Yes:", "3.5", "e.g. this", "Yes. “", "“Yes”", "สวัสดี", "好，"], ids=ascii
)
def test_a_sentence_goes_on(given_text: str) -> None:
    assert not text.ends_sentence(given_text)
    assert text.without_sentence_end(given_text) == given_text


@given(anything)
def test_a_sentence_end_is_taken_off_for_good(given_text: str) -> None:
    rest = text.without_sentence_end(given_text)
    assert given_text.startswith(rest)
    assert text.ends_sentence(given_text) is (rest != given_text)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], ""),
        (["One."], "One."),
        (["One.", "Two."], "One. Two."),
        (["好。", "很好。"], "好。很好。"),
        (["こんにちは", "世界"], "こんにちは世界"),
        (["好。", "Yes.", "好。"], "好。Yes. 好。"),
        (["नमस्ते।", "हाँ।"], "नमस्ते। हाँ।"),
    ],
    ids=ascii,
)
def test_join(parts: list[str], expected: str) -> None:
    assert text.join(parts) == expected


@pytest.mark.parametrize(
    ("language", "given_text", "expected"),
    [
        ("en", "", []),
        ("en", "Hello", ["Hello"]),
        ("en", "Hello Mr. Smith. How are you? ", ["Hello Mr. Smith. ", "How are you? "]),
        ("en", "It costs 3.5 euros. Yes.", ["It costs 3.5 euros. ", "Yes."]),
        ("de", "Am 3. Mai z. B. ging er. Ja.", ["Am 3. Mai z. B. ging er. ", "Ja."]),
        ("fr", "Ça va ? Oui.", ["Ça va ? ", "Oui."]),
        ("zh", "你好。我很好。", ["你好。", "我很好。"]),
        ("zh-Hant", "你好。我很好。", ["你好。", "我很好。"]),
        ("ja", "今日は。明日は。", ["今日は。", "明日は。"]),
        ("hi", "नमस्ते। दुनिया।", ["नमस्ते। ", "दुनिया।"]),
        ("ar", "مرحبا؟ نعم.", ["مرحبا؟ ", "نعم."]),
        ("xx", "Qa bo. Ze fu.", ["Qa bo. ", "Ze fu."]),
    ],
    ids=ascii,
)
def test_sentences(language: str, given_text: str, expected: list[str]) -> None:
    assert text.sentences(given_text, language) == expected


@given(anything, st.sampled_from(["en", "de", "zh", "ja", "th", "ar", "hi", "xx", "pt-BR", ""]))
def test_sentences_hold_the_whole_text(given_text: str, language: str) -> None:
    normal = text.normalise(given_text)
    assert "".join(text.sentences(normal, language)) == normal


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u2003", "\u2028", "\u3000", "\t", "\n"], ids=ascii)
def test_a_blank_of_any_kind_is_one_between_sentences(blank: str) -> None:
    assert text.sentences(text.normalise(f"J{blank}. One.{blank}Two."), "en") == ["J . ", "One. ", "Two."]


LONG = {
    "dots": "." * 4000 + "a",
    "dots inside": "a" + "." * 4000 + "a",
    "quotes": "." + '"' * 4000 + "a",
    "dots and quotes": '."' * 2000 + "a",
    "dots and blanks": ". " * 2000 + "a",
    "blanks": "a" + " " * 4000 + "a",
    "abbreviations": "Mr. " * 1000,
    "brackets": '("' * 2000,
    "marks": ("好" + "\u0301" * 30) * 130,
    "joiners": "好" + "\u200d" * 4000,
    "opening brackets": "「" * 4000,
    "brackets and characters": "「好" * 2000,
    "sentences without words": "… " * 2000,
    "emoji": "👍\u200d" * 2000,
}


@pytest.mark.parametrize("given_text", LONG.values(), ids=LONG)
def test_no_text_takes_long(given_text: str) -> None:
    """The server's one loop runs these: a text of 4,000 characters must not hold everybody up."""
    start = time.process_time()
    text.check(given_text)
    text.keys(text.units(text.normalise(given_text)))
    text.without_sentence_end(given_text)
    text.sentences(text.normalise(given_text), "en")
    text.split_emoji(given_text)
    assert time.process_time() - start < 0.05


@pytest.mark.parametrize(
    ("said", "split"),
    [
        ("no emoji, © 2024 ™ #1", ("no emoji, © 2024 ™ #1", "")),
        ("I love it 👍", ("I love it", " 👍")),
        (f"{FAMILY} family ❤️ here", ("family here", f"{FAMILY} ❤️")),
        ("Deutschland 🇩🇪!", ("Deutschland!", " 🇩🇪")),
        (GRINNING, ("", GRINNING)),
        ("Press 1️⃣ now", ("Press now", " 1️⃣")),
        ("Look ☝🏽 ☝️", ("Look", " ☝🏽 ☝️")),
        ("❤️\u200d🔥 hot", ("hot", "❤️\u200d🔥")),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f won",
            ("won", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
        ),
        ("ක්\u200dය", ("ක්\u200dය", "")),
        ("می\u200cخواهم", ("می\u200cخواهم", "")),
    ],
    ids=ascii,
)
def test_emoji_are_split_off(said: str, split: tuple[str, str]) -> None:
    assert text.split_emoji(said) == split


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("½ plus ¼", "1/2 plus 1/4"),
        ("3½ hours", "3 1/2 hours"),
        ("1\u20442", "1/2"),
        ("⅞ of ⅓", "7/8 of 1/3"),
        ("x² and 1/2", "x² and 1/2"),
    ],
)
def test_fractions_are_digits_and_a_slash(said: str, plain: str) -> None:
    assert text.plain_fractions(said) == plain


@pytest.mark.parametrize(
    ("source", "said", "begun"),
    [
        ("Fifteen people came.", "quince personas vinieron.", "Quince personas vinieron."),
        ("fifteen people came", "quince personas", "quince personas"),
        ("A test", "ein Test", "Ein Test"),
        ("In 2010 it rained.", "2010 regnete es.", "2010 regnete es."),
        ("Hello", "你好", "你好"),
        ("Yes", "", ""),
        ("", "ja", "ja"),
    ],
)
def test_a_translation_begins_with_a_capital_where_its_source_does(source: str, said: str, begun: str) -> None:
    assert text.begun_like(source, said) == begun


@pytest.mark.parametrize(
    ("unit", "other", "result"),
    [("Ja,", " ja!", "Ja!"), ("Ja", "ja", "Ja"), ("Ja!", "ja", "Ja"), ("Ja", "ja...", "Ja..."), ("«Ja", "ja»", "«Ja»")],
)
def test_a_word_with_the_end_of_another(unit: str, other: str, result: str) -> None:
    assert text.with_end_of(unit, other) == result


@pytest.mark.parametrize(
    ("one", "other"), [("3.5 km", "3,5 km"), ("at 6:30", "um 6.30 Uhr"), ("1,000 of 7", "7 von 1.000"), ("none", "")]
)
def test_numbers_are_the_same_in_every_language(one: str, other: str) -> None:
    assert text.numbers(one) == text.numbers(other)


def test_numbers_are_counted() -> None:
    assert text.numbers("2 and 2 and 22") - text.numbers("2 and 22") == {"2": 1}


@pytest.mark.parametrize(
    ("language", "given_text", "expected"),
    [
        ("zh", "早上好,大家来,谢谢你们来。", "早上好，大家来，谢谢你们来。"),
        ("zh-Hant", "好嗎? 好!", "好嗎？好！"),
        ("zh", "它叫 QuTor 。 好 ！", "它叫 QuTor。 好！"),
        ("ja", "「はい」, と言った。", "「はい」，と言った。"),
        ("zh", "我们有12:30, 3,000 个; IBM, 好:", "我们有12:30, 3,000 个；IBM, 好："),
        ("de", "Das heißt 你好, und mehr.", "Das heißt 你好, und mehr."),
        ("ko", "안녕하세요, 여러분.", "안녕하세요, 여러분."),
    ],
)
def test_marks_are_as_wide_as_the_script(language: str, given_text: str, expected: str) -> None:
    assert text.with_own_marks(given_text, language) == expected
