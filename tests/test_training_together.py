"""Several languages are trained over one encoder: what is shared is the same, what is computed at once is right."""

import shutil
from pathlib import Path

import numpy as np
import orjson
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.training.corpus import Pair, write_pairs
from models.training.errors import TrainingError
from models.training.hardware import Hardware
from models.training.journal import read_journal
from models.training.model import TranslationModel, loss_of, model_of
from models.training.run import Run
from models.training.settings import Settings
from models.training.shape import Shape
from models.training.together.batches import JointBatch, JointBatches, sources_on
from models.training.together.beam import search
from models.training.together.distilling import Translator, with_numbers_kept
from models.training.together.model import Joint
from models.training.together.pairs import Corpus, Pairs, more, read_corpus
from models.training.together.rows import Shelf, joined, rows_of, some, sums, without
from models.training.unigrams import BEGIN, END, PAD, UNKNOWN
from rtt.ct2.trial import Trial
from rtt.text import begun_like
from tests.toy_language import sentences, tiny_bert
from tests.training_command import training

CPU = Hardware(torch.device("cpu"), bfloat16=False)
SHAPE = Shape(source_pieces=60, target_pieces=50, width=24, feed_forward=32, encoder_layers=2, decoder_layers=3)
SENTENCES = st.lists(st.lists(st.integers(4, 59), min_size=1, max_size=12), min_size=1, max_size=8)
SOME_SETTINGS = Settings(batch_tokens=600, longest=60)


def model(seed: int, shape: Shape = SHAPE) -> TranslationModel:
    torch.manual_seed(seed)
    return TranslationModel(shape, 0.0).eval()


def random_batch(languages: int, seed: int = 0) -> JointBatch:
    chance = torch.Generator().manual_seed(seed)
    source = torch.randint(4, 60, (languages * 3, 8), generator=chance)
    source[:, 6:] = PAD
    written, target = (torch.randint(4, 50, (languages, 3, 16), generator=chance) for _ in range(2))
    return JointBatch(source, written, target, target.numel())


@given(SENTENCES, SENTENCES)
def test_rows_are_the_sentences_that_they_were_made_of(first: list[list[int]], second: list[list[int]]) -> None:
    rows = joined(rows_of(first), rows_of(second))
    assert [rows.row(index).tolist() for index in range(len(rows.lengths))] == first + second
    wanted = np.arange(len(rows.lengths)) % 2 == 0
    kept = some(rows, wanted)
    assert [kept.row(index).tolist() for index in range(len(kept.lengths))] == (first + second)[::2]


@given(SENTENCES)
def test_unwanted_pieces_go_but_never_all_of_a_row(whole: list[list[int]]) -> None:
    odd = np.arange(60) % 2 == 1
    rows = without(rows_of(whole), odd)
    expected = [[piece for piece in row if piece % 2 == 0] or row for row in whole]
    assert [rows.row(index).tolist() for index in range(len(whole))] == expected


@given(SENTENCES)
def test_what_pieces_count_is_summed_by_row(whole: list[list[int]]) -> None:
    values = np.stack([np.arange(60) % 3 == 0, np.arange(60) % 5 == 0], 1).astype(np.int8)
    expected = [[sum(piece % 3 == 0 for piece in row), sum(piece % 5 == 0 for piece in row)] for row in whole]
    assert sums(rows_of(whole), values).tolist() == expected


@given(SENTENCES, st.data())
def test_a_matrix_has_the_beginnings_with_their_ends(whole: list[list[int]], data: st.DataObject) -> None:
    rows = rows_of(whole)
    lengths = np.array([data.draw(st.integers(1, len(row))) for row in whole])
    matrix = Shelf(rows, CPU.device).matrix(np.arange(len(whole)), lengths)
    assert matrix.shape[1] % 8 == 0
    for row, length, line in zip(whole, lengths, matrix.tolist(), strict=True):
        assert line == row[:length] + [END] + [PAD] * (matrix.shape[1] - length - 1)


def test_what_is_computed_at_once_is_what_each_model_computes() -> None:
    models = {"de": model(1), "fr": model(2)}
    models["fr"].encoder = models["de"].encoder
    alone = {code: model_of(Joint({code: one}, 0.0).checkpoint(code), 0.0).eval() for code, one in models.items()}
    joint = Joint(models, 0.0).eval()
    batch = random_batch(2)
    scores = joint(batch.source, batch.written).view(2, 3, 16, -1)
    for number, one in enumerate(alone.values()):
        expected = one(batch.source[number * 3 : number * 3 + 3], batch.written[number])
        torch.testing.assert_close(scores[number], expected, rtol=1e-4, atol=1e-5)


def test_a_decoder_is_moved_by_its_own_language_and_the_encoder_by_all() -> None:
    joint = Joint({"de": model(1), "fr": model(2)}, 0.0)
    batch = random_batch(2)
    target = batch.target.clone()
    target[1] = PAD
    torch.autograd.backward(loss_of(joint(batch.source, batch.written), target))
    gradients = joint.decoders.weights["layers/0/widen/weight"].grad
    assert gradients is not None
    assert gradients[0].abs().max() > 0
    assert gradients[1].abs().max() == 0
    joint.zero_grad()
    torch.autograd.backward(loss_of(joint(batch.source, batch.written, encoder_is_frozen=True), batch.target))
    assert joint.encoder.norm.weight.grad is None


