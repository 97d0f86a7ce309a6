"""A language by rule, which a tiny model learns in seconds, and a tiny BERT for its encoder."""

import itertools
import random
from pathlib import Path

import orjson
import torch
from safetensors.torch import save_file

SUBJECTS = {"the cat": "ka mino", "a teacher": "do leri", "my brother": "vi bruso", "the king": "ka reto"}
VERBS = {"sees": "vidas", "paints": "pintas", "carries": "portas", "buys": "kupas", "loves": "amas", "finds": "trovas"}
COLOURS = {"red": "ruta", "green": "verta", "blue": "blua", "white": "blanka", "black": "nigra"}
THINGS = {"house": "domo", "ball": "pilko", "book": "libro", "tree": "arbo", "boat": "boato", "stone": "petro"}
TIMES = {"today": "hodo", "again": "denuvo", "at night": "nokte", "in spring": "primo"}
ENDS = {".": ".", "!": "!", "?": " ne?"}


def sentences() -> list[tuple[str, str]]:
    """All sentences and their translations, in which the verb comes last and the colour after its thing; shuffled."""
    choices = itertools.product(SUBJECTS, VERBS, COLOURS, THINGS, TIMES, ENDS)
    made = [
        (
            f"{subject} {verb} the {colour} {thing} {time}{end}".capitalize(),
            f"{TIMES[time]} {SUBJECTS[subject]} {THINGS[thing]} {COLOURS[colour]} {VERBS[verb]}".capitalize()
            + ENDS[end],
        )
        for subject, verb, colour, thing, time, end in choices
    ]
    return random.Random(1).sample(made, len(made))  # noqa: S311 - no secret


def tiny_bert(folder: Path, *, width: int = 64, layers: int = 1, heads: int = 4) -> Path:
    """A BERT that knows nothing, with the words of the language's source."""
    folder.mkdir(parents=True)
    words = sorted({word for source, _ in sentences() for word in source.lower().strip(".!?").split()} | set("-.,!?"))
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    inner = [f"##{letter}" for letter in letters]
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocabulary = list(dict.fromkeys([*special, *letters, *inner, *words]))
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    config = {
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_attention_heads": heads,
        "num_hidden_layers": layers,
        "max_position_embeddings": 65,
    }
    (folder / "config.json").write_bytes(orjson.dumps(config))
    save_file(_weights(len(vocabulary), width, layers), folder / "model.safetensors")
    return folder


def _weights(vocabulary: int, width: int, layers: int) -> dict[str, torch.Tensor]:
    chance = torch.Generator().manual_seed(1)

    def linear(name: str, outputs: int, inputs: int) -> dict[str, torch.Tensor]:
        weight = torch.randn(outputs, inputs, generator=chance) * inputs**-0.5
        return {f"{name}.weight": weight, f"{name}.bias": torch.zeros(outputs)}

    def norm(name: str) -> dict[str, torch.Tensor]:
        return {f"{name}.weight": torch.ones(width), f"{name}.bias": torch.zeros(width)}

    weights = norm("embeddings.LayerNorm")
    for name, rows in (("word", vocabulary), ("position", 65), ("token_type", 2)):
        weights[f"embeddings.{name}_embeddings.weight"] = torch.randn(rows, width, generator=chance)
    for number in range(layers):
        layer = f"encoder.layer.{number}"
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            weights |= linear(f"{layer}.{part}", width, width)
        weights |= linear(f"{layer}.intermediate.dense", 2 * width, width)
        weights |= linear(f"{layer}.output.dense", width, 2 * width)
        weights |= norm(f"{layer}.attention.output.LayerNorm") | norm(f"{layer}.output.LayerNorm")
    return weights
