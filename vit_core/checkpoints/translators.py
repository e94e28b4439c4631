"""The translators this project knows by name, as data: the shipped one, and pairs of the OPUS-MT project.

Tiedemann and Thottingal, "OPUS-MT: Building open translation services for the World" (EAMT 2020). What a folder says of
itself wins over its entry here, which is there to be shown before a download.
"""

from __future__ import annotations

from vit_core.checkpoints.marian_dialects import FAMILY
from vit_core.checkpoints.spec import TRANSFORMER, TranslatorSpec
from vit_core.config import Seq2SeqConfig, StackConfig

BUNDLED = TranslatorSpec(
    name="marian-s-de-en",
    config=Seq2SeqConfig(
        d_model=256,
        encoder=StackConfig(n_layers=3, n_heads=8, d_mlp=1024),
        decoder=StackConfig(n_layers=3, n_heads=8, d_mlp=1024),
        source_vocab=8000,
        target_vocab=8000,
        sinusoids="halves",
        dropout=0.1,
    ),
    dialect=FAMILY,
    source="de",
    target="en",
    licence="CC-BY-2.0",
    source_url="https://tatoeba.org",
    paper=TRANSFORMER,
    note="Shipped with the code: a small translator, trained for this project on everyday sentences.",
    bundled="marian-s-de-en",
    sha256="2fb2cc64d5ad03b6680213854e6af58a2fbbb309d32691f80ba784eb0fe9f590",
)
TRANSLATORS: tuple[TranslatorSpec, ...] = (BUNDLED,)
