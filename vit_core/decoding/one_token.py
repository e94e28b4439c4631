"""The decoder's blocks for a single new token: the same numbers as `vit_core.blocks`, sooner.

With one token per hypothesis a block multiplies so little that asking every module for its weights takes longer than
using them. Here they are looked up once per sentence, and each line below is one operation of `DecoderBlock`. That
both announce the same numbers is tested for every quantity (tests/core/test_one_token.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

from torch import Tensor, nn
from torch.nn import functional as F

from vit_core.attention import Attention, KeysValues, attention_scores
from vit_core.blocks import ACTIVATIONS, ATTN, CROSS, MLP, DecoderBlock, Sublayer
from vit_core.linear import linear
from vit_core.seq2seq import Cache, EncoderDecoder
from vit_core.tap import Tap, null_tap


class _Weights(NamedTuple):
    """A matrix or a scale, and a bias: of a linear layer or of a LayerNorm."""

    weight: Tensor
    bias: Tensor | None

    @classmethod
    def of(cls, module: nn.Linear | nn.LayerNorm) -> _Weights:
        return cls(module.weight, module.bias)


class _Block:
    """A decoder block with its weights at hand."""

    def __init__(self, block: DecoderBlock, at: str, *, norm_first: bool, act: Callable[[Tensor], Tensor]) -> None:
        self._at, self._norm_first, self._act = at, norm_first, act
        self._n_heads, self._eps = block.attn.n_heads, block.norm1.eps
        self._attn, self._cross = _projections(block.attn), _projections(block.cross)
        self._fc1, self._fc2 = _Weights.of(block.mlp.fc1), _Weights.of(block.mlp.fc2)
        norms = {ATTN: block.norm1, CROSS: block.norm_cross, MLP: block.norm2}
        self._norm = {names: _Weights.of(norm) for names, norm in norms.items()}

    def __call__(
        self, x: Tensor, source: KeysValues, source_mask: Tensor | None, past: KeysValues | None, tap: Tap
    ) -> tuple[Tensor, KeysValues]:
        at, (q, k, v, proj) = f"{self._at}.attn", self._attn
        read = self._enter(x, ATTN, tap)
        asked = tap(f"{at}.q", self._split(linear(read, *q)))  # A H 1 K
        new = KeysValues(tap(f"{at}.k", self._split(linear(read, *k))), tap(f"{at}.v", self._split(linear(read, *v))))
        target = new if past is None else past.joined(new)
        scores = tap(f"{at}.scores", attention_scores(asked, target.k))
        z = tap(f"{at}.z", tap(f"{at}.pattern", scores.softmax(dim=-1)) @ target.v)
        x = self._add(x, linear(z.view(x.shape), *proj), ATTN, tap)

        at, (q, _, _, proj) = f"{self._at}.cross", self._cross
        asked = tap(f"{at}.q", self._split(linear(self._enter(x, CROSS, tap), *q)))
        scores = tap(f"{at}.scores", _each_row(attention_scores(_as_queries(asked), source.k, source_mask)))
        pattern = tap(f"{at}.pattern", scores.softmax(dim=-1))
        z = tap(f"{at}.z", _each_row(_as_queries(pattern) @ source.v))
        x = self._add(x, linear(z.reshape(x.shape), *proj), CROSS, tap)

        pre = tap(f"{self._at}.mlp.pre", linear(self._enter(x, MLP, tap), *self._fc1))
        post = tap(f"{self._at}.mlp.post", self._act(pre))
        return self._add(x, linear(post, *self._fc2), MLP, tap), target

    def _enter(self, x: Tensor, names: Sublayer, tap: Tap) -> Tensor:
        return tap(f"{self._at}.{names.ln}", self._normalise(x, names)) if self._norm_first else x

    def _add(self, x: Tensor, out: Tensor, names: Sublayer, tap: Tap) -> Tensor:
        x = x + tap(f"{self._at}.{names.out}", out)
        if not self._norm_first:
            x = self._normalise(tap(f"{self._at}.{names.sum}", x), names)
        return tap(f"{self._at}.{names.resid}", x)

    def _normalise(self, x: Tensor, names: Sublayer) -> Tensor:
        return F.layer_norm(x, x.shape[-1:], *self._norm[names], self._eps)

    def _split(self, x: Tensor) -> Tensor:
        return x.view(x.shape[0], self._n_heads, 1, -1)  # A 1 D -> A H 1 K


class OneToken:
    """The decoder of a model for one new token of each hypothesis."""

    def __init__(self, net: EncoderDecoder) -> None:
        self._net, norm_first, act = net, net.config.norm == "pre", ACTIVATIONS[net.config.act]
        blocks = cast(Sequence[DecoderBlock], net.decoder.blocks)
        self._blocks = [
            _Block(block, f"decoder.blocks.{i}", norm_first=norm_first, act=act) for i, block in enumerate(blocks)
        ]

    def __call__(
        self, ids: Tensor, source: Cache, *, source_mask: Tensor | None, past: Cache | None, tap: Tap = null_tap
    ) -> tuple[Tensor, Cache]:
        """As `EncoderDecoder.decode` for one token each: its vectors, and all keys and values so far.

        Shapes: ids [A, 1] of int; source: per block two of [1, H, S, K]; past: per block two of [A, H, T, K], None
            before the first token; returns [A, 1, D] and per block two of [A, H, T + 1, K].
        """
        decoder, so_far = self._net.decoder, []
        x = decoder.enter(self._net.target_words(ids, tap=tap), past, tap=tap)
        for i, block in enumerate(self._blocks):
            x, target = block(x, source[i], source_mask, past[i] if past else None, tap)
            so_far.append(target)
        return decoder.finish(x, tap=tap, at="decoder"), tuple(so_far)


def _projections(attention: Attention) -> tuple[_Weights, _Weights, _Weights, _Weights]:
    return (
        _Weights.of(attention.q),
        _Weights.of(attention.k),
        _Weights.of(attention.v),
        _Weights.of(attention.proj),
    )


def _as_queries(x: Tensor) -> Tensor:
    """All hypotheses ask the same source: their rows are the queries of one sentence. A H 1 N -> 1 H A N"""
    return x.permute(2, 1, 0, 3)


_each_row = _as_queries  # and back: the two axes change places
