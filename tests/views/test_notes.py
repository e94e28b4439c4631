"""What the notes' cards are sent: the numbers that transformers computes with the course's weights, perturbed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import transformers
from numpy.testing import assert_allclose, assert_array_equal

from demo.page.gallery import ASSETS
from demo.photo.views import notes
from tests.support.payload import unpack
from tests.support.perturb import perturb
from vit_core import load
from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.interventions import NOTHING, Intervention
from vit_core.replay import open_block, rerun
from vit_core.trace import Trace, trace_image

LAYER, HEADS, D_HEAD = 2, 8, 64
OFF = Intervention(position_off=True, residual_off=frozenset({LAYER}), unscaled=frozenset({LAYER}))


@pytest.fixture(scope="module")
def loaded() -> Any:
    """The course model with noise on every weight: its own biases are small."""
    model = load("vit-course-48")
    perturb(model.model, 0.02)
    return model


@pytest.fixture(scope="module")
def trace(loaded: Any) -> Trace:
    return trace_image(loaded, str(next((ASSETS / "images").glob("*astronaut.jpg"))))


@pytest.fixture(scope="module")
def reference(loaded: Any, trace: Trace) -> dict[str, np.ndarray]:
    """Every quantity by the name of ours, from the modules of transformers' implementation."""
    config = transformers.ViTConfig(
        hidden_size=512, num_hidden_layers=4, num_attention_heads=HEADS, intermediate_size=1024, image_size=48,
        patch_size=16, layer_norm_eps=loaded.model.config.eps, num_labels=16, attn_implementation="eager",
    )  # fmt: skip
    theirs = transformers.ViTForImageClassification(config).eval()
    theirs.load_state_dict(to_dialect(loaded.model.state_dict(), DIALECTS["hf_vit_memory"]))
    kept: dict[str, torch.Tensor] = {}

    def keep(name: str) -> Any:
        def hook(_module: Any, given: Any, output: Any) -> None:
            kept[name] = (output[0] if isinstance(output, tuple) else output)[0]
            kept[f"{name} reads"] = given[0][0]

        return hook

    for name, module in theirs.named_modules():
        module.register_forward_hook(keep(name))
    with torch.no_grad():
        answer = theirs(trace.pixels[None], output_attentions=True, output_hidden_states=True)

    at = f"vit.layers.{LAYER}"
    q, k, v = (kept[f"{at}.attention.{which}_proj"].unflatten(-1, (HEADS, D_HEAD)).transpose(0, 1) for which in "qkv")
    pattern = answer.attentions[LAYER][0]
    found = {
        "tokens": answer.hidden_states[0][0], "final": kept["vit.layernorm"], "logits": answer.logits[0],
        "x": answer.hidden_states[LAYER][0], "ln1": kept[f"{at}.layernorm_before"], "q": q, "k": k, "v": v,
        "pattern": pattern, "z": pattern @ v, "attn_out": kept[f"{at}.attention.o_proj"],
        "mid": kept[f"{at}.layernorm_after reads"], "ln2": kept[f"{at}.layernorm_after"],
        "pre": kept[f"{at}.mlp.fc1"], "post": kept[f"{at}.mlp.fc2 reads"], "mlp_out": kept[f"{at}.mlp.fc2"],
        "out": answer.hidden_states[LAYER + 1][0],
    }  # fmt: skip
    return {name: x.numpy() for name, x in found.items()}


def sent(loaded: Any, trace: Trace, intervention: Intervention = NOTHING) -> dict[str, np.ndarray]:
    edits = intervention.edits(D_HEAD)
    changed = rerun(loaded, trace, edits) if edits else trace
    arrays, _ = unpack(notes.around(changed, loaded, intervention))
    layer, _ = unpack(notes.of_layer(open_block(loaded, changed, LAYER, intervention.edits(D_HEAD)), LAYER))
    return arrays | layer


def test_every_matrix_is_the_one_that_the_reference_computes(loaded, trace, reference) -> None:
    arrays = sent(loaded, trace)
    for name, theirs in reference.items():
        assert arrays[name].shape == theirs.shape, name
        assert_allclose(arrays[name], theirs, atol=2e-5 * max(1.0, abs(theirs).max()), err_msg=name)
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}


def test_what_has_no_reference_of_its_own_follows_from_what_has(loaded, trace) -> None:
    arrays, net = sent(loaded, trace), loaded.model
    proj = net.patch_embed.proj
    by_matrix = arrays["pixels"] @ proj.weight.detach().flatten(1).T.numpy() + proj.bias.detach().numpy()
    assert arrays["pixels"].shape == (9, 768)
    assert_allclose(by_matrix, arrays["content"][1:], atol=2e-4)
    assert_array_equal(arrays["content"][0], net.cls_token.detach()[0, 0])
    assert_array_equal(arrays["content"] + arrays["position"], arrays["tokens"])
    scores = np.einsum("hqd,hkd->hqk", arrays["q"], arrays["k"]) / 8
    assert_allclose(arrays["scores"], scores, atol=1e-4)
    assert_allclose(arrays["probabilities"].sum(), 1, atol=1e-6)


def test_a_changed_pass_sends_its_own_numbers(loaded, trace) -> None:
    plain, arrays = sent(loaded, trace), sent(loaded, trace, OFF)
    assert not arrays["position"].any() and plain["position"].any()
    assert_array_equal(arrays["content"], plain["content"])
    assert_array_equal(arrays["mid"], arrays["attn_out"])
    assert_array_equal(arrays["out"], arrays["mlp_out"])
    assert_allclose(arrays["scores"], np.einsum("hqd,hkd->hqk", arrays["q"], arrays["k"]), atol=1e-4)
    order = (4, 1, 2, 3, 0, 5, 6, 7, 8)
    moved = sent(loaded, trace, Intervention(order=order))
    assert_array_equal(moved["pixels"], plain["pixels"][list(order)])


def test_a_pass_with_too_many_tokens_to_be_printed_is_refused(loaded) -> None:
    larger = trace_image(loaded, str(next((ASSETS / "images").glob("*astronaut.jpg"))), size=112)
    with pytest.raises(IndexError, match="50 tokens"):
        notes.around(larger, loaded)
    with pytest.raises(IndexError, match="50 tokens"):
        notes.of_layer(open_block(loaded, larger, 0), 0)
