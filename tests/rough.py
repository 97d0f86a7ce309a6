"""Speech as it really comes from recognisers: partials that shrink, jump, repeat, come late, or never end."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from rtt import text as text_rules

TALKS = {
    "en": [
        "Good evening, everyone. The bridge opens at six! Please keep to the left.",
        "It costs 3.5 euros, Dr. Lee says… 👩\u200d👩\u200d👧\u200d👦 Families pay half. 👍🏽",
        "so nobody knew where the boat had gone and we waited at the harbour until it was dark",
    ],
    "zh": [
        "今天天气很好。我们去公园散步吧！你想一起来吗？",
        "他说：“桥在六点开放。”「请靠左走。」大家都笑了。",
        "昨天我们在河边等了很久但是船一直没有来所以后来我们就走路回家了",
    ],
    "ja": [
        "橋は六時に開きます。左側を歩いてください。",
        "彼は「ラーメンが好きです。」と言った。がぎぐ、ぱぴぷ！",
        "昨日は川のそばで長い間待っていたけれど船は来なかったので歩いて帰りました",
    ],
    "th": [
        "สวัสดีครับ วันนี้อากาศดีมาก เราไปเดินเล่นที่สวนกันเถอะ",
        "สะพานเปิดหกโมงเย็น กรุณาเดินชิดซ้าย ขอบคุณค่ะ",
        "เมื่อวานเรารอที่ริมแม่น้ำนานมาก แต่เรือก็ไม่มา เราจึงเดินกลับบ้านด้วยกัน",
    ],
    "ar": [
        "مرحبا بكم جميعا. يفتح الجسر في السادسة؟ من فضلكم، سيروا على اليسار!",
        "قالَ المُعَلِّمُ: «الكِتابُ جَديدٌ». شكـــرا لكم؛ إلى اللقاء.",
        "انتظرنا عند النهر وقتا طويلا لكن القارب لم يأت فعدنا إلى البيت مشيا",
    ],
    "he": ["שָׁלוֹם לכולם. הגשר נפתח בשש! אנא לכו בצד שמאל.", "הספר חדש, אמר המורה. תודה רבה."],
    "hi": ["नमस्ते दोस्तों। पुल छह बजे खुलता है। कृपया बाईं ओर चलें!", "क्या आप कल आएँगे? हम नदी के पास मिलेंगे।"],
    "ko": ["안녕하세요 여러분. 다리는 여섯 시에 열립니다. 왼쪽으로 걸어 주세요!", "어제는 강가에서 오래 기다렸어요."],
    "mixed": [
        "I like 東京 a lot. 👍🏽 Ça va, مرحبا بالعالم؟ The word สวัสดี means hello.",
        "Cafe\u0301 na\u0131\u0308ve 🇩🇪🇯🇵 1️⃣ ❤️‍🔥 and e\u0301\u0323t cetera. שלום!",
    ],
}
# What a recogniser says now and then, once, of what was never said.
NOISE = ["", " ", "x", "a", "…", "\u200b", "\u200d", "uh", "你", "خ", "ก", "👍", "Zq vw zq. Wv qz vwq zvq."]


@dataclass(frozen=True)
class Message:
    """What a captioner sends; or a silence that closes what is open, where there is no text."""

    text: str | None
    final: bool = False
    utterance: int | None = None
    start_ms: int | None = None
    end_ms: int | None = None


@st.composite
def rough_utterances(draw: st.DrawFn, text: str, number: int) -> list[Message]:
    """Messages of an utterance that ends as `text`: grown, cut short, repeated, replaced for once, and late."""
    units = text_rules.units(text_rules.normalise(text))
    places = draw(st.lists(st.integers(1, len(units)), max_size=8))
    texts = ["".join(units[:place]) for place in (sorted(places) if draw(st.booleans()) else places)]
    for noise in draw(st.lists(st.sampled_from(NOISE), max_size=2, unique=True)):
        texts.insert(draw(st.integers(0, len(texts))), noise)
    messages = [Message(said) for said in texts]
    messages += [Message(text, final=True)] * draw(st.integers(1, 3))
    messages += [Message("".join(units[:place])) for place in draw(st.lists(st.integers(1, len(units)), max_size=2))]
    times = st.none() | st.integers(0, 10_000)
    return [
        Message(m.text, m.final, number, start, None if start is None else start + draw(st.integers(0, 5000)))
        for m in messages
        for start in [draw(times)]
    ]


@st.composite
def rough_talks(draw: st.DrawFn, texts: Sequence[str]) -> list[Message]:
    """The messages of several utterances, each in its order, begun before the one before has ended."""
    waiting = [draw(rough_utterances(text, number)) for number, text in enumerate(texts)]
    messages: list[Message] = []
    while waiting:
        messages.append(waiting[draw(st.integers(0, min(1, len(waiting) - 1)))].pop(0))
        waiting = [rest for rest in waiting if rest]
    return messages


@st.composite
def halting_utterances(draw: st.DrawFn, text: str, number: int | None) -> list[Message]:
    """Messages of an utterance that grows with silences in between, and may never get its final."""
    units = text_rules.units(text_rules.normalise(text))
    messages: list[Message] = []
    for place in sorted(draw(st.lists(st.integers(3, len(units)), min_size=1, max_size=6))):
        messages.append(Message("".join(units[:place]), utterance=number))
        if draw(st.integers(0, 3)) == 0:
            messages.append(Message(None))
    return [*messages, Message(text, final=True, utterance=number) if draw(st.booleans()) else Message(None)]
