"""Trains a model that puts punctuation into unpunctuated speech: for each word, what mark stands after it.

The encoder is the first layers of a translation model's (train from its checkpoint), with a linear head over the last
piece of each word. It sees text as a recogniser sends it: lower case, no punctuation, beginning anywhere and cut off
anywhere, so that it learns how much of what follows it needs to be sure of a sentence's end.

    python train_punctuation.py CORPUS.tsv[.xz]… --spm source.spm --init checkpoint.pt --out DIR [--minutes 20]

A corpus has SOURCE<TAB>ENGLISH<TAB>… or ENGLISH<TAB>… a line. Writes punctuation.pt, to be exported by
export_punctuation.py.
"""

import argparse
import lzma
import math
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import sentencepiece
import torch
from torch import Tensor, nn
from torch.nn import functional

# What may stand after a word; the order is the order of the head's outputs.
MARKS = ("", ",", ".", "?")
PAD, EOS, IGNORE = 3, 2, -100
LAYERS, WIDTH, HEADS, FEED_FORWARD = 3, 384, 12, 1536
MOST_POSITIONS = 256
# Sentence ends are rare among words, and missing one costs more than a comma.
MARK_WEIGHTS = (1.0, 1.0, 1.5, 2.0)


class Example(NamedTuple):
    """Pieces, and for each the mark that stands after the word it ends (IGNORE within words)."""

    pieces: list[int]
    marks: list[int]


class Layer(nn.Module):
    """A post-norm transformer layer with GELU, as in BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.sa = nn.ModuleDict({name: nn.Linear(WIDTH, WIDTH) for name in "qkvo"})
        self.n1, self.n2 = nn.LayerNorm(WIDTH, eps=1e-6), nn.LayerNorm(WIDTH, eps=1e-6)
        self.f1, self.f2 = nn.Linear(WIDTH, FEED_FORWARD), nn.Linear(FEED_FORWARD, WIDTH)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        q, k, v = (self.sa[name](x).unflatten(-1, (HEADS, -1)).transpose(1, 2) for name in "qkv")
        weights = torch.softmax((q * (WIDTH // HEADS) ** -0.5) @ k.transpose(-1, -2) + mask, -1)
        attended = self.sa["o"]((weights @ v).transpose(1, 2).flatten(2))
        x = self.n1(x + functional.dropout(attended, 0.1, self.training))
        return self.n2(x + functional.dropout(self.f2(functional.gelu(self.f1(x))), 0.1, self.training))


class Punctuator(nn.Module):
    """Encoder and head; `forward` takes pieces (batch, length) and returns scores (batch, length, marks)."""

    def __init__(self, pieces: int) -> None:
        super().__init__()
        self.se, self.sp = nn.Embedding(pieces, WIDTH), nn.Embedding(MOST_POSITIONS, WIDTH)
        self.sn = nn.LayerNorm(WIDTH, eps=1e-6)
        self.enc = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, len(MARKS))

    def forward(self, pieces: Tensor) -> Tensor:
        mask = (pieces == PAD)[:, None, None, :].to(self.head.weight.dtype) * -1e4
        x = self.sn(self.se(pieces) + self.sp.weight[: pieces.shape[1]])
        for layer in self.enc:
            x = layer(x, mask)
        scores: Tensor = self.head(x)
        return scores

    def start_from(self, checkpoint: Path) -> None:
        """Take the first layers of a translation model's encoder."""
        weights = torch.load(checkpoint)
        known = {name: value.float() for name, value in weights.items() if name in self.state_dict()}
        self.load_state_dict(known, strict=False)


def read_sentences(path: Path) -> Iterator[str]:
    """Yield the English sentences of a corpus that end with a mark, each once."""
    open_ = lzma.open if path.suffix == ".xz" else open
    seen: set[str] = set()
    with open_(path, "rt", encoding="utf8") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            text = fields[-2] if len(fields) > 1 else fields[0]
            words = text.split()
            if 3 <= len(words) <= 60 and re.search(r"[a-z][.?!][\"'”’)]*$", text) and text not in seen:
                seen.add(text)
                yield text


def spoken_words(sentence: str) -> list[tuple[str, int]]:
    """Return each word as a recogniser writes it, and the index of the mark after it."""
    found: list[tuple[str, int]] = []
    for token in sentence.replace(" - ", ", ").replace(" – ", ", ").replace("—", ", ").split():
        word = re.sub(r"[^\w'’ -]", "", token.lower()).strip("'’-_ ")
        end = token.rstrip("\"'”’)»]")[-1:]
        mark = {",": 1, ";": 1, ":": 1, ".": 2, "!": 2, "?": 3}.get(end, 0)
        if word:
            found.append((word, mark))
        elif mark and found:
            found[-1] = found[-1][0], mark
    return found


def examples(sentences: list[list[tuple[str, int]]], spm: sentencepiece.SentencePieceProcessor) -> Iterator[Example]:
    """Yield stretches of speech for ever: neighbouring sentences, cut off anywhere."""
    chance = random.Random(1)
    while True:
        first = chance.randrange(len(sentences) - 12)
        words = [word for sentence in sentences[first : first + 12] for word in sentence]
        start = 0 if chance.random() < 0.7 else chance.randrange(len(sentences[first]))
        length = chance.randint(4, 70)
        yield _example(words[start : start + length], spm)


