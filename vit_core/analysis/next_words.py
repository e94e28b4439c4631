"""The distribution over the next word: its most probable tokens and its entropy."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.analysis.entropy import entropy_bits
from vit_core.translation import Translation


@dataclass(frozen=True)
class NextWords:
    """The next-word distributions of every step, the model's and the strategy's, cut to the top tokens.

    Attributes:
        ids: the k most probable tokens of each step, best first, [T, k] of int.
        shares: their probabilities as the model gave them, 0..1, [T, k].
        weighed: the probabilities that the strategy chose by, after forbidden words, temperature and cut-offs, 0..1,
        [T, k].
        chosen_share, chosen_weighed: the same two of the token that was written, [T].
        rank: place of the written token among all by the model's probability, 0 for the most probable, [T] of int.
        entropy: Shannon entropy of the model's distribution in bits, 0 (certain) .. log2 V (uniform), [T].
        weighed_entropy: the same of the distribution that was chosen by, [T].
        choices: tokens that could be chosen at all, [T] of int.
    """

    ids: Tensor
    shares: Tensor
    weighed: Tensor
    chosen_share: Tensor
    chosen_weighed: Tensor
    rank: Tensor
    entropy: Tensor
    weighed_entropy: Tensor
    choices: Tensor


def next_words(translation: Translation, k: int) -> NextWords:
    """The k most probable next tokens of every step, and the rank of the token that was written.

    Raises:
        ValueError: k is below 1.
    Source: the distribution of each step is the softmax of arXiv 1706.03762, section 3.4; its Shannon entropy in bits.
    """
    if k < 1:
        raise ValueError(f"{k} most probable words are none")
    logprobs = torch.stack([step.logprobs for step in translation.steps])  # T V
    weighed = torch.stack([step.weighed for step in translation.steps])
    chosen = torch.tensor(translation.ids)[:, None]
    best = logprobs.topk(min(k, logprobs.shape[1]), dim=-1)
    of_chosen = logprobs.gather(1, chosen)
    return NextWords(
        ids=best.indices,
        shares=best.values.exp(),
        weighed=weighed.gather(1, best.indices).exp(),
        chosen_share=of_chosen[:, 0].exp(),
        chosen_weighed=weighed.gather(1, chosen)[:, 0].exp(),
        rank=(logprobs > of_chosen).sum(dim=-1),
        entropy=_bits(logprobs),
        weighed_entropy=_bits(weighed),
        choices=(weighed > -torch.inf).sum(dim=-1),
    )


def _bits(logprobs: Tensor) -> Tensor:
    """Shannon entropy of each row. Shapes: [T, V] of nats -> [T] of bits."""
    return entropy_bits(logprobs.double().exp()).float()
