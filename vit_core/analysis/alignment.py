"""Which source word belongs to which target word, and which head of cross-attention says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from vit_core.arguments import require_ids
from vit_core.device import passing
from vit_core.record import ordinary
from vit_core.sentence_trace import Part, SentenceTrace
from vit_core.seq2seq import EncoderDecoder
from vit_core.tap import Tap, null_tap

# A target token counts for alignment only if it loses at least this much probability when some source token is taken
# away: what the target language alone makes certain ("going to" after "is") belongs to no word of the source.
LEAST_DIFFERENCE = 0.05
# Sentences that go through the model at once, each without one of its words.
BATCH = 16


def parked_share(trace: SentenceTrace, part: Part) -> Tensor:
    """How much of its attention each head spends on the token that carries no word ("parks" there), 0..1, mean over the
    queries that have a choice.

    It is the end token of the source for encoder and cross-attention, the start token for the decoder's own. The
    first row of a masked decoder sees nothing but the start token and is left out.

    Shapes: returns [L, H].
    Source: Clark et al. (arXiv 1906.04341), section 3.2, for [SEP] in BERT; Kobayashi et al. (arXiv 2004.10102),
        section 4: what such tokens hand over is nearly nothing.
    """
    stack = trace.config.encoder if part == "encoder" else trace.config.decoder
    first = 1 if part == "decoder" and trace.config.causal else 0
    return torch.stack(
        [
            trace.pattern(layer, part=part)[:, first:, parking_key(trace, part)].mean(dim=-1).nan_to_num()
            for layer in range(stack.n_layers)
        ]
    )


def even_share(trace: SentenceTrace, part: Part) -> float:
    """What `parked_share` gives for a head that attends to every key equally, 0..1: only more than this is parking."""
    n_source, n_target = len(trace.source_tokens), len(trace.target_tokens)
    if part != "decoder":
        return 1 / n_source
    if not trace.config.causal:
        return 1 / n_target
    seen = range(2, n_target + 1)  # keys of each row but the first, which has no choice
    return sum(1 / keys for keys in seen) / len(seen) if seen else 0.0


def parking_key(trace: SentenceTrace, part: Part) -> int:
    """The key of a part that stands for no word: the source's end token, or the decoder's start token."""
    return 0 if part == "decoder" else len(trace.source_tokens) - 1


def prediction_difference(
    net: EncoderDecoder, source_ids: Sequence[int], target_ids: Sequence[int], *, tap: Tap = null_tap
) -> Tensor:
    """How much probability each target token loses when one source token is taken away, -1..1.

    The source is read once more for each of its tokens, with the embedding of that one set to zero (its place stays);
    the target is given. No attention weight enters, so the result can be compared with attention.

    Args:
        tap: the change under which the translation was made.

    Shapes: returns [T, S]; [t, s] = p(target t) - p(target t without source s).

    Raises:
        TypeError: source or target is no row of ids.
        ValueError: an id is no token of the network's.
    Source: Li et al., "On the Word Alignment from Neural Machine Translation" (ACL 2019), section 4.2.
    """
    source_ids = require_ids("prediction_difference", "source_ids", source_ids, net.config.source_vocab)
    target_ids = require_ids("prediction_difference", "target_ids", target_ids, net.config.target_vocab)

    def probabilities(missing: range | None) -> Tensor:
        """Probability of each target token, once for each source token that is taken away: [B, T]."""
        n = 1 if missing is None else len(missing)

        def without(name: str, words: Tensor) -> Tensor:
            words = tap(name, words)
            if missing is None or name != "encoder.words":
                return words
            words = words.clone()
            words[range(n), list(missing)] = 0
            return words

        logits = net(
            whole.expand(n, -1), given.expand(n, -1), mask=net.target_mask(len(target_ids)), tap=without
        )  # n T V
        return logits.log_softmax(dim=-1)[:, torch.arange(len(wanted)), wanted].exp()

    with passing(net):
        given = torch.tensor([net.config.start, *target_ids[:-1]])
        wanted, whole = torch.tensor(target_ids), torch.tensor(source_ids)
        full = probabilities(None)[0]
        parts = [
            full - probabilities(range(at, min(at + BATCH, len(source_ids)))) for at in range(0, len(source_ids), BATCH)
        ]
        return ordinary(torch.cat(parts).T)


@dataclass(frozen=True)
class HeadAlignment:
    """How well the heads of cross-attention find the word each target token was made from.

    Attributes:
        partner: for each target token the source token whose absence costs it most, -1 where none costs it
            LEAST_DIFFERENCE, and for the end token; [T] of int.
        found: target tokens for which a head looks most at their partner, [L, H] of int.
        weight: mean attention of a head to the partners, 0..1, [L, H].
        best: (layer, head) that finds most partners; among equals the one with the largest weight on them.
        equals: every (layer, head) that finds as many, `best` among them.
    """

    partner: Tensor
    found: Tensor
    weight: Tensor
    best: tuple[int, int]

    @property
    def equals(self) -> tuple[tuple[int, int], ...]:
        return tuple((layer, head) for layer, head in (self.found == self.found.max()).nonzero().tolist())


def head_alignment(trace: SentenceTrace, difference: Tensor) -> HeadAlignment:
    """Compare every head of cross-attention with an alignment that was obtained without attention.

    Neither end token counts: a head that parks there has found no word, and the target's end stands for none.

    Args:
        difference: [T, S] of `prediction_difference`.

    Raises:
        ValueError: no target token depends on a source token.
    Source: attention as alignment is Bahdanau et al. (arXiv 1409.0473), Fig. 3; that it has to be compared with an
        alignment obtained otherwise, Ghader and Monz (arXiv 1710.03348); head by head, Kobayashi et al.
        (arXiv 2004.10102), section 5; the alignment compared with, Li et al. (ACL 2019), section 4.2.
    """
    n_words = len(trace.target_tokens) - (trace.target_tokens[-1] == trace.source_tokens[-1])
    n_source = len(trace.source_tokens) - 1
    partner = torch.full((len(trace.target_tokens),), -1)
    if n_words and n_source:
        costs, where = difference[:n_words, :n_source].max(dim=-1)
        partner[:n_words] = where.where(costs >= LEAST_DIFFERENCE, -1)
    rows = (partner >= 0).nonzero()[:, 0]
    if not len(rows):
        raise ValueError("no target token depends on a source token")
    patterns = torch.stack(
        [trace.pattern(layer, part="cross")[:, rows, :n_source] for layer in range(trace.config.decoder.n_layers)]
    )  # L H T S
    found = (patterns.argmax(dim=-1) == partner[rows]).sum(dim=-1)
    weight = patterns[..., torch.arange(len(rows)), partner[rows]].mean(dim=-1)
    # A mean weight is at most 1: it decides between equals alone.
    layer, head = divmod(int((found + weight * 0.99).argmax()), found.shape[1])
    return HeadAlignment(partner, found, weight, (layer, head))
