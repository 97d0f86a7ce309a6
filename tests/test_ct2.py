import os
from pathlib import Path

import ctranslate2
import orjson
import pytest

from rtt import text
from rtt.catalog import Catalog
from rtt.ct2.backend import Ct2Backend
from rtt.ct2.hardware import Hardware, choose_hardware
from rtt.engine import Hypothesis, Job
from rtt.errors import ConfigError, ModelError, TranslationError
from tests.folders import BUNDLED, ModelFolder

CPU = Hardware("cpu", "int8", 1)
TALK = [
    "Good morning, everybody.",
    "Yes.",
    "The cat sat on the mat, and then it looked at the dog for a very long time.",
    "we have three",
    "2",
    "How are you?",
]

PUNCTUATION = BUNDLED.parent / "en-punctuation"

needs_gpu = pytest.mark.skipif(not ctranslate2.get_cuda_device_count(), reason="no CUDA device is visible here")
needs_no_gpu = pytest.mark.skipif(bool(ctranslate2.get_cuda_device_count()), reason="a CUDA device is visible here")


def loaded(folder: Path, hardware: Hardware = CPU) -> Ct2Backend:
    backend = Ct2Backend(Catalog.find([folder]), hardware)
    backend.load()
    return backend


def job(source: str, prefix: str = "", model: str = "en-de") -> Job:
    return Job(model, source, prefix, final=True)


@pytest.fixture(scope="module")
def backend() -> Ct2Backend:
    return loaded(BUNDLED)


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    return ModelFolder(tmp_path / "en-de")


def refusal(folder: ModelFolder) -> str:
    """Return why a model is refused."""
    with pytest.raises(ModelError) as refused:
        loaded(folder.path)
    return str(refused.value)


def translated(backend: Ct2Backend, *jobs: Job) -> list[str]:
    return [answer.text for answer in backend.translate_batch(jobs)]


def test_text_is_translated(backend: Ct2Backend) -> None:
    assert translated(backend, job("Good morning.")) == ["Guten Morgen."]


def test_answers_come_in_order_and_do_not_depend_on_the_batch(backend: Ct2Backend) -> None:
    jobs = [job(said) for said in TALK] + [job("Good morning.", "Schönen guten")]
    one_by_one = [translated(backend, one)[0] for one in jobs]
    assert translated(backend, *jobs) == one_by_one
    assert translated(backend, *reversed(jobs)) == one_by_one[::-1]


def test_an_answer_begins_with_a_capital_where_its_text_does_unless_readers_have_seen_it() -> None:
    french, said = loaded(BUNDLED.parent / "en-fr"), "fifteen percent of the people agreed."
    (own,) = translated(french, job(said, model="en-fr"))
    assert own.startswith("quinze"), "this model has learnt to write a capital here: another sentence is needed"
    assert translated(french, job(said.capitalize(), model="en-fr")) == [own.capitalize()]
    assert translated(french, job(said.capitalize(), "quinze", model="en-fr")) == [own]


def test_a_fraction_is_translated_as_digits_and_a_slash(backend: Ct2Backend) -> None:
    (sign, digits) = translated(backend, job("½ plus ¼ equals ¾."), job("1/2 plus 1/4 equals 3/4."))
    assert sign == digits
    assert all(fraction in sign for fraction in ("1/2", "1/4", "3/4"))


def test_an_empty_batch_has_no_answers(backend: Ct2Backend) -> None:
    assert backend.translate_batch([]) == []


@pytest.mark.parametrize("prefix", ["Der Kater", "Eine graue Katze", "Der", "Katze, Hund, ", "Ein 👍 für 猫"])
def test_an_answer_begins_with_its_prefix(backend: Ct2Backend, prefix: str) -> None:
    answer = translated(backend, job("The cat sat on the mat.", prefix))[0]
    assert answer.startswith(prefix.strip())
    assert len(answer) > len(prefix)


def test_a_prefix_is_for_its_own_job_only(backend: Ct2Backend) -> None:
    free = translated(backend, job("The cat sleeps."))[0]
    held, beside = translated(backend, job("The dog sleeps.", "Unser Hund"), job("The cat sleeps."))
    assert held.startswith("Unser Hund")
    assert beside == free


