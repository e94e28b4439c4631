"""What is derived from a trace's attention, against plain loops in float64 and patterns whose answer is known."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vit_core.analysis import (
    SINK_TIMES_EVEN,
    SINK_TIMES_MEDIAN,
    attention_distance,
    attention_entropy,
    attention_received,
    rollout,
    sinks,
    token_norms,
)
from vit_core.config import ViTConfig
from vit_core.patchify import Patchify
from vit_core.trace import Trace, keep_all, trace_pixels

LAYERS, HEADS, WIDTH = 2, 3, 48
ROWS, COLS, SIDE = 2, 5, 4


@pytest.fixture(scope="module", params=[0, 2], ids=["cls", "cls+2 registers"])
def trace(request: pytest.FixtureRequest, make_vit: Callable[..., Any], as_loaded: Any, pixels: Tensor) -> Trace:
    """The tiny model on 4 rows and 5 columns of patches, with and without tokens between CLS and the patches."""
    return trace_pixels(as_loaded(make_vit(n_registers=request.param)), pixels, keep=keep_all)


def patterns_of(trace: Trace) -> np.ndarray:
    """The patterns the model used, [L, H, N, N] in float64."""
    recorded = [trace.at(layer, "attn.pattern").numpy() for layer in range(trace.config.n_layers)]
    return np.stack(recorded).astype(np.float64)


def trace_of(pattern: Tensor, resid: Tensor | None = None, prefix: tuple[str, ...] = ("CLS",)) -> Trace:
    """A trace whose every head of every layer has this pattern, on 2 rows and 5 columns of 4-pixel patches.

    Shapes: pattern [N, N], resid [L, N, D].
    """
    geometry = Patchify(ROWS * SIDE, COLS * SIDE, SIDE, prefix)
    assert pattern.shape == (geometry.n_tokens,) * 2
    resid = torch.ones(LAYERS, geometry.n_tokens, WIDTH) if resid is None else resid
    tensors = {}
    for layer in range(LAYERS):
        tensors[f"blocks.{layer}.attn.pattern"] = pattern.expand(HEADS, -1, -1)
        tensors[f"blocks.{layer}.resid_post"] = resid[layer]
    config = ViTConfig(
        image_size=ROWS * SIDE, patch_size=SIDE, d_model=WIDTH, n_layers=LAYERS, n_heads=HEADS, d_mlp=96, n_classes=7
    )
    return Trace("made", config, geometry, torch.zeros(3, ROWS * SIDE, COLS * SIDE), tensors)


def even(n: int) -> Tensor:
    return torch.full((n, n), 1 / n)


N = 1 + ROWS * COLS


# ---- rollout


def test_rollout_equals_plain_loops(trace: Trace) -> None:
    pattern, n = patterns_of(trace), trace.geometry.n_tokens
    total = [[float(i == j) for j in range(n)] for i in range(n)]
    for layer in range(trace.config.n_layers):
        mixing = []
        for i in range(n):
            row = [sum(pattern[layer, h, i, j] for h in range(HEADS)) / HEADS + (i == j) for j in range(n)]
            mixing.append([x / sum(row) for x in row])
        # The later layer stands on the left: its tokens are made of the earlier layer's.
        total = [[sum(mixing[i][k] * total[k][j] for k in range(n)) for j in range(n)] for i in range(n)]
    np.testing.assert_allclose(rollout(trace).numpy(), total, atol=1e-6)


def test_rows_of_the_rollout_sum_to_one(trace: Trace) -> None:
    flow = rollout(trace)
    assert flow.shape == (trace.geometry.n_tokens,) * 2
    assert flow.min() >= 0
    torch.testing.assert_close(flow.sum(dim=-1), torch.ones(len(flow)))


def test_who_attends_to_itself_stays_itself() -> None:
    torch.testing.assert_close(rollout(trace_of(torch.eye(N))), torch.eye(N))


def test_rollout_reaches_the_last_layer_of_even_attention() -> None:
    """Half stays, half is spread evenly, twice: 1/4 stays, 3/4 is spread."""
    torch.testing.assert_close(rollout(trace_of(even(N))), 0.25 * torch.eye(N) + 0.75 * even(N))


# ---- distance


def place(patch: int, cols: int, side: int) -> tuple[float, float]:
    return (patch % cols + 0.5) * side, (patch // cols + 0.5) * side


def test_distance_equals_plain_loops_among_patches(trace: Trace) -> None:
    pattern, first = patterns_of(trace), len(trace.geometry.prefix)
    patches, cols, side = trace.geometry.n_patches, trace.geometry.grid[1], trace.geometry.patch_size
    expected = np.zeros((LAYERS, HEADS))
    for layer in range(LAYERS):
        for head in range(HEADS):
            for query in range(patches):
                row = pattern[layer, head, first + query, first:]
                far = [math.dist(place(query, cols, side), place(key, cols, side)) for key in range(patches)]
                expected[layer, head] += sum(w * d for w, d in zip(row, far, strict=True)) / sum(row) / patches
    np.testing.assert_allclose(attention_distance(trace).numpy(), expected, rtol=1e-5)


def test_a_head_that_looks_only_at_itself_looks_nowhere() -> None:
    torch.testing.assert_close(attention_distance(trace_of(torch.eye(N))), torch.zeros(LAYERS, HEADS))


def test_even_attention_looks_as_far_as_patches_lie_apart() -> None:
    """Also where most of it goes to CLS: what is left for the patches counts as a whole."""
    patches = ROWS * COLS
    apart = [math.dist(place(a, COLS, SIDE), place(b, COLS, SIDE)) for a in range(patches) for b in range(patches)]
    mostly_cls = torch.full((N, N), 0.1 / patches)
    mostly_cls[:, 0] = 0.9
    for pattern in (even(N), mostly_cls):
        expected = torch.full((LAYERS, HEADS), sum(apart) / len(apart))
        torch.testing.assert_close(attention_distance(trace_of(pattern)), expected)


def test_looking_one_column_on_is_one_patch_far() -> None:
    """In pixels and across, not down: on 2 rows of 5 the two differ."""
    pattern = torch.zeros(N, N)
    pattern[0, 0] = 1
    for patch in range(ROWS * COLS):
        col = patch % COLS
        pattern[1 + patch, 1 + patch + (1 if col + 1 < COLS else -1)] = 1
    torch.testing.assert_close(attention_distance(trace_of(pattern)), torch.full((LAYERS, HEADS), float(SIDE)))


# ---- entropy


def test_entropy_equals_plain_loops(trace: Trace) -> None:
    pattern, n = patterns_of(trace), trace.geometry.n_tokens
    expected = np.zeros((LAYERS, HEADS))
    for layer in range(LAYERS):
        for head in range(HEADS):
            for row in pattern[layer, head]:
                expected[layer, head] += sum(-w * math.log2(w) for w in row if w > 0) / n
    np.testing.assert_allclose(attention_entropy(trace).numpy(), expected, rtol=1e-5)


def test_even_attention_has_the_bits_of_its_number_of_keys() -> None:
    torch.testing.assert_close(attention_entropy(trace_of(even(N))), torch.full((LAYERS, HEADS), math.log2(N)))


def test_a_head_with_one_key_has_no_bits_and_is_a_number() -> None:
    assert torch.equal(attention_entropy(trace_of(torch.eye(N))), torch.zeros(LAYERS, HEADS))


# ---- received


def test_received_equals_plain_loops_and_sums_to_one(trace: Trace) -> None:
    pattern, n = patterns_of(trace), trace.geometry.n_tokens
    received = attention_received(trace)
    for layer in range(LAYERS):
        for key in range(n):
            given = [pattern[layer, head, query, key] for head in range(HEADS) for query in range(n)]
            assert received[layer, key].item() == pytest.approx(sum(given) / len(given), abs=1e-6)
    torch.testing.assert_close(received.sum(dim=-1), torch.ones(LAYERS))


# ---- norms and sinks


def test_norms_are_the_lengths_of_what_leaves_each_block(trace: Trace) -> None:
    norms = token_norms(trace)
    assert norms.shape == (LAYERS, trace.geometry.n_tokens)
    for layer in range(LAYERS):
        left = trace.at(layer, "resid_post").numpy().astype(np.float64)
        for token, row in enumerate(left):
            assert norms[layer, token].item() == pytest.approx(math.sqrt(sum(x * x for x in row)), rel=1e-5)


def attracting(token: int, times: float) -> Tensor:
    """Every query gives one token `times` an even share and the rest evenly to the others."""
    pattern = torch.full((N, N), (1 - times / N) / (N - 1))
    pattern[:, token] = times / N
    return pattern


def lengthened(layer: int, token: int, times: float) -> Tensor:
    resid = torch.ones(LAYERS, N, WIDTH)
    resid[layer, token] *= times
    return resid


def test_no_token_of_an_even_layer_is_a_sink() -> None:
    found = sinks(trace_of(even(N)))
    torch.testing.assert_close(found.times_even, torch.ones(LAYERS, N))
    torch.testing.assert_close(found.times_median, torch.ones(LAYERS, N))
    assert not found.is_sink.any()


@pytest.mark.parametrize("token", [0, 7])
def test_a_token_that_draws_attention_is_a_sink_from_the_threshold_on(token: int) -> None:
    for times, drawn in ((SINK_TIMES_EVEN - 0.01, []), (SINK_TIMES_EVEN + 0.01, [token])):
        found = sinks(trace_of(attracting(token, times)))
        assert found.times_even[:, token].tolist() == pytest.approx([times] * LAYERS, rel=1e-5)
        assert [row.nonzero().flatten().tolist() for row in found.is_sink] == [drawn] * LAYERS


def test_a_long_token_is_a_sink_of_the_layer_it_leaves_long() -> None:
    for times, long in ((SINK_TIMES_MEDIAN - 0.01, []), (SINK_TIMES_MEDIAN + 0.01, [7])):
        found = sinks(trace_of(even(N), lengthened(1, 7, times)))
        assert found.times_median[1, 7].item() == pytest.approx(times, rel=1e-5)
        assert not found.is_sink[0].any()
        assert found.is_sink[1].nonzero().flatten().tolist() == long


def test_one_very_long_token_does_not_hide_another() -> None:
    """The median and not the mean: beside a token 1000 times as long, one 4 times as long is still found."""
    resid = lengthened(0, 2, 1000.0)
    resid[0, 7] *= 4
    assert sinks(trace_of(even(N), resid)).is_sink[0].nonzero().flatten().tolist() == [2, 7]


def test_a_layer_of_long_tokens_has_no_sink_for_that() -> None:
    """Length is compared within a layer: the residual stream grows from layer to layer."""
    resid = torch.ones(LAYERS, N, WIDTH)
    resid[1] *= 10
    assert not sinks(trace_of(even(N), resid)).is_sink.any()
