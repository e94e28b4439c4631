"""Without a root or a residual our translator computes what transformers' MarianMTModel computes without them.

The reference is spoilt in its own way: its query projections are made longer by the root that it will divide by, and a
hook hands each norm what the branch before it gave. Every parameter is perturbed, and planted bugs are seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch
import transformers
from torch import Tensor, nn

from tests.support import marian, translators
from tests.support.references import assert_same
from vit_core.checkpoints.convert import from_dialect
from vit_core.checkpoints.marian_dialects import SHARED
from vit_core.interventions import Edits, SentenceIntervention
from vit_core.seq2seq import EncoderDecoder

pytestmark = pytest.mark.parity

TOLERANCE = {torch.float32: {"": 1e-5}, torch.float64: {"": 1e-12}}
EVERY = frozenset([*(f"encoder.blocks.{i}" for i in range(2)), *(f"decoder.blocks.{i}" for i in range(3))])
# In a perturbed model q·k is far from 0 without its root: the switches of single layers are what float32 can compare.
SWITCHES = {
    "√d off in encoder layer 2": SentenceIntervention(unscaled=frozenset({"encoder.blocks.1"})),
    "√d off in decoder layer 1": SentenceIntervention(unscaled=frozenset({"decoder.blocks.0"})),
    "√d off everywhere": SentenceIntervention(unscaled=EVERY),
    "residual off in encoder layer 1": SentenceIntervention(residual_off=frozenset({"encoder.blocks.0"})),
    "residual off in decoder layer 2": SentenceIntervention(residual_off=frozenset({"decoder.blocks.1"})),
    "residual off everywhere": SentenceIntervention(residual_off=EVERY),
    "both": SentenceIntervention(
        residual_off=frozenset({"decoder.blocks.2"}), unscaled=frozenset({"encoder.blocks.0", "decoder.blocks.2"})
    ),
}
CONFIG = replace(translators.CONFIG, source_vocab=60, target_vocab=60)


@cache
def reference() -> tuple[transformers.MarianMTModel, EncoderDecoder]:
    """transformers' model with noise for every parameter, and ours with the same."""
    module = marian.tiny_marian(60, activation_function="relu")
    state, _ = from_dialect(module.state_dict(), SHARED, CONFIG)
    ours = EncoderDecoder(CONFIG).eval().requires_grad_(False)
    ours.load_state_dict(state)
    return module, ours


@cache
def batch() -> marian.Batch:
    return marian.batch_for(reference()[0].config)


def layers(module: Any, blocks: frozenset[str]) -> Iterator[Any]:
    for block in sorted(blocks):
        stack, _, layer = block.split(".")
        yield getattr(module.model, stack).layers[int(layer)]


def undivided(intervention: SentenceIntervention, dtype: torch.dtype) -> transformers.MarianMTModel:
    """The reference with longer queries where the root is off: √12 is rounded as the numbers of the pass are."""
    module = deepcopy(reference()[0]).to(dtype)
    for layer in layers(module, intervention.unscaled):
        for attention in (layer.self_attn, getattr(layer, "encoder_attn", None)):
            if attention is not None:
                attention.q_proj.weight.mul_(math.sqrt(attention.head_dim))
                attention.q_proj.bias.mul_(math.sqrt(attention.head_dim))
    return module


def without_sums(module: Any, blocks: frozenset[str]) -> None:
    """Hand each norm of a layer what its branch gave, without the stream it was added to."""
    for layer in layers(module, blocks):
        branches = [(layer.self_attn, layer.self_attn_layer_norm), (layer.fc2, layer.final_layer_norm)]
        if hasattr(layer, "encoder_attn"):
            branches.append((layer.encoder_attn, layer.encoder_attn_layer_norm))
        for branch, norm in branches:
            hand_over(branch, norm)


def hand_over(branch: nn.Module, norm: nn.Module) -> None:
    given: list[Tensor] = []

    def keep(_module: nn.Module, _args: Any, out: Any) -> None:
        given[:] = [out[0] if isinstance(out, tuple) else out]

    branch.register_forward_hook(keep)
    norm.register_forward_pre_hook(lambda _module, _args: (given[0],))


@cache
def expected(what: str, dtype: torch.dtype) -> dict[str, Tensor]:
    intervention = SWITCHES[what]
    module = undivided(intervention, dtype)
    without_sums(module, intervention.residual_off)
    return marian.watched(module, batch(), dtype)


def check(what: str, dtype: torch.dtype, bug: Callable[[Edits], Edits] = lambda edits: edits) -> None:
    ours = deepcopy(reference()[1]).to(dtype)
    edits = bug(SWITCHES[what].edits(CONFIG))
    assert_same(marian.divergence(expected(what, dtype), ours, batch(), edits), TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize("what", SWITCHES)
def test_a_switched_pass_is_the_references(what: str, dtype: torch.dtype) -> None:
    check(what, dtype)


# ---- planted bugs


def cross_keeps_its_root(edits: Edits) -> Edits:
    return {name: edit for name, edit in edits.items() if not name.endswith("cross.scores")}


def cross_keeps_its_residual(edits: Edits) -> Edits:
    return {name: edit for name, edit in edits.items() if not name.endswith("cross_sum")}


def the_root_of_the_other_stack(edits: Edits) -> Edits:
    """Heads of the encoder have 16 dimensions, those of the decoder 12."""
    return {
        name: (lambda x: x * math.sqrt(16)) if name.startswith("decoder.") and name.endswith("scores") else edit
        for name, edit in edits.items()
    }


def one_layer_too_far(edits: Edits) -> Edits:
    return {name.replace("decoder.blocks.1.", "decoder.blocks.2."): edit for name, edit in edits.items()}


def after_the_norm(edits: Edits) -> Edits:
    """The branch is put in the place of the stream, but not normalised, as before the norm of ViT."""
    there = {"attn_sum": "resid_mid", "cross_sum": "resid_cross", "mlp_sum": "resid_post"}
    return {
        ".".join((*at.split(".")[:-1], there.get(at.split(".")[-1], at.split(".")[-1]))): e for at, e in edits.items()
    }


@pytest.mark.parametrize("dtype", TOLERANCE, ids=str)
@pytest.mark.parametrize(
    ("what", "bug"),
    [
        ("√d off in decoder layer 1", cross_keeps_its_root),
        ("√d off in decoder layer 1", the_root_of_the_other_stack),
        ("residual off in decoder layer 2", cross_keeps_its_residual),
        ("residual off in decoder layer 2", one_layer_too_far),
        ("residual off in encoder layer 1", after_the_norm),
    ],
    ids=lambda it: it if isinstance(it, str) else it.__name__,
)
def test_the_check_fails_on_a_planted_bug(what: str, bug: Callable[[Edits], Edits], dtype: torch.dtype) -> None:
    with pytest.raises(AssertionError, match="is the first to differ"):
        check(what, dtype, bug)