def test_a_prefix_longer_than_its_answer_could_be_is_kept(backend: Ct2Backend) -> None:
    prefix = " ".join(["Guten Tag, meine Damen und Herren,"] * 8)
    assert translated(backend, job("Hi", prefix))[0].startswith(prefix)


@pytest.mark.parametrize("said", ["", " ", "\n"])
def test_nothing_becomes_nothing(backend: Ct2Backend, said: str) -> None:
    assert translated(backend, job(said)) == [""]


@pytest.mark.parametrize(
    "said",
    ["👍", "👩‍👩‍👧‍👦 🎉🎉🎉", "我爱你", "\U000e0041\ufffd", "a" * 200, "!?" * 100, "▁▁▁", "<unk> </s>"],
    ids=ascii,
)
def test_odd_text_is_answered_with_text(backend: Ct2Backend, said: str) -> None:
    (answer,) = translated(backend, job(said))
    text.check(answer)


def test_the_answer_to_a_long_text_is_bounded(backend: Ct2Backend) -> None:
    said = "We go on and on. " * 15
    assert 0 < len(translated(backend, job(said))[0]) < 3 * len(said)


def test_text_longer_than_the_model_takes_is_translated_in_parts(folder: ModelFolder) -> None:
    folder.edit(lambda manifest: manifest["options"].update(max_input_tokens=16))
    backend = loaded(folder.path)
    years = [str(year) for year in range(1990, 2000)]
    said = " ".join(f"In {year} we had a house." for year in years)
    other, long, another = translated(backend, job("Yes."), job(said), job("No."))
    assert (other, another) == ("Ja.", "Nein.")
    # A part that ends in the middle of a sentence may say its year twice.
    assert list(dict.fromkeys(word.strip(",.") for word in long.split() if word[0].isdigit())) == years


@pytest.mark.parametrize(
    ("said", "answer"),
    [("Thank you. 👍", "Danke. 👍"), ("👋 Good morning.", "Guten Morgen. 👋"), ("🎉🎉", "🎉🎉")],
)
def test_emoji_are_kept_from_the_model_and_given_back(backend: Ct2Backend, said: str, answer: str) -> None:
    assert translated(backend, job(said)) == [answer]


@pytest.mark.parametrize("final", [False, True])
def test_emoji_end_a_finished_sentence_only(backend: Ct2Backend, *, final: bool) -> None:
    (answer,) = translated(backend, Job("en-de", "Thank you 👍", "", final))
    assert ("👍" in answer) is final


@pytest.mark.parametrize("said", ["今天天气很好。", "مرحبا بكم جميعا", "สวัสดีครับ", "Привет мир"], ids=ascii)
def test_what_the_model_cannot_read_stays_as_it_is(backend: Ct2Backend, said: str) -> None:
    assert translated(backend, job(said), job("Good morning."), job(said)) == [said, "Guten Morgen.", said]


def test_a_few_letters_that_the_model_spells_are_translated(backend: Ct2Backend) -> None:
    assert translated(backend, job("Zoë went to the café.")) != ["Zoë went to the café."]


def test_output_is_as_long_as_the_options_allow(backend: Ct2Backend, folder: ModelFolder) -> None:
    folder.edit(lambda manifest: manifest["options"].update(max_output_ratio=1.0))
    babble = job("a" * 200)
    assert 0 < len(translated(loaded(folder.path), babble)[0]) < len(translated(backend, babble)[0])


def test_the_bundled_model_takes_what_its_manifest_allows(backend: Ct2Backend) -> None:
    allowed = Catalog.find([BUNDLED]).models["en-de"].manifest.options.max_input_tokens
    assert translated(backend, job("1 " * allowed)) != [""]


def test_each_job_is_for_its_own_model(folder: ModelFolder, tmp_path: Path) -> None:
    """A second model, which may answer with no more tokens than it is given, is told from the first by that."""
    other = ModelFolder(tmp_path / "short")
    other.edit(lambda manifest: manifest.update(name="short"))
    other.edit(lambda manifest: manifest["options"].update(max_output_ratio=1.0))
    backend = Ct2Backend(Catalog.find([folder.path, other.path]), CPU)
    backend.load()
    said = "a" * 200
    answers = translated(backend, *(job(said, model=name) for name in ["en-de", "short", "en-de", "short"]))
    assert answers[0] == answers[2]
    assert answers[1] == answers[3]
    assert len(answers[0]) > len(answers[1])


