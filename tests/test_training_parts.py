"""The parts of the training: what is taken of a corpus, tokenisers, first weights, going on after an interruption."""

import itertools
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import torch
from sentencepiece import SentencePieceProcessor

from models.training.averaging import mean_of
from models.training.batches import Batch, Batches, Place, grouped
from models.training.candidates import draw
from models.training.carry_over import carry_over
from models.training.checkpoint import Checkpoint, load_checkpoint, save, save_checkpoint
from models.training.corpus import Pair, read_pairs
from models.training.errors import TrainingError
from models.training.examples import Example, Spoken, punctuation_of
from models.training.export import build
from models.training.filters import Filters
from models.training.hardware import Hardware
from models.training.journal import read_journal
from models.training.lexicon import in_both, make_lexicon
from models.training.mix import HELD_OUT, Taken, mix
from models.training.model import TranslationModel, loss_of
from models.training.recipe import Recipe, read_recipe
from models.training.run import Run
from models.training.schedule import rate_at
from models.training.served import read_served
from models.training.settings import Settings, make_settings
from models.training.shallower import shallower
from models.training.shape import Shape
from models.training.start import Trained, from_bert, from_trained, read_trained
from models.training.target_pieces import train_target_pieces
from models.training.training import Data, Training, read_data
from models.training.wordpieces import read_vocabulary, rows, train_source_pieces
from tests.folders import BUNDLED
from tests.toy_language import THINGS, sentences, tiny_bert
from tests.training_command import training

RECIPES = Path(__file__).parent.parent / "models" / "training" / "recipes"
CPU = Hardware(torch.device("cpu"), bfloat16=False)
SETTINGS = Settings(tokens=6000, batch_tokens=600, warm_up=1000, frozen=0.5, rate=0.003, sampled=50)
GERMAN = [
    Pair("a", "The cat sat on the mat in the morning.", "Die Katze saß am Morgen auf der Matte."),
    Pair("a", "We have not decided anything yet.", "Wir haben noch nichts entschieden."),
    Pair("b", "Good evening, ladies and gentlemen.", "Guten Abend, meine Damen und Herren."),
]


@pytest.mark.parametrize(
    ("source", "target", "reason"),
    [
        ("In 1998 we had 12,750 guests.", "1998 hatten wir 12.750 Gäste.", None),
        ("It is half past twelve.", "Es ist 12:30 Uhr.", None),
        ("It costs 25 euros.", "Es kostet 35 Euro.", "numbers"),
        ("Thank you.", "", "a side is empty or too long"),
        ("Save as a new file", "Save as a new file", "not translated"),
        ("Berlin", "Berlin", None),
        ("Thank you very much.", "Большое спасибо.", "few letters, or of another script"),
        ("--- *** ---", "Gut.", "few letters, or of another script"),
        ("Yes.", "Das ist eine ganz und gar andere Geschichte, die hier nichts verloren hat.", "lengths"),
        ("The weather is nice, isn't it?", "Il fait très beau aujourd'hui, tu ne trouves pas ?", "another language"),
        ("Good evening, Ladies and Gentlemen.", "Guten Abend, meine Damen und Herren.", "duplicate"),
    ],
)
def test_what_is_no_translation_is_dropped_for_a_reason(source: str, target: str, reason: str | None) -> None:
    filters = Filters("en", "de", GERMAN, identify=True)
    assert [filters.reason(pair) for pair in GERMAN] == [None] * 3
    assert filters.reason(Pair("a", source, target)) == reason


def test_the_usual_lengths_are_those_of_the_languages() -> None:
    pairs = [
        Pair(
            "a",
            "Good evening, ladies and gentlemen, and welcome to all of you.",
            "女士们、先生们,大家晚上好,欢迎各位。",
        )
    ]
    assert Filters("en", "zh", pairs, identify=True).reason(pairs[0]) is None


def numbered(origin: str, count: int) -> list[Pair]:
    return [
        Pair(origin, f"The guest number {n} is here.", f"Der Gast Nummer {n} ist da.") for n in range(100, 100 + count)
    ]


