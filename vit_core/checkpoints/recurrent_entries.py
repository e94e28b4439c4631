"""The recurrent translators this project ships, as data: four kinds, to be compared with a Transformer.

All four were trained by the recipe of `twin-masked-de-en` (vit_core/training): the same sentences in the same order, as
many steps of as many tokens, and within 1 % as many parameters. The learning rate is each one's own.
"""

from __future__ import annotations

from types import MappingProxyType

from vit_core.checkpoints.recurrent_folder import MODEL_TYPE
from vit_core.checkpoints.spec import BAHDANAU, SEQ2SEQ, RecurrentSpec
from vit_core.config import CellKind, RecurrentConfig

# The last is the Transformer among them.
COMPARED: tuple[str, ...] = ("rnn-de-en", "lstm-de-en", "gru-de-en", "gru-attention-de-en", "twin-masked-de-en")
# The seed of their recipes, and so of the first weights of their training (vit_core.recurrent_seq2seq.untrained).
SEED = 2017


def _recurrent(
    name: str, cell: CellKind, d_hidden: int, note: str, *, alone: str, fed: str, sha256: str, attention: bool = False
) -> RecurrentSpec:
    return RecurrentSpec(
        name=name,
        config=RecurrentConfig(cell=cell, d_embed=128, d_hidden=d_hidden, attention=attention),
        dialect=MODEL_TYPE,
        source="de",
        target="en",
        licence="CC-BY-2.0",
        source_url="https://tatoeba.org",
        paper=BAHDANAU if attention else SEQ2SEQ,
        note=note,
        metrics=MappingProxyType({"Tatoeba test, 649 sentences": alone, "Tatoeba test, fed with the answer": fed}),
        bundled=name,
        sha256=sha256,
    )


RECURRENTS: tuple[RecurrentSpec, ...] = (
    _recurrent(
        "rnn-de-en",
        "rnn",
        592,
        "Shipped with the code: a plain recurrent network; one vector passes from encoder to decoder.",
        alone="BLEU 0.7, chrF 7.9",
        fed="41.5 %",
        sha256="86d42911bcde4fd1a9bf99da8723c1fe15679514ff41c4846a41dd95a143cf0e",
    ),
    _recurrent(
        "lstm-de-en",
        "lstm",
        276,
        "Shipped with the code: an LSTM; its state and its memory pass from encoder to decoder.",
        alone="BLEU 10.1, chrF 26.0",
        fed="56.7 %",
        sha256="d13d91052db331bfe0765f1bd5671847cebc11ba99a218020f539c2e4446f54a",
    ),
    _recurrent(
        "gru-de-en",
        "gru",
        324,
        "Shipped with the code: a GRU; one vector passes from encoder to decoder.",
        alone="BLEU 7.6, chrF 22.8",
        fed="54.0 %",
        sha256="021de2f217be2685eb13036bd132afb0ee5c7f984c532fcc71c22f4c6aed8e07",
    ),
    _recurrent(
        "gru-attention-de-en",
        "gru",
        248,
        "Shipped with the code: a GRU whose decoder looks back at every state of the encoder.",
        attention=True,
        alone="BLEU 25.2, chrF 42.3",
        fed="62.8 %",
        sha256="66a5aacde5313ef7c07ea5742a1719da21f96f4462460d93ca149f3f6d003218",
    ),
)
