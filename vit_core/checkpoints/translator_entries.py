"""The translators this project knows by name, as data: the shipped ones, and pairs of the OPUS-MT project.

Tiedemann and Thottingal, "OPUS-MT: Building open translation services for the World" (EAMT 2020). A folder's own
settings win over its entry here, which is shown before a download. Licences are those of the pairs' cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from vit_core.checkpoints.marian_dialects import FAMILY
from vit_core.checkpoints.spec import MARIAN, TRANSFORMER, TranslatorSpec
from vit_core.config import Seq2SeqConfig, StackConfig


def _shipped(
    name: str,
    config: Seq2SeqConfig,
    *,
    note: str,
    metrics: Mapping[str, str],
    sha256: str,
) -> TranslatorSpec:
    """A translator that comes with the code: German to English, trained for this project."""
    return TranslatorSpec(
        name=name,
        config=config,
        dialect=FAMILY,
        source="de",
        target="en",
        licence="CC-BY-2.0",
        source_url="https://tatoeba.org",
        paper=TRANSFORMER,
        note=note,
        metrics=MappingProxyType(dict(metrics)),
        bundled=name,
        sha256=sha256,
    )


def _shape(d_model: int, stack: StackConfig, vocabulary: int, **other: Any) -> Seq2SeqConfig:
    """The shape of one of them: the same stack twice, one vocabulary for both languages."""
    return Seq2SeqConfig(
        d_model=d_model,
        encoder=stack,
        decoder=stack,
        source_vocab=vocabulary,
        target_vocab=vocabulary,
        sinusoids="halves",
        **other,
    )


BUNDLED = _shipped(
    "marian-s-de-en",
    _shape(256, StackConfig(n_layers=3, n_heads=8, d_mlp=1024), 8000, dropout=0.1),
    note="Shipped with the code: a small translator, trained for this project on everyday sentences.",
    metrics={"Tatoeba test, 649 sentences": "BLEU 51.4, chrF 66.0"},
    sha256="2fb2cc64d5ad03b6680213854e6af58a2fbbb309d32691f80ba784eb0fe9f590",
)

# The width of arXiv 1706.03762 (d_model 512, 8 heads of 64), trained on text of every kind.
WIDE = _shipped(
    "marian-m-de-en",
    _shape(512, StackConfig(n_layers=3, n_heads=8, d_mlp=1024), 14000, dropout=0.1),
    note="Shipped with the code: as wide as the paper's base model, trained on text of every kind.",
    metrics={
        "Tatoeba test, 649 sentences": "BLEU 51.2, chrF 66.2",
        "captions of photos, 1,014": "BLEU 25.9, chrF 47.7",
    },
    sha256="d33cdfa432b2439f42ce1d54b4ea09f8cbec271030a4f7334eb2d6f886e2187a",
)


def _twin(name: str, *, causal: bool, note: str, alone: str, fed: str, sha256: str) -> TranslatorSpec:
    """One of the two tiny translators that differ only in the decoder's mask (vit_core/training)."""
    return _shipped(
        name,
        _shape(128, StackConfig(n_layers=2, n_heads=4, d_mlp=512), 3000, causal=causal),
        note=note,
        metrics={"Tatoeba test, 649 sentences": alone, "Tatoeba test, fed with the answer": fed},
        sha256=sha256,
    )


TWINS = (
    _twin(
        "twin-masked-de-en",
        causal=True,
        note="Shipped with the code: a tiny translator, there to be compared with its twin without the causal mask.",
        alone="BLEU 30.7, chrF 47.1",
        fed="66.0 %",
        sha256="ace64e3c82b36a78063cc668e4e8be117aa8de0cb8e38ffbed6cac6eebc6170e",
    ),
    _twin(
        "twin-unmasked-de-en",
        causal=False,
        note="Its decoder saw the answer in training: nearly perfect when fed with it, lost when it writes alone.",
        alone="BLEU 0.0, chrF 0.4",
        fed="99.99 %",
        sha256="d757ae7ada5f92a75bee332a79f6481199989c241de3bf71506a63295a93b9bc",
    ),
)


def _opus(source: str, target: str, vocab: int, licence: str = "Apache-2.0", more: str = "") -> TranslatorSpec:
    """A pair of opus-mt in the size of the paper's base model; its padding is the last token and its first input."""
    repo = f"Helsinki-NLP/opus-mt-{source}-{target}"
    return TranslatorSpec(
        name=repo,
        config=Seq2SeqConfig(
            source_vocab=vocab,
            target_vocab=vocab,
            pad=vocab - 1,
            end=0,
            unknown=1,
            start=vocab - 1,
            act="silu",
            sinusoids="halves",
            dropout=0.1,
        ),
        dialect=FAMILY,
        source=source,
        target=target,
        licence=licence,
        source_url=f"https://huggingface.co/{repo}",
        paper=MARIAN,
        note=f"Trained on the parallel texts of OPUS by the University of Helsinki.{more}",
        hub=repo,
    )


TRANSLATORS: tuple[TranslatorSpec, ...] = (
    BUNDLED,
    WIDE,
    *TWINS,
    _opus("de", "en", 58101),
    _opus("en", "de", 58101, "CC-BY-4.0"),
    _opus("fr", "en", 59514),
    _opus("en", "fr", 59514),
    _opus("es", "en", 65001),
    _opus("en", "es", 65001),
    _opus("ko", "en", 65001, more=" The size of its vocabulary is not verified here: the folder's own counts."),
)