def mixed(pairs: list[Pair], **recipe: Any) -> tuple[list[Pair], list[Pair], dict[str, Taken], dict[str, int]]:
    made = mix(pairs, msgspec.convert(recipe, Recipe), Filters("en", "de", pairs, identify=False), 1)
    return made.train, made.dev, made.summary.origins, made.summary.dropped


def test_weights_say_how_often_a_pair_is_seen() -> None:
    pairs = [
        *numbered("spoken", 200),
        *(pair._replace(origin="manual", target=pair.target + "!") for pair in numbered("", 200)),
    ]
    train, _, origins, _ = mixed(
        pairs, registers={"talk": 2, "other": 0.5}, origins={"spoken": "talk"}, held_out={"other": 0}
    )
    assert origins["spoken"].written == 400
    assert 60 < origins["manual"].written < 140
    assert len(train) == 400 + origins["manual"].written


def test_what_is_held_out_is_never_trained_on() -> None:
    pairs = [*numbered("a", 300), *(pair._replace(target=pair.target + "!") for pair in numbered("b", 300))]
    train, dev, origins, dropped = mixed(pairs, held_out={"a": 0.2, "other": 0})
    assert 30 < len(dev) == origins["a"].held_out < 90
    assert {pair.source for pair in train}.isdisjoint(pair.source for pair in dev)
    assert dropped == {HELD_OUT: len(dev)}


def test_what_is_left_out_is_counted_by_its_reason() -> None:
    train, _, origins, dropped = mixed(
        numbered("manual", 10), left_out={"de": {"manual": "no licence stated"}}, held_out={"other": 0}
    )
    assert (train, dropped, origins["manual"].kept) == ([], {"no licence stated": 10}, 0)


