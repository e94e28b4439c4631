"""The data of the comparison of twins: translators that differ in the mask of their training, given the answer and on
their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from demo.views.payload import encode
from demo.views.published_quality import figures
from vit_core import LoadedTranslator, Translation
from vit_core.analysis import answer_share


@dataclass(frozen=True)
class Twin:
    """One of the twins, with its results on a sentence.

    Attributes:
        name: the page's name of it.
        model: the translator.
        fed: its pass over the given translation, predicting every next token; its last step has no target
            (`SentenceService.teacher_forced`).
        alone: its own translation, by greedy decoding.
    """

    name: str
    model: LoadedTranslator
    fed: Translation
    alone: Translation


def twins(pair: Sequence[Twin], offers: Sequence[Any] = ()) -> bytes:
    """Both twins on one sentence: the one trained with the causal mask first.

    Shapes: per twin i: probability_i [T], float32, of each given token, right_i [T] of uint8, whether it was the most
        probable; share_i [L, H], float32, of attention that goes to the answer; pattern_i [T, T + 1], cells of weights,
        of the head with the largest share, each row's answer one key ahead of it. facts: the twins, in the order of
        the arrays, none when there are none; offers, what may be taken in the place of the reference that they were fed
        (demo/sentence/typed.py).
    """
    arrays: dict[str, np.ndarray] = {}
    patterns: dict[str, np.ndarray] = {}
    facts = []
    for i, twin in enumerate(pair):
        shares = answer_share(twin.fed.trace)
        layer, head = divmod(int(shares.argmax()), shares.shape[1])
        steps, ids = twin.fed.steps[:-1], twin.fed.ids[:-1]
        best = [step.top(1)[0][0] for step in steps]
        arrays[f"probability_{i}"] = np.array([step.probability for step in steps], np.float32)
        arrays[f"right_{i}"] = np.array([a == b for a, b in zip(best, ids, strict=True)], np.uint8)
        arrays[f"share_{i}"] = shares.numpy()
        patterns[f"pattern_{i}"] = twin.fed.trace.pattern(layer, head, "decoder")[:-1].numpy()
        facts.append(_facts(twin, best, layer, head))
    return encode(arrays, {"twins": facts, "offers": list(offers)}, weights=patterns)


def _facts(twin: Twin, best: list[int], layer: int, head: int) -> dict[str, Any]:
    tokenizer, config = twin.model.tokenizer, twin.model.model.config
    return {
        "name": twin.name,
        "causal": config.causal,
        "start": tokenizer.token(config.start),
        "given": list(twin.fed.tokens[:-1]),
        "guessed": [tokenizer.token(token) for token in best],
        "layer": layer,
        "head": head,
        "written": twin.alone.text,
        "stopped_by": twin.alone.stopped_by,
        "figures": figures(twin.model.spec),
    }
