"""Models of many languages, and pairs that go through English."""

import math
from pathlib import Path

import ctranslate2
import pytest
import sentencepiece

from rtt.catalog import Catalog, Model
from rtt.convert.bring import Wishes, convert
from rtt.ct2.backend import Ct2Backend
from rtt.ct2.hardware import Hardware
from rtt.endpoints.offer import models_of
from rtt.engine import Job
from rtt.errors import ModelError, UnsupportedPair
from rtt.route import legs, split_leg, versioned, with_models, without_version
from tests import small_models as small
from tests.conftest import serving
from tests.folders import BUNDLED, ModelFolder
from tests.scripted import ScriptedEngine, scripted_catalog, shout

CPU = Hardware("cpu", "int8", 1)
SAID = "The cat sat on the mat."
PIVOTED = scripted_catalog(("de", "en"), ("en", "fr"), ("en", "it"), ("de", "it"))


def of_many_languages(folder: Path, seed: int = 0) -> Model:
    origin = small.many(folder / "nllb", ["eng_Latn", "deu_Latn", "fra_Latn"], seed=seed)
    return convert(origin, folder / "models", Wishes(), lambda _: None)


@pytest.fixture(scope="module")
def nllb(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return of_many_languages(tmp_path_factory.mktemp("nllb"))


@pytest.fixture(scope="module")
def backend(nllb: Model) -> Ct2Backend:
    return loaded(nllb.folder)


def loaded(*folders: Path) -> Ct2Backend:
    backend = Ct2Backend(Catalog.find(folders), CPU)
    backend.load()
    return backend


def job(route: str, prefix: str = "", draft: str = "", trust: float = 0.0, sure: float = 0.0) -> Job:
    return Job(route, SAID, prefix, final=False, draft=draft, trust=trust, sure=sure)


def by_hand(model: Model, source: str, target: str, prefix: str = "") -> str:
    """What CTranslate2 makes of the sentence when it is given the tokens as NLLB wants them."""
    tokeniser = sentencepiece.SentencePieceProcessor(model_file=str(model.folder / "source.spm"))
    pieces = tokeniser.encode(SAID, out_type=str)
    result = ctranslate2.Translator(str(model.folder), compute_type="int8").translate_batch(
        [[source, *pieces]],
        target_prefix=[[target, *tokeniser.encode(prefix, out_type=str)]],
        beam_size=1,
        max_decoding_length=int(len(pieces) * model.manifest.options.max_output_ratio) + 11,
    )
    return str(tokeniser.decode([token for token in result[0].hypotheses[0] if "_" not in token]))


def answers(backend: Ct2Backend, *jobs: Job) -> list[str]:
    return [answer.text for answer in backend.translate_batch(jobs)]


def test_a_model_of_many_languages_is_told_which(nllb: Model, backend: Ct2Backend) -> None:
    routes = ["nllb:en>de", "nllb:en>fr", "nllb:fr>de"]
    expected = [by_hand(nllb, "eng_Latn", "deu_Latn"), by_hand(nllb, "eng_Latn", "fra_Latn")]
    found = answers(backend, *map(job, routes))
    assert found[:2] == expected
    assert len(set(found)) == 3


def test_a_prefix_comes_after_the_tag(nllb: Model, backend: Ct2Backend) -> None:
    (answer,) = answers(backend, job("nllb:en>de", "Die Katze"))
    assert answer.startswith("Die Katze")
    assert answer == by_hand(nllb, "eng_Latn", "deu_Latn", "Die Katze")


def test_a_draft_is_weighed_without_the_tag(tmp_path: Path) -> None:
    # With these weights the tag is far less likely than all after it, however a CPU rounds.
    nllb = of_many_languages(tmp_path, seed=1)
    backend = loaded(nllb.folder)
    (free,) = answers(backend, job("nllb:en>de"))
    tokeniser = sentencepiece.SentencePieceProcessor(model_file=str(nllb.folder / "source.spm"))
    source, draft = (tokeniser.encode(text, out_type=str) for text in (SAID, free))
    model = ctranslate2.Translator(str(nllb.folder), compute_type="int8")
    (score,) = model.score_batch([["eng_Latn", *source]], [["deu_Latn", *draft]])
    of_tag, least = score.log_probs[0], min(score.log_probs[1:-1])
    assert of_tag < least
    jobs = [job("nllb:en>de", draft=free, sure=math.exp(least + by)) for by in (-0.01, 0.01)]
    below, above = backend.translate_batch(jobs)
    assert below.sure == free
    assert len(above.sure) < len(free)
    (kept,) = answers(backend, job("nllb:en>de", draft="Guten Morgen"))
    assert kept.startswith("Guten Morgen")
    assert answers(backend, job("nllb:en>de", draft="Guten Morgen", trust=0.999)) == [free]


def test_every_part_of_a_long_text_has_its_tags(nllb: Model, backend: Ct2Backend) -> None:
    long = Job("nllb:en>de", SAID * 8, "", final=True)
    assert "deu_Latn" not in answers(backend, long)[0]


def test_a_model_of_many_targets_reads_the_tag(tmp_path: Path) -> None:
    origin = small.many(tmp_path / "en-roa", [">>fra<<", ">>spa<<"], seed=3)
    model = convert(origin, tmp_path / "models", Wishes(sources=("en",)), lambda _: None)
    backend = loaded(model.folder)
    assert model.manifest.tags("en", "es") == ([">>spa<<"], [])
    french, spanish = answers(backend, job("en-roa:en>fr"), job("en-roa:en>es"))
    assert french != spanish


@pytest.mark.parametrize(("field", "name"), [("sources", "source"), ("targets", "target")])
def test_a_tag_that_the_model_does_not_know_is_refused(tmp_path: Path, field: str, name: str) -> None:
    folder = ModelFolder(tmp_path / "en-de")
    folder.edit(lambda manifest: manifest.update({field: {manifest[name]: "eng_Latn"}}))
    with pytest.raises(ModelError, match=f"field {field}: 'eng_Latn' is not in {name}_vocabulary.json"):
        loaded(folder.path)


def test_a_route_goes_through_english_where_there_is_no_model() -> None:
    assert PIVOTED.route("de", "fr") == "de-en+en-fr"
    assert legs("de-en+en-fr") == ["de-en", "en-fr"]
    assert PIVOTED.targets("de") == ["en", "fr", "it"]
    assert PIVOTED.pivots() == {"de-en+en-fr": ("de", "fr")}


def test_a_model_of_the_pair_goes_before_a_route() -> None:
    assert PIVOTED.route("de", "it") == "de-it"


@pytest.mark.parametrize(("source", "target"), [("fr", "de"), ("en", "de"), ("fr", "en"), ("de", "xx")])
def test_there_is_no_route_where_a_leg_lacks(source: str, target: str) -> None:
    with pytest.raises(UnsupportedPair, match=f"no model from {source} to {target}"):
        PIVOTED.route(source, target)


def test_a_model_of_the_pair_goes_before_one_of_many(nllb: Model) -> None:
    catalog = Catalog.find([nllb.folder, BUNDLED])
    assert catalog.route("en", "de") == "en-de"
    assert catalog.route("de", "fr") == "nllb:de>fr"
    assert split_leg("nllb:zh-Hant>fr") == ("nllb", "zh-Hant", "fr")
    versions = [versioned("nllb", "1f"), versioned("en-fr", "2e")]
    assert with_models("nllb:zh-Hant>en+en-fr", versions) == "nllb@1f:zh-Hant>en+en-fr@2e"
    assert [without_version(name) for name in (*versions, "en-de")] == ["nllb", "en-fr", "en-de"]
    assert catalog.languages() == {"en", "de", "fr"}
    assert catalog.pivots() == {}


def test_a_language_is_not_translated_into_itself(nllb: Model) -> None:
    assert Catalog([nllb]).targets("de") == ["en", "fr"]
    with pytest.raises(UnsupportedPair):
        Catalog([nllb]).route("de", "de")


def test_two_legs_are_two_translations(tmp_path: Path) -> None:
    """French to English is played by the bundled model, which makes German of it."""
    first = ModelFolder(tmp_path / "fr-en")
    first.edit(lambda manifest: manifest.update(name="fr-en", source="fr", target="en"))
    backend = loaded(first.path, BUNDLED)
    morning, evening = "Good morning.", "We have seen the house."
    (middle,) = answers(backend, Job("fr-en", evening, "", final=True))
    said = [Job("fr-en+en-de", evening, "", final=True), Job("en-de", morning, "", final=True)]
    through, direct = answers(backend, *said)
    assert through == answers(backend, Job("en-de", middle, "", final=True))[0]
    assert through != answers(backend, Job("en-de", evening, "", final=True))[0]
    assert direct == "Guten Morgen."


def test_what_readers_have_seen_belongs_to_the_last_leg(tmp_path: Path) -> None:
    first = ModelFolder(tmp_path / "fr-en")
    first.edit(lambda manifest: manifest.update(name="fr-en", source="fr", target="en"))
    backend = loaded(first.path, BUNDLED)
    assert answers(backend, Job("fr-en+en-de", "Berlin 1998", "Das war", final=False))[0].startswith("Das war")


async def test_readers_are_told_the_route() -> None:
    async with serving(ScriptedEngine(shout), PIVOTED) as service:
        async with service.peer("/v1/rooms/hall/speak?source=de&target=fr") as speaker:
            assert (await speaker.next(type="ready"))["models"] == {"fr": "de-en+en-fr"}
            async with service.peer("/v1/rooms/hall/listen?lang=fr") as reader:
                await reader.next(type="ready")
                await speaker.send({"type": "final", "text": "Guten Morgen."})
                assert (await reader.next(type="caption", final=True))["stable"] == "GUTEN MORGEN."


def test_what_there_is_is_offered(nllb: Model) -> None:
    assert models_of(PIVOTED, [], ["de-en", "en-it"])[-1] == {
        "name": "de-en+en-fr",
        "source": "de",
        "targets": ["fr"],
        "licence": "none",
        "loaded": False,
    }
    assert models_of(PIVOTED, [], ["de-en", "en-fr"])[-1]["loaded"]
    assert models_of(Catalog([nllb]), ["nllb"], ["nllb"]) == [
        {
            "name": "nllb",
            "source": "en",
            "sources": ["de", "en", "fr"],
            "targets": ["de", "en", "fr"],
            "licence": "unknown",
            "prefill": True,
            "loaded": True,
        }
    ]
