"""The policies that are compared: plain baselines, what each part brings, and the curve between calm and quick."""

from dataclasses import dataclass

from rtt.measure.simulate import Policy
from rtt.policy import PolicyOptions
from rtt.protocol import Stability
from rtt.segmenter import SegmenterOptions


@dataclass(frozen=True, slots=True)
class Variant:
    """A policy and the kind of reader it is measured for."""

    name: str
    group: str
    """What it is drawn as: `baseline`, `without` or `with` (an ingredient left out or put in), `curve` or `preset`."""
    policy: Policy
    stability: Stability = Stability.STEADY


_PLAIN = PolicyOptions(keep_stable=False, trust=1.0, sure=0.0, persist=2, price=0.0, fast_persist=1)
_UPDATE_BY_UPDATE = SegmenterOptions(agreement=1)

VARIANTS = (
    *(Variant(stability.value, "preset", Policy(), stability) for stability in Stability),
    Variant(
        "baseline: re-translation",
        "baseline",
        Policy(_UPDATE_BY_UPDATE, _PLAIN, punctuated=False),
        Stability.FAST,
    ),
    *(Variant(f"baseline: wait-{k}", "baseline", Policy(punctuated=False, wait_k=k)) for k in (3, 5, 7)),
    Variant("baseline: finals only", "baseline", Policy(punctuated=False, stream=_PLAIN), Stability.FINAL),
    Variant("without punctuation", "without", Policy(punctuated=False)),
    Variant("without agreement", "without", Policy(_UPDATE_BY_UPDATE)),
    Variant("without stable prefix", "without", Policy(stream=PolicyOptions(keep_stable=False))),
    Variant("without drafts", "without", Policy(stream=PolicyOptions(trust=1.0))),
    Variant("without drafts in finals", "without", Policy(stream=PolicyOptions(price=0.0))),
    Variant("without doubt", "without", Policy(stream=PolicyOptions(sure=0.0))),
    Variant("without sureness", "without", Policy(stream=PolicyOptions(sure=1.0))),
    Variant("with tail", "with", Policy(stream=PolicyOptions(tail=True))),
    Variant("with mask 2", "with", Policy(stream=PolicyOptions(mask=2))),
    *(
        Variant(f"price {price:g}", "curve", Policy(stream=PolicyOptions(price=price)))
        for price in (0.1, 0.3, 0.5, 1.0, 2.0, 4.0)
    ),
)
