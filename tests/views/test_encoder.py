"""What the Encoder screen is sent: a block of the translation's trace, switched or not, and the reason for the root."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from torch import Tensor

from demo.endpoints import sentence_view
from demo.sentence.query import TranslationQuery
from demo.sentence.service import SentenceService
from demo.services import Services
from tests.support.payload import unpack
from vit_core import read_along
from vit_core.sentence_trace import SentenceTrace
from vit_core.tap import EditTap
from vit_core.trace import keep_all

TRANSLATION = TranslationQuery("Der Hund schläft heute.", how="greedy")
CHANGES = ["", "residual:off@d2;scale:off@e2;scale:off@d2", "residual:off@all", "scale:off@all"]
TOKEN, SOURCE, LAYER, HEAD, D_HEAD = 3, 2, 1, 5, 32


@pytest.fixture(scope="module")
def sentences() -> SentenceService:
    return Services().sentences


def view(
    sentences: SentenceService, name: str, translation_query: TranslationQuery, **query: str | int
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """A view as the page reads it."""
    words = {word: str(value) for word, value in query.items()}
    return unpack(sentence_view[name].question(translation_query, words).answer(sentences))


def used(sentences: SentenceService, translation_query: TranslationQuery) -> SentenceTrace:
    """One pass over the finished text with every quantity in it, switched alike."""
    model, said = sentences.model_of(translation_query), sentences.translation(translation_query)
    tap = EditTap(sentences.intervention(translation_query).edits(model.model.config))
    return read_along(model, translation_query.text, said.ids, keep=keep_all, watch=tap).trace


@pytest.mark.parametrize("stack", ["encoder", "decoder"])
@pytest.mark.parametrize("change", CHANGES)
def test_every_number_is_one_that_the_pass_used(sentences: SentenceService, change: str, stack: str) -> None:
    translation_query = replace(TRANSLATION, change=change)
    arrays, facts = view(sentences, "block", translation_query, stack=stack, layer=LAYER, token=TOKEN, source=SOURCE)
    trace, at = used(sentences, translation_query), f"{stack}.blocks.{LAYER}"
    of_token = {name: x for name, x in trace.tensors.items() if name.startswith(f"{at}.")}
    assert len(of_token) == (23 if stack == "decoder" else 14)
    for name, x in of_token.items():
        token = SOURCE if name.endswith(("cross.k", "cross.v")) else TOKEN
        row = x[token] if x.ndim == 2 else x[:, token]
        assert_allclose(arrays[name.removeprefix(f"{at}.")], row, atol=2e-4, rtol=1e-4, err_msg=name)
    assert_allclose(arrays["resid_pre"], trace[f"{stack}.blocks.0.resid_post"][TOKEN], atol=2e-4, rtol=1e-4)
    assert_allclose(arrays["lengths.attn_out"], trace[f"{at}.attn_out"].norm(dim=-1), rtol=1e-4)
    for kind in ("attn", "cross") if stack == "decoder" else ("attn",):
        q, k, v = (trace[f"{at}.{kind}.{which}"] for which in "qkv")
        dots = q[:, TOKEN, None] @ k.mT
        assert_allclose(arrays[f"{kind}.dots"], dots[:, 0], atol=2e-3, rtol=1e-4)
        carried = trace[f"{at}.{kind}.pattern"][:, TOKEN, :, None] * v
        assert_allclose(arrays[f"{kind}.carried"], carried.norm(dim=-1), atol=1e-4, rtol=1e-4)
        assert_allclose(arrays[f"{kind}.k_length"], k.norm(dim=-1), rtol=1e-4)
    off = f"{stack[0]}{LAYER + 1}"
    kinds = ("residual", "scale")
    assert facts["off"] == [kind for kind in kinds if any(f"{kind}:off@{layer}" in change for layer in (off, "all"))]
    for after, before in (("resid_mid", "attn_sum"), ("resid_post", "mlp_sum")):
        x = torch.from_numpy(arrays[before])
        assert facts["norms"][after]["mean"] == pytest.approx(x.mean().item(), abs=1e-5)
        assert facts["norms"][after]["spread"] == pytest.approx((x.var(correction=0) + 1e-5).sqrt().item(), rel=1e-4)


def test_without_the_root_every_screen_shows_the_scores_that_were_used(sentences: SentenceService) -> None:
    translation_query = replace(TRANSLATION, change="scale:off@d2")
    trace = used(sentences, translation_query)
    pattern = trace["decoder.blocks.1.cross.pattern"]
    assert_allclose(sentences.translation(translation_query).trace.pattern(1, part="cross"), pattern, atol=2e-5)
    scores = view(sentences, "scores", translation_query, part="cross", layer=1)[0]["scores"]
    assert_allclose(torch.from_numpy(scores).softmax(dim=-1), pattern, atol=2e-5)
    row, facts = view(sentences, "row", translation_query, part="cross", layer=1, head=2, query=1)
    assert facts["divisor"] == 1.0 and view(sentences, "row", TRANSLATION, part="cross", layer=1, head=2, query=1)[1][
        "divisor"
    ] == pytest.approx(D_HEAD**0.5)
    assert_allclose(row["weights"], pattern[2, 1], atol=2e-5)


def products(trace: SentenceTrace, part: str, head: int) -> Tensor:
    """q[i]·k[i] of all pairs that may meet, written out. Shapes: [pairs, K]."""
    at = trace.attention(LAYER, part)  # type: ignore[arg-type]
    q, k = trace[f"{at}.q"][head].double(), trace[f"{at}.k"][head].double()
    return torch.stack([a * b for i, a in enumerate(q) for j, b in enumerate(k) if part != "decoder" or j <= i])


@pytest.mark.parametrize("part", ["encoder", "decoder", "cross"])
def test_the_reason_for_the_root_is_measured_on_this_sentence(sentences: SentenceService, part: str) -> None:
    trace = sentences.translation(TRANSLATION).trace
    arrays, facts = view(sentences, "root", TRANSLATION, part=part, layer=LAYER, query=TOKEN)
    terms = products(trace, part, 2)
    assert facts["pairs"] == len(terms) and arrays["growth"].shape == (8, D_HEAD)
    for m in (1, 7, D_HEAD):
        assert arrays["growth"][2, m - 1] == pytest.approx(terms[:, :m].sum(dim=1).var(correction=0).item(), rel=1e-4)
    assert arrays["alone"][2, -1] == pytest.approx(terms.var(dim=0, correction=0).sum().item(), rel=1e-4)
    # The root takes exactly d out of the variance, and what it leaves is the spread that the Decoder screen tells of.
    spread = view(sentences, "scores", TRANSLATION, part=part, layer=LAYER)[0]["divided"]
    assert_allclose(arrays["growth"][:, -1] / D_HEAD, spread**2, rtol=1e-3)
    assert_allclose(arrays["divided"], trace.pattern(LAYER, part=part)[:, TOKEN], atol=1e-6)  # type: ignore[arg-type]
    switched = sentences.translation(
        replace(TRANSLATION, change=f"scale:off@{'e2' if part == 'encoder' else 'd2'}")
    ).trace
    if part == "encoder":  # below it nothing changed
        assert_allclose(arrays["undivided"], switched.pattern(LAYER)[:, TOKEN], atol=1e-5)
    for prefix in ("", "undivided_"):
        weights = arrays["undivided" if prefix else "divided"]
        assert_allclose(arrays[f"{prefix}slope"], 1 - (weights**2).sum(axis=-1), atol=1e-5)
        assert_allclose(arrays[f"{prefix}peak"], weights.max(axis=-1), atol=1e-6)


@pytest.mark.parametrize("part", ["encoder", "decoder", "cross"])
def test_the_most_alike_token_is_found_beside_the_one_that_fits_best(sentences: SentenceService, part: str) -> None:
    trace, net = used(sentences, TRANSLATION), sentences.model_of(TRANSLATION).model
    stack, kind = ("decoder", "cross") if part == "cross" else (part, "attn")
    before = "resid_mid" if part == "cross" else None
    x = trace[f"{stack}.blocks.{LAYER}.{before}"] if before else trace[f"{stack}.blocks.{LAYER - 1}.resid_post"]
    y = trace["encoder.blocks.2.resid_post"] if part == "cross" else x
    # These are the vectors that the matrices read.
    weights = dict(net.named_parameters())
    for vectors, which in ((x, "q"), (y, "k")):
        made = vectors @ weights[f"{stack}.blocks.{LAYER}.{kind}.{which}.weight"].T
        made = made + weights[f"{stack}.blocks.{LAYER}.{kind}.{which}.bias"]
        assert_allclose(made.unflatten(-1, (8, -1)).transpose(0, 1), trace[f"{stack}.blocks.{LAYER}.{kind}.{which}"],
                        atol=1e-4, rtol=1e-4)  # fmt: skip
    q, k = (trace[f"{stack}.blocks.{LAYER}.{kind}.{which}"].double() for which in "qk")
    for query in range(len(x)):
        keys = range(query + 1) if part == "decoder" else range(len(y))
        others = [key for key in keys if part == "cross" or key != query]
        arrays, facts = view(sentences, "likeness", TRANSLATION, part=part, layer=LAYER, query=query)
        cosines = {key: torch.cosine_similarity(x[query].double(), y[key].double(), dim=0).item() for key in others}
        alike = max(cosines, key=cosines.__getitem__, default=None)
        assert facts["alike"] == alike
        shown = arrays["inner"] / (arrays["length"] * arrays["lengths"])
        assert_allclose([shown[key] for key in others], list(cosines.values()), atol=1e-5)
        for head in range(8):
            dots = [(q[head, query] @ k[head, key]).item() for key in keys]
            assert_allclose(arrays["fit"][head, : len(dots)], dots, atol=1e-3, rtol=1e-4)
            assert np.isneginf(arrays["fit"][head, len(dots) :]).all()
            assert arrays["same"][head, query] == (dots.index(max(dots)) == alike) or not others
            assert_allclose(arrays["fits"][head, query], _two(dots), atol=1e-3, rtol=1e-4)
        assert_allclose(arrays["likes"][query], _two(cosines.values()), atol=1e-5)


def _two(values: Iterable[float]) -> list[float]:
    return [*sorted(values, reverse=True), -np.inf, -np.inf][:2]


def test_a_translation_without_residuals_is_another_one_and_leaves_the_first(sentences: SentenceService) -> None:
    plain, off = (sentences.translation(replace(TRANSLATION, change=change)) for change in ("", "residual:off@all"))
    assert plain.ids != off.ids and sentences.translation(TRANSLATION) is plain


@pytest.mark.parametrize("query", [{"layer": 3}, {"token": 99}, {"source": 99, "stack": "decoder"}])
def test_what_is_not_there_is_an_index_error(sentences: SentenceService, query: dict[str, Any]) -> None:
    with pytest.raises(IndexError):
        view(sentences, "block", TRANSLATION, **{"stack": "encoder", "layer": 0, "token": 0, "source": 0, **query})


def test_the_matrix_of_a_head_makes_its_numbers_and_reads_its_result(sentences: SentenceService) -> None:
    """With the bias each row of it, times what the head reads, is one of the head's numbers of the trace."""
    trace, weights = used(sentences, TRANSLATION), sentences.model_of(TRANSLATION).model.state_dict()
    read = {"attn": trace["decoder.blocks.0.resid_post"], "cross": trace["encoder.blocks.2.resid_post"]}
    for of, x in read.items():
        for which in "kv":
            arrays, _ = view(
                sentences, "head_matrix", TRANSLATION, stack="decoder", layer=LAYER, head=HEAD, of=of, which=which
            )
            at = f"decoder.blocks.{LAYER}.{of}.{which}"
            made = x @ torch.from_numpy(arrays["weights"]).T
            if f"{at}.bias" in weights:
                made += weights[f"{at}.bias"][HEAD * D_HEAD : (HEAD + 1) * D_HEAD]
            assert_allclose(made, trace[at][HEAD], atol=2e-4, rtol=1e-4)
    z = trace[f"decoder.blocks.{LAYER}.cross.z"]
    parts = [
        view(sentences, "head_matrix", TRANSLATION, stack="decoder", layer=LAYER, head=head, of="cross", which="proj")[
            0
        ]
        for head in range(len(z))
    ]
    out = sum(z[head] @ torch.from_numpy(part["weights"]) for head, part in enumerate(parts))
    out += weights[f"decoder.blocks.{LAYER}.cross.proj.bias"]
    assert_allclose(out, trace[f"decoder.blocks.{LAYER}.cross_out"], atol=2e-4, rtol=1e-4)
    for wrong in ({"layer": 3}, {"head": 8}, {"stack": "encoder", "of": "cross"}):
        words = {"stack": "decoder", "layer": 0, "head": 0, "of": "attn", "which": "q", **wrong}
        with pytest.raises(IndexError):
            view(sentences, "head_matrix", TRANSLATION, **words)
