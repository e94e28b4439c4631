"""The recipes of training: architecture, data and hyperparameters of each run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from vit_core.config import CellKind, RecurrentConfig, Seq2SeqConfig, StackConfig


@dataclass(frozen=True)
class Recipe:
    """One way to train a translator.

    Attributes:
        config: its architecture; the vocabularies take their size from the tokenizer.
        vocabulary: folder under assets/checkpoints of the default tokenizer.
        files: names of the files of pairs, under the folder of the data.
        steps: updates of the weights.
        budget: tokens of a batch, padding included.
        peak, warmup: the learning rate rises to `peak` in `warmup` steps, then falls.
        fall: "line", straight to 0 at the last step; "root", with 1 / sqrt(step), for a run whose end is not known.
        cooling: for "root" only, once the end is known: share of the steps, at the end, in which the rate falls to 0.
        smoothing: label smoothing: share of the target's probability that is spread over all tokens (arXiv 1512.00567).
        weight_decay: weight decay of the matrices, as a share of the learning rate.
        joined: share of the examples that consist of two pairs.
        lightly: files of which each epoch uses only a part, and another one each time.
        light_share: share of an epoch's pairs from those files.
        varied: share of the pairs that are added in capitals, and again with ae, oe, ue and ss for ä, ö, ü and ß, so
            that the model learns such spellings.
        averaged: number of last saved weights whose mean is exported; 1 exports the last ones.
        longest: pairs with more tokens than this on a side are left out.
        seed: of the first weights, the order of the data and dropout.
    """

    config: Seq2SeqConfig | RecurrentConfig
    vocabulary: str
    files: tuple[str, ...]
    steps: int
    budget: int
    peak: float
    warmup: int
    smoothing: float = 0.1
    weight_decay: float = 0.01
    joined: float = 1 / 6
    longest: int = 96
    seed: int = 2017
    fall: Literal["line", "root"] = "line"
    cooling: float = 0.0
    lightly: tuple[str, ...] = ()
    light_share: float = 0.0
    varied: float = 0.0
    averaged: int = 1

    def learning_rate(self, step: int) -> float:
        """The learning rate of update `step`, from 1 on.

        Source: warm-up and the fall with the root: arXiv 1706.03762, section 5.3; cooling: arXiv 2405.18392.
        """
        rise = step / self.warmup
        if self.fall == "root":
            cooled = min(1.0, (self.steps - step + 1) / (self.cooling * self.steps)) if self.cooling else 1.0
            return self.peak * min(rise, (self.warmup / step) ** 0.5) * cooled
        fall = (self.steps - step + 1) / max(1, self.steps - self.warmup)
        return self.peak * min(1.0, rise, fall)


def _marian(d_model: int, n_layers: int, n_heads: int, d_mlp: int, dropout: float) -> Seq2SeqConfig:
    stack = StackConfig(n_layers, n_heads, d_mlp)
    return Seq2SeqConfig(d_model=d_model, encoder=stack, decoder=stack, sinusoids="halves", dropout=dropout)


# The twins see each sentence about once, so they need no dropout or smoothing against overfitting. Everyday sentences
# with a small vocabulary are enough to show what the mask is for.
_TWINS = Recipe(
    config=_marian(128, n_layers=2, n_heads=4, d_mlp=512, dropout=0.0),
    vocabulary="twin-masked-de-en",
    files=("train.tsv",),
    steps=2500,
    budget=2000,
    peak=2.5e-3,
    warmup=250,
    smoothing=0.0,
)


def _recurrent(cell: CellKind, d_hidden: int, peak: float, *, attention: bool = False) -> Recipe:
    """The twins' recipe for a recurrent translator of the same number of parameters, within 1 %.

    Only the learning rate differs: a rate tuned for another kind of model would make it look worse than it is.
    """
    config = RecurrentConfig(cell=cell, d_embed=128, d_hidden=d_hidden, attention=attention)
    return replace(_TWINS, config=config, peak=peak)


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "twins": _TWINS,
        "rnn": _recurrent("rnn", 592, 2.5e-3),
        "lstm": _recurrent("lstm", 276, 5e-3),
        "gru": _recurrent("gru", 324, 5e-3),
        "gru-attention": _recurrent("gru", 248, 5e-3, attention=True),
        # The bundled translator's shape and data.
        "marian-s": Recipe(
            config=_marian(256, n_layers=3, n_heads=8, d_mlp=1024, dropout=0.1),
            vocabulary="marian-s-de-en",
            files=("train.tsv", "wiki.tsv"),
            steps=12000,
            budget=4000,
            peak=1e-3,
            warmup=1000,
        ),
        # The width of arXiv 1706.03762, on all available text, trained as long as there is time.
        "marian-m": Recipe(
            config=_marian(512, n_layers=3, n_heads=8, d_mlp=1024, dropout=0.1),
            vocabulary="marian-m-de-en",
            files=(
                *("train.tsv", "wiki.tsv", "news.tsv", "phrases.tsv", "prose.tsv", "formal.tsv"),
                *("technical.tsv", "packages.tsv", "names.tsv", "mixed.tsv"),
            ),
            lightly=("words.tsv",),
            light_share=1 / 12,
            varied=0.03,
            steps=40000,
            budget=6000,
            peak=8e-4,
            warmup=1500,
            fall="root",
            cooling=0.3,
            averaged=8,
        ),
    }
)
