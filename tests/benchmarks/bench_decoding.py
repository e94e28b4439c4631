"""Translating with all attention recorded beside transformers' `generate` that hands out its attention.

Same weights, same sentences, same words in the end. And the time of a late token beside that of an early one.
"""

from __future__ import annotations

from statistics import median
from typing import Any

import torch
from transformers import MarianMTModel

import vit_core
from tests.benchmarks.timing import Row, interleaved, median_ratio
from tests.support.sentences import SENTENCES
from vit_core.decoding import Beam, Forced, Greedy, Strategy, start, step

ROUNDS = 7
EARLY, LATE = 10, 60


def run(rounds: int = ROUNDS) -> list[Row]:
    """Rows for the bundled translator. A limit of 0.5 on our time over theirs is a factor of 2 in tokens per second."""
    model: Any = vit_core.load("marian-s-de-en")
    reference = MarianMTModel.from_pretrained(
        model.spec.folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    return [
        *_compare("greedy", model, reference, Greedy(), rounds),
        *_compare("beam 4", model, reference, Beam(4, 0.6), rounds),
        *_late_tokens(model, 4 * rounds),
    ]


def _compare(name: str, model: Any, reference: MarianMTModel, strategy: Strategy, rounds: int) -> list[Row]:
    sources = [torch.tensor([model.tokenizer.encode(sentence)]) for sentence in SENTENCES]
    width = strategy.width if isinstance(strategy, Beam) else 1

    def ours() -> list[tuple[int, ...]]:
        return [vit_core.translate(model, sentence, strategy=strategy).ids for sentence in SENTENCES]

    def seen() -> list[int]:
        """What transformers' steps handed out is not joined either; the page joins it at the first look."""
        return [vit_core.translate(model, sentence, strategy=strategy).nbytes for sentence in SENTENCES]

    def theirs() -> list[tuple[int, ...]]:
        settings: dict[str, Any] = {"num_beams": width, **({"length_penalty": 0.6} if width > 1 else {})}
        with torch.inference_mode():
            found = [
                reference.generate(ids, output_attentions=True, return_dict_in_generate=True, **settings)
                for ids in sources
            ]
        return [tuple(output.sequences[0, 1:].tolist()) for output in found]

    written = ours()
    assert written == theirs(), "not the same words"
    n_tokens = sum(map(len, written))
    seconds = interleaved({"ours": ours, "seen": seen, "theirs": theirs}, rounds)
    return [
        Row(f"{name}: ours, all attention recorded", n_tokens / median(seconds["ours"]), "tok/s"),
        Row(f"{name}: transformers generate(output_attentions=True)", n_tokens / median(seconds["theirs"]), "tok/s"),
        Row(f"{name}: our time / transformers'", median_ratio(seconds["ours"], seconds["theirs"]), "x", 0.5),
        Row(f"{name}: the same, and put together for a view", median_ratio(seconds["seen"], seconds["theirs"]), "x"),
    ]


def _late_tokens(model: Any, rounds: int) -> list[Row]:
    """The same token written again and again at two places, from states that keep every place's cache."""
    given = Forced(tuple(range(3, 3 + LATE)))
    state = start(model, model.tokenizer.encode(SENTENCES[0]))
    before = {}
    for n in range(1, LATE + 1):
        before[n] = state
        state = step(model, state, given)
    seconds = interleaved(
        {str(n): lambda n=n: step(model, before[n], given) for n in (EARLY, LATE)},  # type: ignore[misc]
        rounds,
    )
    early, late = seconds[str(EARLY)], seconds[str(LATE)]
    return [Row(f"token {LATE} / token {EARLY}", median(late) / median(early), "x", 1.3)]
