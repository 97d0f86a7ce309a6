"""A model is trained on a toy language from beginning to end, killed on the way, and has learnt it."""

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import orjson
import pytest
import torch
import typer
from typer.testing import CliRunner

from models.training.__main__ import commands
from models.training.checkpoint import load, load_checkpoint
from models.training.corpus import read_pairs
from models.training.journal import read_journal
from models.training.own_translations import own_translations, searching, unseen
from models.training.run import Run
from models.training.start import read_trained
from rtt.cli.main import commands as rtt_commands
from rtt.ct2.trial import Trial
from tests.toy_language import sentences, tiny_bert
from tests.training_command import training

ROOT = Path(__file__).parent.parent
TOKENS = 200_000
SETTINGS = (
    *(f"tokens={TOKENS}", "batch_tokens=1000", "rate=0.005", "encoder_rate=1", "warm_up=20000", "frozen=0.1"),
    *("dropout=0", "smoothing=0"),
)
TRAIN = ("--decoder-layers", "1", "--threads", "1", *(part for one in SETTINGS for part in ("--set", one)))
MORE = ("--set=frozen=1", "--set=tokens=2000", "--set=batch_tokens=500", "--set=warm_up=1")
TRAINED, TRIED = 6000, 100
# By far more than chance: there are 8,640 sentences.
LEARNT = 0.9


def write(path: Path, pairs: list[tuple[str, str]]) -> Path:
    path.write_text("".join(f"{source}\t{target}\n" for source, target in pairs))
    return path


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("encoder") / "bert")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, bert: Path) -> Path:
    """A run with its pairs and pieces."""
    folder = tmp_path_factory.mktemp("run")
    corpus = write(folder / "corpus.tsv", sentences()[:TRAINED])
    training("mix", folder / "toy", corpus, "--target", "eo", "--no-identify")
    training("pieces", folder / "toy", "--encoder", bert, "--size", "400")
    return folder / "toy"