def test_a_translation_that_fails_is_a_translation_error(folder: ModelFolder) -> None:
    folder.edit(lambda manifest: manifest["options"].update(max_input_tokens=8192))
    backend = loaded(folder.path)
    with pytest.raises(TranslationError, match="position"):
        backend.translate_batch([job("the house and " * 400)])
    assert backend.translate_batch([job("Good morning.")]) == [Hypothesis("Guten Morgen.")]


def test_a_damaged_model_is_refused_before_it_is_loaded(folder: ModelFolder) -> None:
    folder.write("model.bin", folder.read("model.bin")[:-1])
    assert refusal(folder).startswith(f"{folder.path}: file model.bin has ")


@pytest.mark.parametrize("size", [0, 10, 1000, -1])
def test_a_model_that_is_none_is_refused(folder: ModelFolder, size: int) -> None:
    folder.replace("model.bin", folder.read("model.bin")[:size])
    assert refusal(folder).startswith(f"{folder.path}: ")


@pytest.mark.parametrize("content", [b"", b"[]", b"hello"])
def test_a_model_with_a_bad_configuration_is_refused(folder: ModelFolder, content: bytes) -> None:
    folder.replace("config.json", content)
    assert refusal(folder).startswith(f"{folder.path}: ")


@pytest.mark.parametrize("name", ["source.spm", "target.spm"])
@pytest.mark.parametrize("content", [b"", b"hello" * 100], ids=ascii)
def test_a_tokeniser_that_is_none_is_refused(folder: ModelFolder, name: str, content: bytes) -> None:
    folder.replace(name, content)
    assert refusal(folder).startswith(f"{folder.path}: tokeniser {name} cannot be read: ")


@pytest.mark.parametrize(("side", "other"), [("source", "target"), ("target", "source")])
def test_the_tokeniser_of_another_model_is_refused(folder: ModelFolder, side: str, other: str) -> None:
    folder.replace(f"{side}.spm", folder.read(f"{other}.spm"))
    reason = refusal(folder)
    assert reason.startswith(f"{folder.path / side}_vocabulary.json: ")
    assert f"pieces of the {side} tokeniser are not in the vocabulary" in reason


def test_a_vocabulary_that_lacks_a_piece_is_refused(folder: ModelFolder) -> None:
    vocabulary = orjson.loads(folder.read("source_vocabulary.json"))
    folder.replace("source_vocabulary.json", orjson.dumps([p if p != "▁cat" else "▁chat-" for p in vocabulary]))
    assert f"1 of the {len(vocabulary)} pieces" in refusal(folder)
    assert "such as '▁cat'" in refusal(folder)


@pytest.mark.parametrize("content", [b"", b"hello", b"3", b"[[]]", b"[]"])
def test_a_vocabulary_that_is_none_is_refused(folder: ModelFolder, content: bytes) -> None:
    folder.replace("target_vocabulary.json", content)
    assert refusal(folder).startswith(f"{folder.path / 'target_vocabulary.json'}: ")


def test_a_missing_vocabulary_that_the_manifest_does_not_list_is_told(folder: ModelFolder) -> None:
    folder.remove("source_vocabulary.json")
    folder.edit(lambda manifest: manifest["files"].pop("source_vocabulary.json"))
    assert refusal(folder) == f"{folder.path}: file source_vocabulary.json is missing"


@needs_no_gpu
def test_without_gpu_the_cpu_is_chosen() -> None:
    assert choose_hardware("auto", "auto", 3) == Hardware("cpu", "int8", 3)


@needs_no_gpu
def test_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match="device: cuda; no CUDA device is visible here; use cpu or auto"):
        choose_hardware("cuda", "auto", 0)


