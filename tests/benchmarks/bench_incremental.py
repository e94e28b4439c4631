"""What the decoder's form for one token (vit_core/decoding/incremental.py) is worth, and how far transformers is behind.

A model of the shape of opus-mt (6 + 6 layers, d_model 512, 58,101 pieces) with random weights that never write the end
token, so that every text has the same length; and the bundled translator. The same decoding runs with `IncrementalDecoder` and
with the decoder's own blocks in its place, and beside both transformers' `generate` that hands out its attention. What
counts is the processor's time of one thread, which a busy machine changes least.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any
from unittest.mock import patch

import torch
from transformers import MarianConfig, MarianMTModel

import vit_core
from tests.benchmarks.timing import Row, interleaved, median_ratio
from tests.support.sentences import SENTENCES
from tests.support.translators import as_translator
from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.marian_dialects import SHARED
from vit_core.config import Seq2SeqConfig, StackConfig
from vit_core.decoding import Beam, Greedy, Strategy
from vit_core.decoding.incremental import IncrementalDecoder
from vit_core.seq2seq import EncoderDecoder

ROUNDS = 3
PIECES, WRITTEN = 58_101, 24
SOURCES = ("17 4 52 900 3 77 61 58 12 9 31",)
STRATEGIES: dict[str, Strategy] = {"greedy": Greedy(), "beam 4": Beam(4, 0.6)}
CONFIG = Seq2SeqConfig(
    d_model=512, encoder=StackConfig(6, 8, 2048), decoder=StackConfig(6, 8, 2048), source_vocab=PIECES,
    target_vocab=PIECES, pad=PIECES - 1, end=0, unknown=1, start=PIECES - 1, act="silu", sinusoids="halves",
)  # fmt: skip


class OwnBlocks:
    """The decoder's own blocks where `IncrementalDecoder` stands."""

    def __init__(self, net: EncoderDecoder) -> None:
        self._decode = net.decode

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._decode(*args, **kwargs)


@contextmanager
def decoded_by(form: type) -> Iterator[None]:
    with patch("vit_core.decoding.stepper.IncrementalDecoder", form):
        yield


def run(rounds: int = ROUNDS) -> list[Row]:
    """Rows for both models and both strategies; a ratio below 1 is what the form for one token saves."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _rows(rounds)
    finally:
        torch.set_num_threads(threads)


def _rows(rounds: int) -> list[Row]:
    net, reference = _large()
    bundled: Any = vit_core.load("marian-s-de-en")
    rows = []
    for name, strategy in STRATEGIES.items():
        rows += _compare(f"6 + 6, {name}", as_translator(net, max_length=WRITTEN), SOURCES, strategy, rounds, reference)
    for name, strategy in STRATEGIES.items():
        rows += _compare(f"3 + 3 bundled, {name}", bundled, SENTENCES, strategy, rounds)
    return rows


def _large() -> tuple[EncoderDecoder, MarianMTModel]:
    """Our network and transformers' with the same weights."""
    torch.manual_seed(0)
    net = EncoderDecoder(CONFIG).eval().requires_grad_(False)
    net.embed.weight.mul_(512**-0.5)
    net.logits_bias[CONFIG.end] = net.logits_bias[CONFIG.pad] = -1e4
    config = MarianConfig(
        vocab_size=PIECES, d_model=512, encoder_layers=6, decoder_layers=6, encoder_attention_heads=8,
        decoder_attention_heads=8, encoder_ffn_dim=2048, decoder_ffn_dim=2048, activation_function="swish",
        scale_embedding=True, eos_token_id=CONFIG.end, pad_token_id=CONFIG.pad, decoder_start_token_id=CONFIG.start,
        forced_eos_token_id=None, attn_implementation="eager",
    )  # fmt: skip
    reference = MarianMTModel(config).eval().requires_grad_(False)
    _, unexpected = reference.load_state_dict(to_dialect(net.state_dict(), SHARED), strict=False)
    assert not unexpected, unexpected
    return net, reference


def _compare(
    name: str, model: Any, texts: Any, strategy: Strategy, rounds: int, reference: MarianMTModel | None = None
) -> list[Row]:
    def ours(form: type) -> list[tuple[int, ...]]:
        with decoded_by(form):
            return [vit_core.translate(model, text, strategy=strategy).ids for text in texts]

    def theirs() -> list[tuple[int, ...]]:
        assert reference is not None
        width = strategy.width if isinstance(strategy, Beam) else 1
        settings: dict[str, Any] = {"num_beams": width, **({"length_penalty": 0.6} if width > 1 else {})}
        settings |= {"max_new_tokens": WRITTEN - 1, "bad_words_ids": [[CONFIG.pad]]}
        with torch.inference_mode():
            found = [
                reference.generate(
                    torch.tensor([model.tokenizer.encode(text)]),
                    output_attentions=True,
                    return_dict_in_generate=True,
                    **settings,
                )
                for text in texts
            ]
        return [tuple(output.sequences[0, 1:].tolist()) for output in found]

    candidates: dict[str, Any] = {"one": lambda: ours(IncrementalDecoder), "own": lambda: ours(OwnBlocks)}
    written = ours(IncrementalDecoder)
    assert written == ours(OwnBlocks), "not the same words"
    if reference is not None:
        assert written == theirs(), "not transformers' words"
        candidates["theirs"] = theirs
    seconds = interleaved(candidates, rounds, time.process_time)
    steps = sum(map(len, written))
    rows = [
        Row(f"{name}: a step with the form for one token", 1000 * median(seconds["one"]) / steps, "ms"),
        Row(f"{name}: a step with the decoder's own blocks", 1000 * median(seconds["own"]) / steps, "ms"),
        Row(f"{name}: time with the form / without it", median_ratio(seconds["one"], seconds["own"]), "x"),
    ]
    if "theirs" in seconds:
        rows.append(Row(f"{name}: our time / transformers'", median_ratio(seconds["one"], seconds["theirs"]), "x"))
        rows.append(
            Row(f"{name}: without the form / transformers'", median_ratio(seconds["own"], seconds["theirs"]), "x")
        )
    return rows