def test_models_of_one_encoder_have_one_shape() -> None:
    other = model(2, Shape(source_pieces=60, target_pieces=40, width=24, feed_forward=32, decoder_layers=3))
    with pytest.raises(TrainingError, match="as many target pieces"):
        Joint({"de": model(1), "fr": other}, 0.0)


@pytest.mark.parametrize("beam", [1, 3])
def test_a_translations_score_is_its_log_likelihood(beam: int) -> None:
    one = model(3)
    source = random_batch(1).source
    with torch.no_grad():
        found = search(one.decoder, one.encoder(source), beam, 20)
        written = found.pieces.roll(1, 1)
        written[:, 0] = BEGIN
        scores = one(source, written.where(written != END, PAD))
        scores[:, :, [PAD, UNKNOWN, BEGIN]] = -torch.inf
        each = torch.log_softmax(scores, -1).gather(2, found.pieces[:, :, None]).squeeze(2)
    expected = each.where(found.pieces != PAD, 0.0).sum(1)
    torch.testing.assert_close(found.scores, expected, rtol=1e-4, atol=1e-4)


def test_a_beam_of_one_takes_the_likeliest_piece_each_time() -> None:
    one = model(4)
    source = random_batch(1).source
    written = torch.full((len(source), 1), BEGIN)
    with torch.no_grad():
        found = search(one.decoder, one.encoder(source), 1, 12)
        for _ in range(found.pieces.shape[1]):
            scores = one(source, written)[:, -1]
            scores[:, [PAD, UNKNOWN, BEGIN]] = -torch.inf
            written = torch.cat([written, scores.argmax(1, keepdim=True)], 1)
    for line, expected in zip(found.pieces.tolist(), written[:, 1:].tolist(), strict=True):
        size = line.index(END) if END in line else len(line)
        assert line[:size] == expected[:size]


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("encoder") / "bert")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, bert: Path) -> dict[str, Run]:
    """Two languages: one is the toy's, the other its words from behind; each has sources that the other has not."""
    folder = tmp_path_factory.mktemp("runs")
    made: dict[str, Run] = {}
    whole = sentences()[:4000]
    parts = {"eo": whole[:3000], "vo": [(source, " ".join(target.split()[::-1])) for source, target in whole[1000:]]}
    for code, pairs in parts.items():
        corpus = folder / f"{code}.tsv"
        write_pairs(corpus, [Pair("", source, target) for source, target in pairs])
        training("mix", folder / code, corpus, "--target", code, "--no-identify")
        made[code] = Run(folder / code)
    training("pieces", made["eo"].folder, "--encoder", bert, "--size", "400")
    # Of both languages the words are the same.
    for name in ("source.spm", "target.spm"):
        shutil.copyfile(made["eo"].folder / name, made["vo"].folder / name)
    return made


@pytest.fixture(scope="module")
def corpus(runs: dict[str, Run]) -> Corpus:
    return read_corpus(runs, 60)


def test_a_source_of_several_languages_is_there_once(runs: dict[str, Run], corpus: Corpus) -> None:
    lines = {code: run.train.read_text().splitlines() for code, run in runs.items()}
    assert len(corpus.sources.lengths) == len(
        {line.split("\t")[0].casefold() for one in lines.values() for line in one}
    )
    for code, language in corpus.languages.items():
        assert language.train.copies.sum() == len(lines[code])


def test_runs_with_other_source_pieces_are_refused(runs: dict[str, Run], tmp_path: Path) -> None:
    other = Run(tmp_path)
    other.source_pieces.write_bytes(runs["eo"].target_pieces.read_bytes())
    with pytest.raises(TrainingError, match=r"different source\.spm"):
        read_corpus({**runs, "xx": other}, 60)


def examples_of(corpus: Corpus, code: str) -> set[tuple[tuple[int, ...], tuple[int, ...]]]:
    train = corpus.languages[code].train
    return {
        (tuple(corpus.sources.row(source).tolist()), tuple(train.targets.row(index).tolist()))
        for index, source in enumerate(train.sources)
    }


def lines_of(batch: JointBatch, language: int) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    size = batch.target.shape[1]
    source = batch.source[language * size : (language + 1) * size].tolist()
    target = batch.target[language].tolist()
    return [(tuple(s[: s.index(END)]), tuple(t[: t.index(END)])) for s, t in zip(source, target, strict=True)]