@pytest.mark.parametrize(
    ("device", "indices"), [("cuda", (0,)), ("cuda:1", (1,)), ("cuda:1,cuda:0,cuda:1", (0, 1)), ("auto", (0,))]
)
def test_every_gpu_that_is_asked_for_has_the_models(
    monkeypatch: pytest.MonkeyPatch, device: str, indices: tuple[int, ...]
) -> None:
    # What a machine with two GPUs would say; that they translate is tested where there is one.
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 2)
    monkeypatch.setattr("ctranslate2.get_supported_compute_types", lambda _: {"float16"})
    hardware = choose_hardware(device, "auto", 3)
    assert hardware == Hardware("cuda", "float16", 3, indices)
    assert hardware.options["device_index"] == list(indices)
    assert hardware.options["inter_threads"] * len(indices) >= 3


def test_a_gpu_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctranslate2.get_cuda_device_count", lambda: 2)
    with pytest.raises(ConfigError, match="device: cuda:0,cuda:2; there are cuda:0 to cuda:1"):
        choose_hardware("cuda:0,cuda:2", "auto", 0)


def test_the_cpu_may_be_asked_for() -> None:
    assert choose_hardware("cpu", "float32", 2) == Hardware("cpu", "float32", 2)


def test_there_is_a_worker_for_each_core() -> None:
    assert 1 <= choose_hardware("cpu", "auto", 0).workers <= (os.cpu_count() or 1)


@pytest.mark.parametrize("wanted", ["int9", "", "float8"])
def test_a_compute_type_that_is_not_there_is_refused(wanted: str) -> None:
    with pytest.raises(ConfigError) as refused:
        choose_hardware("cpu", wanted, 0)
    # Which there are is the processor's affair; float32 and int8 are always among them.
    supported = str(refused.value).removeprefix(f"compute_type: {wanted}; cpu supports ").split(", ")
    assert {"float32", "int8"} <= set(supported)


@pytest.mark.parametrize("wanted", sorted(ctranslate2.get_supported_compute_types("cpu")))
def test_every_compute_type_of_the_cpu_translates(wanted: str) -> None:
    hardware = choose_hardware("cpu", wanted, 1)
    assert hardware.compute_type == wanted
    assert translated(loaded(BUNDLED, hardware), job("Good morning.")) == ["Guten Morgen."]


@needs_gpu
@pytest.mark.parametrize("device", ["auto", "cuda"])
def test_a_gpu_is_chosen_and_translates(device: str) -> None:
    hardware = choose_hardware(device, "auto", 1)
    assert hardware == Hardware("cuda", "float16", 1)
    assert translated(loaded(BUNDLED, hardware), job("Good morning.")) == ["Guten Morgen."]


def punctuated(*texts: str) -> list[str]:
    jobs = [Job("en-punctuation", one, "", final=False) for one in texts]
    return [answer.text for answer in loaded(PUNCTUATION).translate_batch(jobs)]


def test_speech_is_punctuated() -> None:
    (found,) = punctuated("good morning everyone and welcome to the talk what do you think about that i do not know")
    assert text.sentences(found, "en")[1:] == ["What do you think about that? ", "I do not know"]


def test_punctuation_leaves_every_word_and_none_ends_an_open_text() -> None:
    texts = ["so this is it now we go on and on", "yes", "1.5 of 2", " ".join(["and then"] * 300)]
    for before, after in zip(texts, punctuated(*texts), strict=True):
        assert text.keys(text.units(after)) == text.keys(text.units(before))
        assert not text.ends_sentence(after)


def test_a_damaged_head_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "en-punctuation"
    folder.mkdir()
    for file in PUNCTUATION.iterdir():
        (folder / file.name).symlink_to(file)
    for name, content in (("head.json", b"{}"), ("model.json", b"")):
        (folder / name).unlink()
        (folder / name).write_bytes(content)
    manifest = orjson.loads((PUNCTUATION / "model.json").read_bytes())
    manifest["files"].pop("head.json")
    (folder / "model.json").write_bytes(orjson.dumps(manifest))
    with pytest.raises(ModelError, match="marks"):
        loaded(folder)


def test_a_draft_is_kept_as_far_as_the_model_believes_in_it(backend: Ct2Backend) -> None:
    def answer(draft: str, trust: float) -> str:
        return backend.translate_batch([Job("en-de", "How are you?", "", False, draft, trust)])[0].text

    plain = answer("", 0.0)
    assert answer("Wie Zebra", 0.1) == plain
    assert answer("Wie Zebra", 0.0).startswith("Wie Zebra")
    assert answer(plain, 0.1) == plain