def _example(words: list[tuple[str, int]], spm: sentencepiece.SentencePieceProcessor) -> Example:
    pieces: list[int] = []
    marks: list[int] = []
    for word, mark in words:
        encoded = spm.encode(word)
        pieces += encoded
        marks += [IGNORE] * (len(encoded) - 1) + [mark]
    size = MOST_POSITIONS - 1
    return Example([*pieces[:size], EOS], [*marks[:size], IGNORE])


def batch_of(stretch: list[Example]) -> tuple[Tensor, Tensor]:
    """Return pieces and marks as matrices."""
    longest = max(len(example.pieces) for example in stretch)
    pieces = torch.tensor([e.pieces + [PAD] * (longest - len(e.pieces)) for e in stretch])
    marks = torch.tensor([e.marks + [IGNORE] * (longest - len(e.marks)) for e in stretch])
    return pieces, marks


def evaluate(model: Punctuator, held_out: list[Example]) -> str:
    """Return precision and recall of sentence ends that 0, 1, 2 and 4 or more words follow."""
    model.eval()
    counts = {0: [0, 0, 0], 1: [0, 0, 0], 2: [0, 0, 0], 4: [0, 0, 0]}
    with torch.no_grad():
        for start in range(0, len(held_out), 64):
            pieces, marks = batch_of(held_out[start : start + 64])
            ends = torch.softmax(model(pieces).float(), -1)[..., 2:].sum(-1) > 0.5
            for row in range(len(pieces)):
                places = (marks[row] != IGNORE).nonzero().flatten().tolist()
                for behind, place in enumerate(reversed(places)):
                    group = counts[max(key for key in counts if key <= behind)]
                    true, said = marks[row, place].item() >= 2, bool(ends[row, place])
                    group[0] += true and said
                    group[1] += said
                    group[2] += true
    model.train()
    return ", ".join(f"{k} behind: P {a / max(b, 1):.2f} R {a / max(c, 1):.2f}" for k, (a, b, c) in counts.items())


def train(model: Punctuator, source: Iterator[Example], held_out: list[Example], minutes: float, out: Path) -> None:
    """Train for so many minutes in bfloat16 over masters in float32; embeddings stay as they are."""
    masters = {n: p.detach().clone() for n, p in model.named_parameters() if not n.startswith(("se.", "sp."))}
    average = {name: weight.clone() for name, weight in masters.items()}
    model.bfloat16()
    model.se.requires_grad_(requires_grad=False)
    model.sp.requires_grad_(requires_grad=False)
    trained = {n: p for n, p in model.named_parameters() if n in masters}
    optimiser = torch.optim.AdamW(masters.values(), lr=4e-4, betas=(0.9, 0.98), weight_decay=0.01)
    weights = torch.tensor(MARK_WEIGHTS)
    begin, step, total = time.monotonic(), 0, 0.0
    while (elapsed := (time.monotonic() - begin) / 60) < minutes:
        stretch = sorted((next(source) for _ in range(512)), key=lambda example: len(example.pieces))
        groups = [stretch[start : start + 64] for start in range(0, 512, 64)]
        random.shuffle(groups)
        for group in groups:
            pieces, marks = batch_of(group)
            scores = model(pieces).float()
            loss = functional.cross_entropy(scores.flatten(0, 1), marks.flatten(), weights, ignore_index=IGNORE)
            loss.backward()
            step, total = step + 1, total + loss.item()
            rate = 4e-4 * min(1, step / 200) * (0.5 * (1 + math.cos(math.pi * elapsed / minutes)) * 0.97 + 0.03)
            for settings in optimiser.param_groups:
                settings["lr"] = rate
            for name, parameter in trained.items():
                masters[name].grad = None if parameter.grad is None else parameter.grad.float()
                parameter.grad = None
            nn.utils.clip_grad_norm_(masters.values(), 1.0)
            optimiser.step()
            with torch.no_grad():
                for name, parameter in trained.items():
                    parameter.copy_(masters[name])
                    average[name].lerp_(masters[name], 0.01 if step < 1000 else 0.002)
        if step % 200 == 0:
            print(f"{elapsed:5.1f} min, step {step}, loss {total / 200:.3f}", flush=True)
            total = 0.0
        if step % 1000 == 0:
            print(evaluate(model, held_out), flush=True)
    with torch.no_grad():
        for name, parameter in trained.items():
            parameter.copy_(average[name])
    print(evaluate(model, held_out), flush=True)
    model.float()
    torch.save(model.state_dict() | average, out / "punctuation.pt")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("corpora", nargs="+", type=Path)
    arguments.add_argument("--spm", type=Path, required=True)
    arguments.add_argument("--init", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--minutes", type=float, default=20)
    given = arguments.parse_args()
    spm = sentencepiece.SentencePieceProcessor(model_file=str(given.spm))
    sentences = [spoken_words(text) for path in given.corpora for text in read_sentences(path)]
    print(f"{len(sentences)} sentences, {sum(map(len, sentences))} words", flush=True)
    held_out = [e for e, _ in zip(examples(sentences[-4000:], spm), range(1000), strict=False)]
    model = Punctuator(spm.vocab_size())
    model.start_from(given.init)
    given.out.mkdir(parents=True, exist_ok=True)
    train(model, examples(sentences[:-4000], spm), held_out, given.minutes, given.out)


if __name__ == "__main__":
    main()