@pytest.fixture(scope="module")
def trained(prepared: Path, bert: Path) -> Path:
    """The run after a training that was killed once; it goes on where its last state is."""
    run = Run(prepared)
    arguments = [*map(str, ("train", prepared, "--encoder", bert)), *TRAIN]
    command = [sys.executable, "-m", "models.training", *arguments, "--minutes", "0.02", "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not run.state.exists() and process.poll() is None:
            time.sleep(0.05)
        # In the middle of what comes after the first state.
        time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    saved = load(run.state)["tokens"]
    assert 0 < saved < TOKENS
    plot = prepared / "curve.png"
    said = training(*arguments, "--minutes", "10", "--plot", plot).output
    assert f"goes on at {saved:,} tokens" in said
    assert plot.stat().st_size > 10_000
    entries = read_journal(run.journal)
    tokens = [entry.tokens for entry in entries]
    assert tokens == sorted(tokens)
    assert tokens[-1] >= TOKENS
    return prepared


@pytest.fixture(scope="module")
def exported(trained: Path) -> Path:
    """The folder of models that the trained one is in."""
    test_set = write(trained / "test.tsv", sentences()[TRAINED : TRAINED + TRIED])
    models = trained / "models"
    told = training("export", trained, "--models", models, "--licence", "CC0-1.0", "--sets", test_set, "--json")
    assert orjson.loads(told.stdout)["name"] == "en-eo"
    return models


def test_it_has_learnt_the_language(exported: Path) -> None:
    tried = sentences()[TRAINED : TRAINED + TRIED]
    answers, _ = Trial(exported / "en-eo").translate([source for source, _ in tried])
    right = sum(answer == target for answer, (_, target) in zip(answers, tried, strict=True))
    assert right >= LEARNT * TRIED, answers[:5]


def test_it_is_a_model_that_rtt_takes(exported: Path, tmp_path: Path) -> None:
    text = tmp_path / "sentences.txt"
    text.write_text("".join(f"{source}\n" for source, _ in sentences()[TRAINED : TRAINED + 20]))
    arguments = ["models", "check", "en-eo", "--models", str(exported), "--text", str(text), "--json"]
    checked = CliRunner().invoke(rtt_commands, arguments)
    outcomes = {one["check"]: one["outcome"] for one in orjson.loads(checked.stdout)["checks"]}
    assert set(outcomes.values()) == {"good"}
    assert checked.exit_code == 0


def test_its_card_has_the_figures(exported: Path) -> None:
    card = (exported / "en-eo" / "MODEL.md").read_text()
    assert "| corpus | not recorded |" in card
    assert "| test.tsv, 100 sentences |" in card
    assert "CC0-1.0" in card
    assert "Of 6,000 pairs" in card


def test_it_is_scored_by_the_command_of_rtt(exported: Path, trained: Path) -> None:
    told = orjson.loads(training("score", exported / "en-eo", "--sets", trained / "test.tsv", "--json").stdout)
    assert told["sets"][0]["bleu"] > 80


def test_it_is_taught_more_with_its_encoder_as_it_was(exported: Path, tmp_path: Path) -> None:
    model, folder = exported / "en-eo", tmp_path / "more"
    corpus = write(tmp_path / "corpus.tsv", sentences()[:TRAINED])
    training("mix", folder, corpus, "--target", "eo", "--no-identify")
    training("pieces", folder, "--source-pieces", model / "source.spm", "--target-pieces", model / "target.spm")
    training("train", folder, "--init", model, "--float32", *MORE)
    before, after = read_trained(model).weights, load_checkpoint(Run(folder).average).weights
    changed = {name.partition(".")[0] for name, weight in before.items() if not torch.equal(weight, after[name])}
    assert changed == {"decoder"}
    training("average", tmp_path / "mean.pt", model, Run(folder).average)
    mean = load_checkpoint(tmp_path / "mean.pt").weights["decoder.bias"]
    assert torch.equal(mean, (before["decoder.bias"] + after["decoder.bias"]) / 2)
    training("average", tmp_path / "kept.pt", model, Run(folder).average, "--keep-pieces")
    kept = load_checkpoint(tmp_path / "kept.pt").weights
    same = {name for name, weight in kept.items() if torch.equal(weight, before[name])}
    assert {name for name in kept if not name.startswith("decoder.layers.")} - same == {
        name for name in kept if name.startswith("decoder.norm.")
    }
    assert same.isdisjoint(name for name in kept if name.startswith("decoder.layers.") and name.endswith("weight"))


def test_its_own_translations_are_of_new_sentences_and_keep_their_numbers(
    exported: Path, trained: Path, tmp_path: Path
) -> None:
    model, out = exported / "en-eo", tmp_path / "own.tsv"
    others = write(tmp_path / "others.tsv", [(source, "") for source, _ in sentences()])
    told = orjson.loads(training("own", trained, out, others, "--model", model, "--most", "20", "--json").stdout)
    found = list(read_pairs(out))
    assert told == {"corpus": str(out), "sentences": 20, "pairs": 20}
    assert {pair.source for pair in found}.isdisjoint(pair.source for pair in read_pairs(Run(trained).train))
    assert sum(dict(sentences())[pair.source] == pair.target for pair in found) >= LEARNT * 20
    translator = searching(model, hypotheses=2, threads=1)
    assert list(own_translations(translator, ["The cat sees the red house 7 today."])) == []
    assert len(list(own_translations(translator, ["The cat sees the red house today."]))) == 1


def test_what_is_seen_is_not_translated_whatever_its_case() -> None:
    texts = [f"This is sentence {number} of one hundred sentences." for number in range(100)]
    few = unseen([*texts, *texts, "Short.", "word " * 41], (text.upper() for text in texts[:90]), 50, seed=1)
    assert sorted(few) == sorted(texts[90:])
    assert len(set(unseen(texts, [], 50, seed=1))) == 50
    assert unseen(texts, [], 50, seed=1) != unseen(texts, [], 50, seed=2)


@pytest.mark.parametrize(
    "command",
    re.findall(r"^python -m models\.training (.*)$", (ROOT / "models/training/README.md").read_text(), re.MULTILINE),
)
def test_the_commands_of_the_readme_are_taken(command: str) -> None:
    group = typer.main.get_command(commands)
    words = command.split()
    while isinstance(group, typer.core.TyperGroup):
        group = group.commands[words.pop(0)]
    # Reads the arguments without doing anything, and refuses any that there is not.
    assert group.make_context("it", words).params