def test_where_many_wait_no_draft_is_kept_that_the_model_leaves(backend: Ct2Backend) -> None:
    held = Job("en-de", "How are you?", "", False, "Wie Zebra", 0.0)
    plain = translated(backend, job("How are you?"))
    assert translated(backend, *[held] * 5) == plain * 5
    assert all(answer.startswith("Wie Zebra") for answer in translated(backend, *[held] * 4))


def test_what_the_model_is_sure_of_is_told(backend: Ct2Backend) -> None:
    def sure(draft: str, least: float, prefix: str = "") -> str:
        return backend.translate_batch([Job("en-de", "How are you?", prefix, False, draft, 0.0, least)])[0].sure

    assert sure("", 0.5) == ""
    assert sure("Wie Zebra", 0.5) == "Wie"
    assert sure("Wie Zebra", 0.0) == "Wie Zebra"
    assert sure(" geht Zebra", 0.5, prefix="Wie").startswith("Wie")


def test_a_word_is_taken_back_for_an_answer_that_is_worth_it(backend: Ct2Backend) -> None:
    def answer(draft: str, price: float) -> str:
        return backend.translate_batch([Job("en-de", "How are you?", "", True, draft, price=price)])[0].text

    plain = answer("", 0.0)
    other = "Was machst du?"
    assert answer(other, 0.01) == answer("Wie Zebra", 1.0) == plain
    assert answer(other, 100.0) == other
    assert answer(plain, 0.1) == plain


def test_a_prefix_in_one_pass_leaves_the_answer_as_it_is(backend: Ct2Backend) -> None:
    plain = Ct2Backend(Catalog.find([BUNDLED]), CPU, prefill=False)
    plain.load()
    assert (backend.prefills(), plain.prefills()) == (["en-de"], [])
    for said in TALK:
        words = text.units(translated(plain, job(said))[0])
        for length in range(1, len(words) + 1):
            held = job(said, "".join(words[:length]))
            assert translated(backend, held) == translated(plain, held)


@pytest.mark.parametrize("said", TALK)
def test_a_draft_that_is_all_of_the_answer_stays_it(backend: Ct2Backend, said: str) -> None:
    whole = translated(backend, job(said))[0]
    assert translated(backend, Job("en-de", said, "", True, whole, 0.01)) == [whole]


def test_a_model_that_cannot_take_a_prefix_in_one_pass_is_found_out(folder: ModelFolder) -> None:
    """Its decoder starts with a zero embedding, as in models converted from Marian."""
    flag = b"decoder/start_from_zero_embedding\0\0\1\1\0\0\0"
    assert folder.read("model.bin").count(flag + b"\0") == 1
    folder.replace("model.bin", folder.read("model.bin").replace(flag + b"\0", flag + b"\1"))
    backend = loaded(folder.path)
    assert backend.prefills() == []
    assert translated(backend, job("The cat sleeps.", "Unsere Katze"))[0].startswith("Unsere Katze")


def test_models_that_search_with_beams_take_prefixes_step_by_step(folder: ModelFolder) -> None:
    folder.edit(lambda manifest: manifest["options"].update(beam_size=2))
    backend = loaded(folder.path)
    assert backend.prefills() == []
    assert translated(backend, job("Good morning.", "Guten")) == ["Guten Morgen."]


def test_a_batch_of_more_tokens_than_allowed_is_split(backend: Ct2Backend) -> None:
    small = Ct2Backend(Catalog.find([BUNDLED]), CPU, max_tokens=8)
    small.load()
    jobs = [job(said) for said in TALK]
    assert translated(small, *jobs) == translated(backend, *jobs)


def test_an_answer_says_where_its_time_went(backend: Ct2Backend) -> None:
    timings = [answer.timing for answer in backend.translate_batch([job(said) for said in TALK])]
    assert {timing.batch for timing in timings} == {len(TALK)}
    assert all(timing.tokenise_s > 0 and timing.translate_s > 0 and not timing.cached for timing in timings)