def test_batches_have_as_many_pairs_of_each_language(corpus: Corpus) -> None:
    settings = Settings(batch_tokens=300, prefixes=0, unpunctuated=0)
    pairs = {code: language.train for code, language in corpus.languages.items()}
    batches = iter(JointBatches(sources_on(CPU.device, corpus), pairs, settings, CPU.device))
    known = {code: examples_of(corpus, code) for code in pairs}
    for _ in range(30):
        batch = next(batches)
        assert batch.written[:, :, 0].eq(BEGIN).all()
        assert batch.written[:, :, 1:].where(batch.target[:, :, :-1] != END, PAD).equal(batch.written[:, :, 1:])
        for number, code in enumerate(pairs):
            lines = lines_of(batch, number)
            assert known[code].issuperset(lines)
            assert batch.target[number].ne(PAD).sum() == sum(len(target) + 1 for _, target in lines)
            assert len(lines) * (max(len(side) for line in lines for side in line) + 1) <= settings.batch_tokens


def test_an_epoch_has_each_pair_as_often_as_it_says(corpus: Corpus) -> None:
    train = corpus.languages["eo"].train
    few = Pairs(train.sources[:5], some(train.targets, np.arange(len(train.sources)) < 5), np.array([1, 2, 1, 1, 3]))
    settings = Settings(batch_tokens=1000, prefixes=0, unpunctuated=0)
    batch = next(iter(JointBatches(sources_on(CPU.device, corpus), {"eo": few}, settings, CPU.device)))
    assert batch.target.shape[1] == 8


def test_some_pairs_are_cut_on_both_sides_and_some_lose_their_punctuation(corpus: Corpus) -> None:
    pairs = {"eo": corpus.languages["eo"].train}
    whole = examples_of(corpus, "eo")
    for settings in (Settings(prefixes=1, unpunctuated=0), Settings(prefixes=0, unpunctuated=1)):
        batches = iter(JointBatches(sources_on(CPU.device, corpus), pairs, settings, CPU.device))
        lines = lines_of(next(batches), 0)
        assert not whole.issuperset(lines)
        for line in lines:
            if settings.unpunctuated:
                assert not corpus.punctuation[list(line[0])].any()
            else:
                assert any(
                    source[: len(line[0])] == line[0] and target[: len(line[1])] == line[1] for source, target in whole
                )


def test_translations_that_change_a_number_are_left_out(corpus: Corpus) -> None:
    digits = np.zeros((60, 10), np.int8)
    digits[10, 1] = digits[11, 2] = 1
    language = corpus.languages["eo"]._replace(digits=digits)
    asked = corpus._replace(digits=sums(rows_of([[10, 20], [20], [10, 11]]), digits), languages={"eo": language})
    made = Pairs(np.array([0, 1, 2, 0]), rows_of([[30, 10], [31], [10], [11]]), np.ones(4, np.int64))
    kept = with_numbers_kept(made, asked, "eo")
    assert kept.sources.tolist() == [0, 1]
    assert [kept.targets.row(index).tolist() for index in range(2)] == [[30, 10], [31]]


def test_translations_are_those_of_their_sources(corpus: Corpus) -> None:
    sources = sources_on(CPU.device, corpus)
    shape = Shape(source_pieces=400, target_pieces=50, width=24, feed_forward=32, encoder_layers=2)
    one = model(5, shape)
    wanted = np.array([7, 3, 5, 11, 2])
    made = Translator(one, sources, CPU, beam=2, at_once=4).translate(wanted, float("inf"))
    for index, source in enumerate(made.sources):
        alone = Translator(one, sources, CPU, beam=2, at_once=2).translate(np.array([source]), float("inf"))
        assert made.targets.row(index).tolist() == alone.targets.row(0).tolist()
    assert set(made.sources) <= set(wanted)
    assert len(Translator(one, sources, CPU, beam=2, at_once=4).translate(wanted, 0.0).sources) == 0
    assert len(more(made, made).sources) == 2 * len(made.sources)


def test_both_languages_are_learnt(runs: dict[str, Run], bert: Path, tmp_path: Path) -> None:
    settings = (
        "batch_tokens=1000",
        "rate=0.01",
        "encoder_rate=1",
        "dropout=0",
        "smoothing=0",
        "decay=0.99",
        "tokens=250000",
    )
    told = training(
        *(
            "together",
            *(run.folder for run in runs.values()),
            "--encoder",
            bert,
            "--minutes",
            "5",
            "--float32",
            "--beam",
            "1",
        ),
        *("--large-layers", "2", "--decoder-layers", "1", "--threads", "1", "--plot", tmp_path / "curve.png", "--json"),
        *(part for one in settings for part in ("--set", one)),
    )
    results = {one["language"]: one for one in orjson.loads(told.stdout)}
    assert (tmp_path / "curve.png").stat().st_size > 10_000
    for code, run in runs.items():
        assert results[code]["translations"] > 0
        entries = read_journal(run.journal)
        assert [entry.tokens for entry in entries] == sorted(entry.tokens for entry in entries)
        training("export", run.folder, "--models", tmp_path)
        tried = [line.split("\t") for line in run.train.read_text().splitlines()[:100]]
        answers, _ = Trial(tmp_path / f"en-{code}").translate([source for source, _ in tried])
        right = sum(
            answer == begun_like(source, target) for answer, (source, target) in zip(answers, tried, strict=True)
        )
        assert right >= 80, (answers[:5], results)
