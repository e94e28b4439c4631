"""Our encoder-decoder computes what torch's own Transformer layers compute, with the norm before or after each branch.

No published translator normalises first and could be read here, so torch's layers are that form's reference.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.support.perturb import perturb
from tests.support.translators import CONFIG, V, tiny_network
from vit_core.attention import Attention
from vit_core.blocks import DecoderBlock, EncoderBlock
from vit_core.config import StackConfig
from vit_core.masks import causal, padding
from vit_core.seq2seq import EncoderDecoder

pytestmark = pytest.mark.parity

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-12}
LENGTHS, WRITTEN = torch.tensor([9, 6]), 7


def _stacks(norm: str) -> tuple[nn.TransformerEncoder, nn.TransformerDecoder]:
    """torch's stacks of CONFIG's shape."""
    d = CONFIG.d_model

    def layer(kind: type, stack: StackConfig) -> nn.Module:
        return kind(d, stack.n_heads, stack.d_mlp, dropout=0.0, batch_first=True, norm_first=norm == "pre")

    def last() -> nn.LayerNorm | None:
        return nn.LayerNorm(d) if norm == "pre" else None

    encoder, decoder = CONFIG.encoder, CONFIG.decoder
    return (
        nn.TransformerEncoder(
            layer(nn.TransformerEncoderLayer, encoder), encoder.n_layers, last(), enable_nested_tensor=False
        ),
        nn.TransformerDecoder(layer(nn.TransformerDecoderLayer, decoder), decoder.n_layers, last()),
    )


def _take_attention(ours: Attention, theirs: nn.MultiheadAttention) -> None:
    q, k, v = theirs.in_proj_weight.chunk(3)
    bias = theirs.in_proj_bias.chunk(3)
    for linear, weight, b in zip((ours.q, ours.k, ours.v), (q, k, v), bias, strict=True):
        linear.weight.copy_(weight)
        linear.bias.copy_(b)
    ours.proj.load_state_dict(theirs.out_proj.state_dict())


def _take(ours: EncoderDecoder, encoder: nn.TransformerEncoder, decoder: nn.TransformerDecoder) -> EncoderDecoder:
    """Our model with the weights of torch's stacks."""
    for block, layer in zip(
        [*ours.encoder.blocks, *ours.decoder.blocks], [*encoder.layers, *decoder.layers], strict=True
    ):
        assert isinstance(block, EncoderBlock | DecoderBlock)
        _take_attention(block.attn, layer.self_attn)
        pairs = [(block.mlp.fc1, layer.linear1), (block.mlp.fc2, layer.linear2), (block.norm1, layer.norm1)]
        if isinstance(block, DecoderBlock):
            _take_attention(block.cross, layer.multihead_attn)
            pairs += [(block.norm_cross, layer.norm2), (block.norm2, layer.norm3)]
        else:
            pairs += [(block.norm2, layer.norm2)]
        for mine, its in pairs:
            mine.load_state_dict(its.state_dict())
    for mine, its in ((ours.encoder.norm, encoder.norm), (ours.decoder.norm, decoder.norm)):
        assert (mine is None) == (its is None)
        if mine is not None:
            mine.load_state_dict(its.state_dict())
    return ours


def _divergence(norm: str, dtype: torch.dtype, bug: Callable[[EncoderDecoder], None] = lambda net: None) -> float:
    """The largest difference of what leaves the decoder, over a padded batch of two sentences."""
    torch.manual_seed(5)
    encoder, decoder = (perturb(stack).to(dtype) for stack in _stacks(norm))
    net = _take(tiny_network(seed=3, norm=norm).to(dtype), encoder, decoder)
    draw = torch.Generator().manual_seed(6)
    source = torch.randint(2, V - 1, (2, int(LENGTHS.max())), generator=draw)
    target = torch.randint(2, V - 1, (2, WRITTEN), generator=draw)
    mask = padding(LENGTHS, source.shape[1])
    placed = {}

    def note(name: str, x: Tensor) -> Tensor:
        placed[name] = x
        return x

    net.decode(
        target, net.decoder.cross_keys_values(net.encode(source, mask, tap=note)), mask=causal(WRITTEN), tap=note
    )
    hidden = ~mask[:, 0, 0]
    memory = encoder(placed["encoder.tokens"], src_key_padding_mask=hidden)
    ahead = ~causal(WRITTEN)[0, 0]
    expected = decoder(placed["decoder.tokens"], memory, tgt_mask=ahead, memory_key_padding_mask=hidden)
    bug(net)
    handed = net.decoder.cross_keys_values(net.encode(source, mask))
    found, _ = net.decode(target, handed, mask=causal(WRITTEN), source_mask=mask)
    return float((found - expected).abs().max())


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_it_computes_what_torchs_layers_compute(norm: str, dtype: torch.dtype) -> None:
    assert _divergence(norm, dtype) < TOLERANCE[dtype]


def _no_last_norm(net: EncoderDecoder) -> None:
    net.encoder.norm = None


def _norms_after(net: EncoderDecoder) -> None:
    for block in net.decoder.blocks:
        block._norm_first = not block._norm_first  # type: ignore[operator]


def _norms_exchanged(net: EncoderDecoder) -> None:
    block = net.decoder.blocks[0]
    assert isinstance(block, DecoderBlock)
    block.norm_cross, block.norm2 = block.norm2, block.norm_cross


@pytest.mark.parametrize("bug", [_no_last_norm, _norms_after, _norms_exchanged])
def test_a_norm_in_the_wrong_place_is_seen(bug: Callable[[EncoderDecoder], None]) -> None:
    assert _divergence("pre", torch.float64, bug) > 1e-3