def test_a_corpus_has_two_columns_or_three(tmp_path: Path) -> None:
    path = tmp_path / "talks.en-de.tsv"
    path.write_text("Yes.\tJa.\nnews\tNo.\tNein.\n")
    assert list(read_pairs(path)) == [Pair("talks", "Yes.", "Ja."), Pair("news", "No.", "Nein.")]
    path.write_text("Yes.\tJa.\nNo.\n")
    with pytest.raises(TrainingError, match=r"talks\.en-de\.tsv:2: Expected 2 or 3 fields"):
        list(read_pairs(path))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (["rat=1"], "--set rat=1: Expected name=value with one of tokens, "),
        (["rate"], "--set rate: Expected name=value"),
        (["rate=fast"], r"Expected `float`, got `str` - at `\$\.rate`"),
        (["frozen=1.5"], r"<= 1.0 - at `\$\.frozen`"),
    ],
)
def test_a_bad_setting_is_refused_by_name(said: list[str], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        make_settings(said)


def test_settings_are_those_that_are_said() -> None:
    assert make_settings(["rate=0.01", "tokens=50"]) == Settings(rate=0.01, tokens=50)


@pytest.mark.parametrize(
    ("name", "more", "less"), [("captions", "tatoeba", "a manual"), ("own", "chairing", "own")], ids=("captions", "own")
)
def test_the_recipes_weigh_what_counts_most(name: str, more: str, less: str) -> None:
    assert {path.stem for path in RECIPES.glob("*.toml")} == {"captions", "own"}
    recipe = read_recipe(RECIPES / f"{name}.toml")
    assert recipe.weight(more) > recipe.weight(less) > 0


def test_the_recipe_of_captions_leaves_out_what_has_no_licence() -> None:
    recipe = read_recipe(RECIPES / "captions.toml")
    assert recipe.reason_against("python-docs", "zh")
    assert not recipe.reason_against("python-docs", "fr")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[registers]\nother = -1", r"-1|>= 0"),
        ('[origins]\ntatoeba = "spoken"', "no weight for spoken"),
        ("[register]\nother = 1", "register"),
        ("[registers", "end of a table"),
    ],
)
def test_a_bad_recipe_is_refused_by_its_field(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "bad.toml").write_text(content)
    with pytest.raises(TrainingError, match=message):
        read_recipe(tmp_path / "bad.toml")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run with a few pairs of the toy language, its pieces, and a BERT beside them."""
    made = Run(tmp_path_factory.mktemp("run"))
    bert = tiny_bert(made.folder / "bert", width=32)
    pairs = [Pair("toy", *pair) for pair in sentences()[:400]]
    for path, chosen in ((made.train, pairs[:380]), (made.dev, pairs[380:])):
        path.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in chosen))
    made.summary.write_bytes(
        msgspec.json.encode(mix(pairs, Recipe(), Filters("en", "eo", pairs, identify=False), 1).summary)
    )
    vocabulary = read_vocabulary(bert / "vocab.txt")
    made.source_pieces.write_bytes(train_source_pieces(vocabulary, [pair.source for pair in pairs], 1))
    made.target_pieces.write_bytes(train_target_pieces((pair.target for pair in pairs), 400))
    return made


@pytest.fixture(scope="module")
def data(run: Run) -> Data:
    return read_data(run, SETTINGS.longest)


def test_source_pieces_are_berts_and_have_its_rows(run: Run) -> None:
    vocabulary = read_vocabulary(run.folder / "bert" / "vocab.txt")
    texts = [pair.source for pair in read_pairs(run.train)]
    tokeniser = SentencePieceProcessor(model_proto=train_source_pieces(vocabulary, [*texts, "A kinga."], 1))
    found = dict(
        zip(map(tokeniser.id_to_piece, range(tokeniser.vocab_size())), rows(tokeniser, vocabulary), strict=True)
    )
    assert tokeniser.encode("The KING paints again!", out_type=str) == ["▁the", "▁king", "▁paints", "▁again", "!"]
    assert tokeniser.encode("☃", out_type=str)[1:] == ["<0xE2>", "<0x98>", "<0x83>"]
    assert found["▁king"] == vocabulary.index("king")
    assert found["</s>"] == vocabulary.index("[SEP]")
    assert found["<0x41>"] is None
    # Within a word it is the piece that BERT has there.
    assert found["a"] == vocabulary.index("##a")
    assert found["▁a"] == vocabulary.index("a")


def test_an_encoder_begins_with_berts_weights(run: Run) -> None:
    from safetensors.torch import load_file  # noqa: PLC0415 - used here only

    model = from_bert(run, run.folder / "bert", SETTINGS, 2)
    weights = load_file(run.folder / "bert" / "model.safetensors")
    tokeniser, target = run.tokenisers()
    king = weights["embeddings.word_embeddings.weight"][
        read_vocabulary(run.folder / "bert" / "vocab.txt").index("king")
    ]
    expected = king + weights["embeddings.token_type_embeddings.weight"][0]
    assert torch.equal(model.encoder.pieces.weight[tokeniser.piece_to_id("▁king")], expected)
    assert torch.equal(model.encoder.positions.weight[0], weights["embeddings.position_embeddings.weight"][1])
    assert model.shape == Shape(tokeniser.vocab_size(), target.vocab_size(), 32, 64, 1, 2, 4, 2, 64)


def test_a_decoder_of_another_language_keeps_the_rows_that_both_have(run: Run) -> None:
    source, target = run.tokenisers()
    other = SentencePieceProcessor(model_proto=train_target_pieces([pair.target for pair in GERMAN] * 20, 320))
    model = TranslationModel(Shape(source.vocab_size(), other.vocab_size(), 32, 64, 1, 1, 4, 2, 64), 0.0)
    old = Checkpoint(model.state_dict(), model.shape, 0)
    weights, kept = carry_over(old, other, target)
    both = {other.id_to_piece(n) for n in range(other.vocab_size())} & {
        target.id_to_piece(n) for n in range(target.vocab_size())
    }
    assert kept == len(both) > 256
    for piece in both:
        row = weights["decoder.pieces.weight"][target.piece_to_id(piece)]
        assert torch.equal(row, old.weights["decoder.pieces.weight"][other.piece_to_id(piece)])
    same, kept = carry_over(old, other, other)
    assert kept == other.vocab_size()
    assert all(torch.equal(same[name], weight) for name, weight in old.weights.items())
    with pytest.raises(TrainingError, match="--init-pieces"):
        carry_over(old, target, target)


def test_a_decoder_of_another_language_begins_with_the_rows_of_what_means_the_same() -> None:
    # The other language has each word spelt backwards.
    old = [Pair("a", source, target.lower()) for source, target in sentences()[:2000]]
    new = [Pair("b", pair.source.upper(), " ".join(word[::-1] for word in pair.target.split())) for pair in old]
    old_pieces, new_pieces = (
        SentencePieceProcessor(model_proto=train_target_pieces([pair.target for pair in pairs], 330))
        for pairs in (old, new)
    )
    both = list(in_both(old, new[:1000]))
    assert both == [(pair.target, other.target) for pair, other in zip(old[:1000], new, strict=False)]
    shape = Shape(300, old_pieces.vocab_size(), 32, 64, 1, 1, 4, 2, 64)
    checkpoint = Checkpoint(TranslationModel(shape, 0.0).state_dict(), shape, 0)
    weights, known = carry_over(checkpoint, old_pieces, new_pieces, make_lexicon(both, old_pieces, new_pieces))
    assert known > 256
    rows = [one["decoder.pieces.weight"] for one in (checkpoint.weights, weights)]
    for word in THINGS.values():
        row, other = rows[0][old_pieces.piece_to_id(f"▁{word}")], rows[1][new_pieces.piece_to_id(f"▁{word[::-1]}")]
        assert torch.cosine_similarity(row, other, dim=0) > 0.9, word
        assert other.norm() == pytest.approx(float(row.norm()), rel=0.1)
    nothing = make_lexicon([], old_pieces, new_pieces)
    without = carry_over(checkpoint, old_pieces, new_pieces)
    assert carry_over(checkpoint, old_pieces, new_pieces, nothing)[1] == without[1]


def test_a_shallower_decoder_keeps_its_first_and_last_layers() -> None:
    shape = Shape(300, 300, 32, 64, 1, 5, 4, 2, 64)
    old = Checkpoint(TranslationModel(shape, 0.0).state_dict(), shape, 0)
    less = shallower(old, 3)
    TranslationModel(less.shape, 0.0).load_state_dict(less.weights)
    for layer, before in enumerate((0, 2, 4)):
        name = "decoder.layers.{}.widen.weight"
        assert torch.equal(less.weights[name.format(layer)], old.weights[name.format(before)])
    assert shallower(old, 5).weights.keys() == old.weights.keys()
    for layers in (0, 6):
        with pytest.raises(TrainingError, match=f"--decoder-layers: {layers}: Expected 1 to 5"):
            shallower(old, layers)


def test_a_served_model_is_the_checkpoint_that_it_was(run: Run, tmp_path: Path) -> None:
    source, target = run.tokenisers()
    shape = Shape(source.vocab_size(), target.vocab_size(), 32, 64, 1, 2, 4, 2, 64, 128)
    model = TranslationModel(shape, 0.0)
    build(Checkpoint(model.state_dict(), shape, 0), run, ("en", "de"), tmp_path)
    served = read_served(tmp_path)
    assert served.shape == shape
    assert {*served.weights} == {*model.state_dict()}
    for name, weight in model.state_dict().items():
        assert torch.allclose(served.weights[name], weight, atol=float(weight.abs().max()) / 127)
    again = from_trained(run, Trained(read_trained(tmp_path), tmp_path / "target.spm"), SETTINGS)
    assert again.shape == shape
    (tmp_path / "model.bin").write_bytes((BUNDLED.parent / "en-punctuation" / "model.bin").read_bytes())
    with pytest.raises(TrainingError, match="no model that was exported"):
        read_served(tmp_path)


def test_the_mean_of_checkpoints_is_between_them(tmp_path: Path) -> None:
    shape = Shape(source_pieces=30, target_pieces=20, width=8, feed_forward=16, encoder_layers=1, decoder_layers=1)
    models = [TranslationModel(shape, 0.0) for _ in range(2)]
    paths = [tmp_path / name for name in ("one.pt", "two.pt")]
    for number, (path, model) in enumerate(zip(paths, models, strict=True)):
        save_checkpoint(path, Checkpoint(model.state_dict(), shape, 10 * number))
    training("average", tmp_path / "mean.pt", *paths)
    mean = load_checkpoint(tmp_path / "mean.pt")
    assert mean.tokens == 10
    for name, weight in mean.weights.items():
        torch.testing.assert_close(weight, (models[0].state_dict()[name] + models[1].state_dict()[name]) / 2)
    other = Checkpoint(mean.weights, msgspec.structs.replace(shape, width=16), 0)
    with pytest.raises(TrainingError, match="one shape"):
        mean_of([mean, other])


def short_names(shape: Shape) -> set[str]:
    linear = [f"{part}.{kind}" for part in ("f1", "f2") for kind in ("weight", "bias")]
    attention = [f"{part}.{kind}" for part in "qkvo" for kind in ("weight", "bias")]
    norm = ["weight", "bias"]
    encoder = [*linear, *(f"sa.{one}" for one in attention), *(f"n{n}.{one}" for n in (1, 2) for one in norm)]
    decoder = [
        *linear,
        *(f"{side}.{one}" for side in ("sa", "ca") for one in attention),
        *(f"n{n}.{one}" for n in (1, 2, 3) for one in norm),
    ]
    return {
        *("se.weight", "sp.weight", "sn.weight", "sn.bias", "te.weight", "dn.weight", "dn.bias", "bias"),
        *(f"enc.{layer}.{one}" for layer in range(shape.encoder_layers) for one in encoder),
        *(f"dec.{layer}.{one}" for layer in range(shape.decoder_layers) for one in decoder),
    }


def test_a_checkpoint_with_short_names_is_one(tmp_path: Path) -> None:
    from models.training.short_names import lengthen  # noqa: PLC0415 - used here only

    shape = Shape(300, 310, 64, 128, 2, 1, 2, 1, 32)
    weights = TranslationModel(shape, 0.0).state_dict()
    names = {next(iter(lengthen({short: torch.zeros(1)}))): short for short in short_names(shape)}
    assert names.keys() == weights.keys()
    save(tmp_path / "short.pt", {names[name]: weight.bfloat16() for name, weight in weights.items()})
    loaded = load_checkpoint(tmp_path / "short.pt")
    assert loaded.shape == shape
    assert all(torch.equal(loaded.weights[name], weight.bfloat16().float()) for name, weight in weights.items())


def test_a_damaged_checkpoint_is_refused(tmp_path: Path) -> None:
    shape = Shape(300, 310, 64, 128, 1, 1, 2, 1, 32)
    path = tmp_path / "average.pt"
    save_checkpoint(path, Checkpoint(TranslationModel(shape, 0.0).state_dict(), shape, 7))
    assert load_checkpoint(path).tokens == 7
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(TrainingError, match="no checkpoint"):
        load_checkpoint(path)
    save(path, {"weights": {}})
    with pytest.raises(TrainingError, match="no checkpoint of a translation model"):
        load_checkpoint(path)


def example(source: int, target: int) -> Example:
    return Example(np.arange(4, 4 + source, dtype=np.int32), np.arange(4, 4 + target, dtype=np.int32))


def test_examples_are_cut_at_the_same_share_and_lose_their_punctuation() -> None:
    punctuation = np.array([False, False, False, False, True, *[False] * 60])
    chance = np.random.default_rng(1)
    cut = [Spoken(Settings(prefixes=1, unpunctuated=1), punctuation)(example(20, 40), chance) for _ in range(100)]
    assert all(4 not in one.source for one in cut)
    assert all(abs(len(one.target) / 40 - len(one.source) / 19) < 0.06 for one in cut)
    assert len({len(one.source) for one in cut}) > 10
    same = Spoken(Settings(prefixes=0, unpunctuated=0), punctuation)(example(20, 40), chance)
    assert len(same.source) == 20


def test_punctuation_is_found_among_the_pieces(run: Run) -> None:
    tokeniser, _ = run.tokenisers()
    found = {tokeniser.id_to_piece(int(index)) for index in np.flatnonzero(punctuation_of(tokeniser))}
    assert {".", "!", "?"} <= found
    assert not found & {"▁", "▁king", "<0x41>", "</s>"}


def test_batches_hold_no_more_than_they_may() -> None:
    examples = [example(1 + n % 17, 1 + n % 13) for n in range(300)]
    groups = list(grouped(examples, 100))
    assert sum(map(len, groups)) == 300
    for group in groups:
        longest = max(max(len(one.source), len(one.target)) + 1 for one in group)
        assert longest * len(group) <= 100 or len(group) == 1


@pytest.mark.parametrize("taken", [1, 7, 43, 44, 45, 100])
def test_batches_go_on_from_their_place(taken: int) -> None:
    examples = [example(1 + n % 17, 1 + n % 13) for n in range(300)]
    spoken = Spoken(Settings(prefixes=0.5, unpunctuated=0.5), np.array([False] * 5 + [True] + [False] * 60))

    def batches(place: Place) -> Batches:
        return Batches(examples, 100, 3, spoken, place)

    def arrays(found: list[Batch]) -> list[Any]:
        return [[part.tolist() for part in batch] for batch in found]

    whole = arrays(list(itertools.islice(batches(Place()), 120)))
    first = batches(Place())
    begun = arrays(list(itertools.islice(first, taken)))
    rest = arrays(list(itertools.islice(batches(first.place), 120 - taken)))
    assert begun + rest == whole


def test_what_is_weighed_has_the_batch_and_others_that_stand_for_the_rest() -> None:
    target = torch.tensor([[9, 4, 2, 3], [7, 9, 4, 2]])
    candidates = draw(target, 100, 10)
    assert torch.equal(candidates.pieces[candidates.places(target)], target)
    assert torch.equal(candidates.places(torch.arange(4)), torch.arange(4))  # the marks keep their numbers
    own = torch.isin(candidates.pieces, torch.tensor([0, 1, 2, 3, 4, 7, 9]))
    assert own.sum() == 7
    assert torch.equal(candidates.weights[own], torch.zeros(7))
    assert torch.allclose(candidates.weights[~own].exp().sum(), torch.tensor(93.0))


def test_the_loss_over_some_pieces_is_on_average_that_over_all() -> None:
    torch.manual_seed(1)
    scores, target = torch.randn(1, 6, 500), torch.randint(4, 500, (1, 6))
    losses = []
    for _ in range(200):
        candidates = draw(target, 500, 100)
        losses.append(loss_of(scores[..., candidates.pieces] + candidates.weights, candidates.places(target)))
    assert float(torch.stack(losses).mean()) == pytest.approx(float(loss_of(scores, target)), rel=0.01)
    every = draw(target, 500, 500)
    assert loss_of(scores[..., every.pieces] + every.weights, every.places(target)) == loss_of(scores, target)


def test_the_rate_rises_and_falls_with_what_was_seen() -> None:
    def rate(tokens: int) -> float:
        return rate_at(tokens, peak=1.0, warm_up=100, total=1000)

    assert 0 == rate(0) < rate(50) < rate(100) > rate(500) > rate(999)
    assert rate(1000) == pytest.approx(0.03)
    assert rate(5000) == rate(1000)


def trained(
    run: Run, folder: Path, data: Data, *, stops_after: int | None = None, hardware: Hardware = CPU
) -> Training:
    """A training whose states are in another folder, gone on with from what is there."""
    folder.mkdir(exist_ok=True)
    for path in (run.source_pieces, run.target_pieces):
        (folder / path.name).write_bytes(path.read_bytes())
    training = Training(Run(folder), data, SETTINGS, lambda: from_bert(run, run.folder / "bert", SETTINGS, 1), hardware)
    steps = itertools.count(1)
    taken = 0

    def told() -> None:
        nonlocal taken
        taken = next(steps)

    training.go_on(3600, told, lambda: stops_after is not None and taken >= stops_after)
    return training


@pytest.fixture
def one_thread() -> Any:
    """Sums of several threads are not always the same."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("bfloat16", [False, True], ids=["float32", "bfloat16"])
