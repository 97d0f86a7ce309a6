import pytest

from rtt.convert.languages import Family, language_tokens, pair_in_name, tag_of
from rtt.errors import ModelError


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        *(("deu_Latn", "de"), ("zho_Hans", "zh"), ("zho_Hant", "zh-Hant"), ("arb_Arab", "ar"), ("srp_Cyrl", "sr")),
        *(("eng", "en"), ("pt-br", "pt-BR"), ("pt_BR", "pt-BR"), ("DE", "de"), ("yue_Hant", "yue")),
    ],
)
def test_a_code_is_a_tag(code: str, tag: str) -> None:
    assert tag_of(code) == tag


@pytest.mark.parametrize("code", ["", "english!", "1", "a-b-c-d-e", "toolonglanguage"])
def test_what_is_no_code_is_told(code: str) -> None:
    with pytest.raises(ModelError, match="is no tag of BCP 47"):
        tag_of(code)


@pytest.mark.parametrize(
    ("tokens", "family", "found"),
    [
        (
            ["▁a", "eng_Latn", "ace_Arab", "ace_Latn"],
            Family.NLLB,
            {"en": "eng_Latn", "ace-Arab": "ace_Arab", "ace": "ace_Latn"},
        ),
        (["__en__", "__zh__", "__"], Family.M2M, {"en": "__en__", "zh": "__zh__"}),
        ([">>fra<<", ">>cmn_Hant<<"], Family.OPUS, {"fr": ">>fra<<", "zh": ">>cmn_Hant<<"}),
        ([">>fra<<", ">>spa<<", ">>_x_<<", ">>toolonglang<<"], Family.OPUS, {"fr": ">>fra<<", "es": ">>spa<<"}),
        (["▁a", "deu_Latn"], None, {}),
        ([], None, {}),
    ],
)
def test_languages_are_found_in_a_vocabulary(tokens: list[str], family: Family | None, found: dict[str, str]) -> None:
    assert language_tokens(tokens) == (family, found)


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("opus-mt-en-de", ("en", "de")),
        ("Helsinki-NLP/opus-mt-tc-big-en-fr", ("en", "fr")),
        ("gaudi/opus-mt-en-de-ctranslate2", ("en", "de")),
        ("translate-en_de-1_9", ("en", "de")),
        ("EN-DE", ("en", "de")),
        ("mul-en", ("mul", "en")),
        ("nllb-200-distilled-600M", None),
        ("opus-2020-02-26.zip", None),
        ("", None),
    ],
)
def test_a_pair_is_found_in_a_name(name: str, pair: tuple[str, str] | None) -> None:
    assert pair_in_name(name) == pair
