"""Tiny translators whose dimensions all differ: ours, transformers' Marian, and ours from transformers' tensors.

Text is ids in decimal ("17 4 52"), so that a test says exactly what the model reads.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import torch

from tests.support.stand_in import StandIn
from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.marian_dialects import SHARED
from vit_core.config import Seq2SeqConfig, StackConfig
from vit_core.decoding import GenerationConfig
from vit_core.seq2seq import EncoderDecoder

if TYPE_CHECKING:
    from transformers import MarianMTModel

# As in opus-mt: end first, padding last, and the decoder starts with padding.
V, END, UNKNOWN, PAD = 60, 0, 1, 59
CONFIG = Seq2SeqConfig(
    d_model=48,
    encoder=StackConfig(n_layers=2, n_heads=3, d_mlp=96),
    decoder=StackConfig(n_layers=3, n_heads=4, d_mlp=80),
    source_vocab=V,
    target_vocab=V,
    pad=PAD,
    end=END,
    unknown=UNKNOWN,
    start=PAD,
    sinusoids="halves",
    max_positions=40,
)


class Numbers:
    """A tokenizer whose words are the ids themselves."""

    def __init__(self, end: int = END) -> None:
        self.end = end

    def encode(self, text: str) -> list[int]:
        return [*map(int, text.split()), self.end]

    encode_target = encode

    def decode(self, ids: Iterable[int]) -> str:
        return " ".join(str(token) for token in ids if token != self.end)

    def token(self, token: int, *, source: bool = False) -> str:
        return f"{'s' if source else 't'}{token}"


def tiny_network(*, seed: int = 0, end_bias: float = 1.5, **changes: Any) -> EncoderDecoder:
    """Our own model with noise for every parameter, such that targets vary in their words and lengths.

    With plain noise the model repeats one word: the branches drown the tokens' own embeddings, and the tied embedding
    favours the same word. So branches are scaled down, queries and keys up, and the last norm gets mixed signs.

    Args:
        end_bias: added to the end token's score; more of it makes targets shorter.
        changes: of the configuration.
    """
    generator = torch.Generator().manual_seed(seed)
    net = EncoderDecoder(replace(CONFIG, **changes)).eval().requires_grad_(False)
    for name, p in net.named_parameters():
        p.copy_(0.3 * torch.randn(p.shape, generator=generator))
        if ".norm" in name and name.endswith("weight"):
            p.add_(1)
        if ".q.weight" in name or ".k.weight" in name:
            p.mul_(1.5)
        if ".proj." in name or ".fc2." in name:
            p.mul_(0.15)
        if name.endswith("bias"):
            p.mul_(0.5)
    net.embed.weight.mul_(0.5)
    last = net.decoder.blocks[-1].norm2 if net.decoder.norm is None else net.decoder.norm
    last.weight.copy_(torch.randn(last.weight.shape, generator=generator))
    net.logits_bias[net.config.end] += end_bias
    net.logits_bias[net.config.pad] += 2  # padding would often be written unless it is forbidden
    return net


def as_translator(net: EncoderDecoder, **generation: Any) -> Any:
    """What `start`, `step` and `translate` accept."""
    settings = {"max_length": 12, "bad_words": ((net.config.pad,),), **generation}
    return StandIn(name="tiny", model=net, tokenizer=Numbers(net.config.end), generation=GenerationConfig(**settings))


@cache
def marian(seed: int = 0, end_bias: float = 1.5) -> MarianMTModel:
    """transformers' model with the weights of `tiny_network(seed=seed, end_bias=end_bias)`. Read-only: it is shared."""
    # Seconds, which most who take a tiny translator can do without.
    from transformers import MarianConfig, MarianMTModel

    config = MarianConfig(
        vocab_size=V,
        decoder_vocab_size=V,
        d_model=48,
        encoder_layers=2,
        encoder_attention_heads=3,
        encoder_ffn_dim=96,
        decoder_layers=3,
        decoder_attention_heads=4,
        decoder_ffn_dim=80,
        max_position_embeddings=40,
        activation_function="relu",
        scale_embedding=True,
        eos_token_id=END,
        pad_token_id=PAD,
        decoder_start_token_id=PAD,
        forced_eos_token_id=None,
        attn_implementation="eager",
    )
    model = MarianMTModel(config).eval().requires_grad_(False)
    theirs = to_dialect(tiny_network(seed=seed, end_bias=end_bias).state_dict(), SHARED)
    missing, unexpected = model.load_state_dict(theirs, strict=False)
    # Copies of the tied embedding, and the positions that both compute.
    assert not unexpected and all("embed_" in name or name == "lm_head.weight" for name in missing), missing
    return model