def test_a_training_that_was_interrupted_ends_as_one_that_was_not(
    run: Run, data: Data, tmp_path: Path, *, bfloat16: bool
) -> None:
    hardware = Hardware(torch.device("cpu"), bfloat16=bfloat16)
    whole = trained(run, tmp_path / "whole", data, hardware=hardware)
    # While the encoder is frozen, and after that.
    for stops_after in (2, 5):
        assert (
            not trained(run, tmp_path / "parts", data, stops_after=stops_after, hardware=hardware).tokens
            >= SETTINGS.tokens
        )
    parts = trained(run, tmp_path / "parts", data, hardware=hardware)
    assert parts.tokens == whole.tokens >= SETTINGS.tokens
    one, other = (load_checkpoint(tmp_path / name / "average.pt").weights for name in ("whole", "parts"))
    assert all(torch.equal(weight, other[name]) for name, weight in one.items())
    ends = [read_journal(tmp_path / name / "log.jsonl")[-1] for name in ("whole", "parts")]
    assert ends[0] == ends[1]


def test_a_training_is_not_gone_on_with_in_another_way(run: Run, data: Data, tmp_path: Path) -> None:
    trained(run, tmp_path / "run", data, stops_after=1)
    other = msgspec.structs.replace(SETTINGS, rate=0.01)
    with pytest.raises(TrainingError, match=r"rate 0.003 → 0.01"):
        Training(Run(tmp_path / "run"), data, other, lambda: from_bert(run, run.folder / "bert", other, 1), CPU)
    (run.folder / "other").mkdir()
    elsewhere = Run(run.folder / "other")
    for path in (run.source_pieces, run.target_pieces, run.dev, run.summary, run.train):
        (elsewhere.folder / path.name).write_bytes(path.read_bytes())
    elsewhere.train.write_text("One more.\tDenuvo.\n" + run.train.read_text())
    with pytest.raises(TrainingError, match=r"data [0-9a-f]{16} → "):
        trained(run, tmp_path / "run", read_data(elsewhere, SETTINGS.longest))


def test_a_training_begins_with_a_checkpoint(run: Run, data: Data, tmp_path: Path) -> None:
    trained(run, tmp_path / "run", data, stops_after=1)
    said: list[str] = []
    old = read_trained(tmp_path / "run" / "average.pt")
    model = from_trained(run, Trained(old, run.target_pieces), SETTINGS, said.append)
    weights = old.weights
    assert all(torch.equal(weights[name], weight) for name, weight in model.state_dict().items())
    size = run.tokenisers()[1].vocab_size()
    assert said == [f"{size} of {size} target pieces are known"]


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="there is no CUDA device: bf16 autocast on a GPU is not tried"
)
def test_a_training_on_a_gpu_goes_on_too(run: Run, data: Data, tmp_path: Path) -> None:
    hardware = Hardware(torch.device("cuda"), bfloat16=True)
    trained(run, tmp_path / "run", data, stops_after=3, hardware=hardware)
    assert trained(run, tmp_path / "run", data, hardware=hardware).tokens >= SETTINGS.tokens
    first, last = (read_journal(tmp_path / "run" / "log.jsonl")[place].perplexity for place in (0, -1))
    assert isinstance(first, float)
    assert isinstance(last, float)
    assert last < first
