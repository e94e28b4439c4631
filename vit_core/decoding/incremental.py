"""Incremental decoding: the decoder's blocks for a single new token, with the same numbers as `vit_core.blocks`,
faster.

With one token per hypothesis a block computes so little that looking up the weights in its modules takes longer than
using them. Here they are looked up once per sentence. Each line below is one operation of `DecoderBlock`, and every
quantity is tested to be the same (tests/core/test_incremental.py).

It stays for the processor time that it saves on one core (python -m tests.benchmarks incremental): 15 % of a greedy
step of the bundled translator and 10 % of a step with four beams; 5 % with 6 + 6 layers and 58,101 pieces, where
nearly all of the time goes into fetching the weights from memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from vit_core.attention import KeysValues
from vit_core.blocks import ACTIVATIONS, ATTN, CROSS, MLP, DecoderBlock, Sublayer
from vit_core.linear import linear
from vit_core.masks import hide
from vit_core.seq2seq import Cache, EncoderDecoder
from vit_core.tap import Tap, null_tap


class _Linear:
    """A linear layer, or several with the same input joined, whose weights are looked up once."""

    def __init__(self, *layers: nn.Linear) -> None:
        self._weight, self._bias = _joined([one.weight for one in layers]), _joined([one.bias for one in layers])

    def rows(self, x: Tensor) -> Tensor:
        """Shapes: [A, 1, in] -> [A, 1, out]."""
        return linear(x, self._weight, self._bias)

    def heads(self, x: Tensor, n_heads: int) -> Tensor:
        """The outputs cut into heads. Shapes: [A, 1, D] -> [A, H, 1, K]."""
        return self.rows(x).view(x.shape[0], n_heads, 1, -1)  # of one token they lie one after the other


class _Block:
    """A decoder block whose weights are looked up once."""

    def __init__(self, block: DecoderBlock, at: str, *, norm_first: bool, act: Callable[[Tensor], Tensor]) -> None:
        self._at, self._norm_first, self._act = at, norm_first, act
        self._n_heads = block.attn.n_heads
        # A tensor, since a Python number would be converted with every division.
        self._root = block.norm1.weight.new_tensor(math.sqrt(block.norm1.weight.shape[0] // self._n_heads))
        self._qkv, self._proj = _Linear(block.attn.q, block.attn.k, block.attn.v), _Linear(block.attn.proj)
        self._cross_q, self._cross_proj = _Linear(block.cross.q), _Linear(block.cross.proj)
        self._fc1, self._fc2 = _Linear(block.mlp.fc1), _Linear(block.mlp.fc2)
        norms = {ATTN: block.norm1, CROSS: block.norm_cross, MLP: block.norm2}
        self._norm = {n: (norm.normalized_shape, norm.weight, norm.bias, norm.eps) for n, norm in norms.items()}

    def __call__(
        self, x: Tensor, source: KeysValues, source_mask: Tensor | None, past: KeysValues | None, tap: Tap
    ) -> tuple[Tensor, KeysValues]:
        at, n_heads = f"{self._at}.attn", self._n_heads
        q, k, v = self._qkv.heads(self._enter(x, ATTN, tap), 3 * n_heads).chunk(3, dim=1)  # A H 1 K
        asked, new = tap(f"{at}.q", q), KeysValues(tap(f"{at}.k", k), tap(f"{at}.v", v))
        target = new if past is None else past.joined(new)
        scores = tap(f"{at}.scores", self._scores(asked, target.k))
        z = tap(f"{at}.z", tap(f"{at}.pattern", scores.softmax(dim=-1)) @ target.v)
        x = self._add(x, self._proj.rows(z.reshape(x.shape)), ATTN, tap)

        at = f"{self._at}.cross"
        asked = tap(f"{at}.q", self._cross_q.heads(self._enter(x, CROSS, tap), n_heads))
        scores = _each_row(self._scores(_as_queries(asked), source.k))
        scores = tap(f"{at}.scores", scores if source_mask is None else hide(scores, source_mask))
        pattern = tap(f"{at}.pattern", scores.softmax(dim=-1))
        z = tap(f"{at}.z", _each_row(_as_queries(pattern) @ source.v))
        x = self._add(x, self._cross_proj.rows(z.reshape(x.shape)), CROSS, tap)

        pre = tap(f"{self._at}.mlp.pre", self._fc1.rows(self._enter(x, MLP, tap)))
        post = tap(f"{self._at}.mlp.post", self._act(pre))
        return self._add(x, self._fc2.rows(post), MLP, tap), target

    def _scores(self, q: Tensor, k: Tensor) -> Tensor:
        return (q / self._root) @ k.mT

    def _enter(self, x: Tensor, names: Sublayer, tap: Tap) -> Tensor:
        return tap(f"{self._at}.{names.ln}", self._normalise(x, names)) if self._norm_first else x

    def _add(self, x: Tensor, out: Tensor, names: Sublayer, tap: Tap) -> Tensor:
        x = x + tap(f"{self._at}.{names.out}", out)
        if not self._norm_first:
            x = self._normalise(tap(f"{self._at}.{names.sum}", x), names)
        return tap(f"{self._at}.{names.resid}", x)

    def _normalise(self, x: Tensor, names: Sublayer) -> Tensor:
        return torch.layer_norm(x, *self._norm[names])


class IncrementalDecoder:
    """The decoder of a model for one new token per hypothesis."""

    def __init__(self, net: EncoderDecoder) -> None:
        self._net, norm_first, act = net, net.config.norm == "pre", ACTIVATIONS[net.config.act]
        blocks = cast(Sequence[DecoderBlock], net.decoder.blocks)
        self._blocks = [
            _Block(block, f"decoder.blocks.{i}", norm_first=norm_first, act=act) for i, block in enumerate(blocks)
        ]

    def __call__(
        self, ids: Tensor, source: Cache, *, source_mask: Tensor | None, past: Cache | None, tap: Tap = null_tap
    ) -> tuple[Tensor, Cache]:
        """Decode one token per hypothesis, as `EncoderDecoder.decode`: its vectors, and all keys and values so far.

        Shapes: ids [A, 1] of int; source: per block two of [1, H, S, K]; past: per block two of [A, H, T, K], None
            before the first token; returns [A, 1, D] and per block two of [A, H, T + 1, K].
        """
        decoder, so_far = self._net.decoder, []
        x = decoder.enter(self._net.target_words(ids, tap=tap), past, tap=tap)
        for i, block in enumerate(self._blocks):
            x, target = block(x, source[i], source_mask, past[i] if past else None, tap)
            so_far.append(target)
        return decoder.finish(x, tap=tap, at="decoder"), tuple(so_far)


def _joined(parts: list[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(parts)


def _as_queries(x: Tensor) -> Tensor:
    """All hypotheses as the queries of one sentence, since they attend to the same source. A H 1 N -> 1 H A N"""
    return x.permute(2, 1, 0, 3)


_each_row = _as_queries  # and back: the two axes change places
