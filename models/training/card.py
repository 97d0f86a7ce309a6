"""`MODEL.md` of a trained model, with what the run knows filled in."""

from collections.abc import Sequence

from models.training.checkpoint import Checkpoint
from models.training.mix import Summary
from rtt.catalog import Manifest
from rtt.measure.model import SetReport

_CARD = """\
# {name}

{source} to {target}, for captions of speech.

| | |
|---|---|
| encoder | {encoder_layers} layers, width {width}, {encoder_heads} heads, from a BERT |
| decoder | {decoder_layers} layers, width {width}, {decoder_heads} heads |
| vocabulary | {source_pieces:,} pieces (case folded, byte fallback) → {target_pieces:,} pieces (byte fallback) |
| parameters | {parameters:.1f} million, as int8 |
| runs on | CTranslate2 4.8 or newer, CPU (int8) and GPU (float16) |

## How it was trained

{seen}. The recipe is [models/training](../training/README.md).
{data}
## What it is good and bad at

{figures}

## Licence

{licence}
"""
_DATA = """
Of {read:,} pairs {kept:,} were kept and {written:,} trained on, counted as often as their weight says, with {words:,}
words; {held_out:,} were held out.

| collection | licence | pairs | weight |
|---|---|---|---|
{rows}

| left out because | pairs |
|---|---|
{dropped}
"""


def card(manifest: Manifest, checkpoint: Checkpoint, summary: Summary | None, reports: Sequence[SetReport]) -> str:
    """Return the card as Markdown."""
    shape = checkpoint.shape
    return _CARD.format(
        name=manifest.name,
        source=manifest.source,
        target=manifest.target,
        encoder_layers=shape.encoder_layers,
        encoder_heads=shape.encoder_heads,
        decoder_layers=shape.decoder_layers,
        decoder_heads=shape.decoder_heads,
        width=shape.width,
        source_pieces=shape.source_pieces,
        target_pieces=shape.target_pieces,
        parameters=sum(weight.numel() for weight in checkpoint.weights.values()) / 1e6,
        seen=f"{checkpoint.tokens / 1e6:.1f} million target tokens were seen" if checkpoint.tokens else "Not recorded",
        data=_data(summary) if summary else "",
        figures=_figures(reports) if reports else "Not measured.",
        licence=manifest.licence,
    )


def _data(summary: Summary) -> str:
    total = summary.total()
    rows = [
        f"| {name} | {one.licence or 'not recorded'} | {one.written:,} | {one.weight:g} |"
        for name, one in summary.origins.items()
        if one.written
    ]
    dropped = [f"| {reason} | {count:,} |" for reason, count in summary.dropped.items()]
    return _DATA.format(
        read=total.read,
        kept=total.kept,
        written=total.written,
        words=total.words,
        held_out=total.held_out,
        rows="\n".join(rows),
        dropped="\n".join(dropped),
    )


def _figures(reports: Sequence[SetReport]) -> str:
    rows = [f"| {one.test_set}, {one.sentences:,} sentences | {one.bleu:.1f} | {one.chrf:.1f} |" for one in reports]
    return "\n".join(["| test set | BLEU (greedy) | chrF |", "|---|---|---|", *rows])
