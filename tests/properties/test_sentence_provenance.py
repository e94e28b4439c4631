"""Every number of a translator is explained by its own terms, in any stack, with either norm, masked or not."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

import vit_core
from tests.support.perturb import perturb
from tests.support.translators import CONFIG, as_translator
from vit_core.decoding.recording import of_one_pass, without_batch
from vit_core.decoding.stepper import start
from vit_core.interventions import UNCHANGED, SentenceIntervention
from vit_core.names import seq2seq_names
from vit_core.provenance import Explanation, attention_row, explain
from vit_core.sentence_trace import SentenceTrace, keep_sentence
from vit_core.seq2seq import EncoderDecoder
from vit_core.tap import EditTap
from vit_core.trace import keep_all

SOURCE = "17 4 52 9 31"
MODELS: dict[str, dict[str, Any]] = {
    "after, causal": {},
    "before, causal": {"norm": "pre", "sinusoids": "interleaved", "act": "gelu"},
    "after, looks ahead": {"causal": False, "scale_embedding": False},
    "before, looks ahead": {"norm": "pre", "causal": False, "shared_embedding": False, "source_vocab": 57},
    "after, positions of float16": {"encoder": replace(CONFIG.encoder, positions="float16")},
    "after, padded": {},
    "after, switched": {},
    "before, switched": {"norm": "pre"},
}
# What is off in the switched ones.
OFF = SentenceIntervention(
    residual_off=frozenset({"encoder.blocks.1", "decoder.blocks.0"}),
    unscaled=frozenset({"encoder.blocks.0", "decoder.blocks.0", "decoder.blocks.2"}),
    position_off=True,
)


def perturbed(name: str) -> tuple[Any, SentenceTrace, dict[str, Tensor]]:
    """A tiny model, the trace of a translation as the page keeps it, and every quantity that the model used."""
    torch.default_generator.manual_seed(0)  # modules draw their first weights from it
    # Quieter than `tiny_network`, whose loud scores round by more than 1e-6; embeddings as long as trained ones.
    net = perturb(EncoderDecoder(replace(CONFIG, **MODELS[name])), 0.1, seed=3)
    for table in filter(None, (net.embed, net.source_embed)):
        table.weight.mul_(0.15)
    model = as_translator(net)
    off = OFF if "switched" in name else UNCHANGED
    tap, undivided = EditTap(off.edits(net.config)), off.undivided()
    model.name = "switched" if off is OFF else "tiny"
    kept = vit_core.translate(
        model, SOURCE, beam=2, watch=tap, keep=lambda name: keep_sentence(name) or name in undivided
    )
    used = vit_core.translate(model, SOURCE, beam=2, keep=keep_all, watch=tap)
    assert kept.ids == used.ids and len(kept.ids) > 3
    if "padded" not in name:
        return model, kept.trace, dict(used.trace.tensors)
    return padded(model, kept.ids)


def padded(model: Any, target: tuple[int, ...]) -> tuple[Any, SentenceTrace, dict[str, Tensor]]:
    """The same sentence with padding behind it, which nobody may attend to."""
    ids = [*model.tokenizer.encode(SOURCE), model.model.config.pad, model.model.config.pad]
    source = start(model, ids, length=len(ids) - 2, keep=keep_all).source
    tensors = without_batch(source.tensors) | of_one_pass(model.model, source, target, keep_all)
    kept = {name: x for name, x in tensors.items() if not name.endswith((".scores", ".pattern"))}
    plain = vit_core.read_along(model, SOURCE, target).trace
    mask = torch.tensor([True] * (len(ids) - 2) + [False] * 2)
    tokens = (*plain.source_tokens, "pad", "pad")
    trace = replace(plain, tensors=kept, source_mask=mask, source_ids=tuple(ids), source_tokens=tokens)
    return model, trace, tensors


def bundled() -> tuple[Any, SentenceTrace, dict[str, Tensor]]:
    model, text = vit_core.load("marian-s-de-en"), "Ein Hund schläft."
    used = vit_core.translate(model, text, keep=keep_all)
    return model, vit_core.translate(model, text).trace, dict(used.trace.tensors)


@pytest.fixture(scope="module", params=[*MODELS, "bundled"])
def seen(request: pytest.FixtureRequest) -> Any:
    return bundled() if request.param == "bundled" else perturbed(request.param)


def cells(name: str, shape: torch.Size, n: int) -> list[tuple[int, ...]]:
    """Random cells, the first and the last."""
    chance = random.Random(name)
    corners = [tuple(0 for _ in shape), tuple(size - 1 for size in shape)]
    return corners + [tuple(chance.randrange(size) for size in shape) for _ in range(n)]


def each(seen: Any, n: int) -> Any:
    """Cells of every quantity, explained, with the number that the model used."""
    model, trace, used = seen
    names = [entry.template for entry in seq2seq_names(trace.config)]
    assert set(names) == set(used)
    for name in names:
        for index in cells(name, used[name].shape, n):
            yield told_of(model, trace, name, index), float(used[name][index])


def off_in(trace: SentenceTrace) -> SentenceIntervention:
    return OFF if trace.checkpoint == "switched" else UNCHANGED


def told_of(model: Any, trace: SentenceTrace, name: str, index: tuple[int, ...]) -> Explanation:
    return explain(model, trace, name, index, intervention=off_in(trace))


def test_the_terms_give_the_number_the_model_used(seen: Any) -> None:
    masked = 0
    for told, used in each(seen, 4):
        again, within = told.recompute(), 1e-6 * max(1.0, abs(used))
        if math.isinf(used):
            assert told.operation == "masked" and again == used == told.value
            masked += 1
        else:
            assert again == pytest.approx(told.value, abs=within), (told.name, told.index)
            assert again == pytest.approx(used, abs=2 * within), (told.name, told.index)
    _, trace, _ = seen
    assert bool(masked) == (trace.config.causal or trace.source_mask is not None)


def test_every_source_stands_where_it_says(seen: Any) -> None:
    """The value of each operand is read again at the place its source names, in what the model used."""
    model, _, used = seen
    learned = dict(model.model.named_parameters())
    for told, _ in each(seen, 1):
        assert told.sources or told.operation == "sinusoid"
        for role, source in told.sources.items():
            values = learned[source.name].detach() if source.name in learned else stream(used, source.name)
            box = values[tuple(slice(a, a + n) for a, n in zip(source.start, source.run, strict=True))].flatten()
            assert_close(box, operands(told, role), atol=2e-5, rtol=1e-5, msg=f"{told.name} {role} {source}")


def operands(told: Explanation, role: str) -> Tensor:
    if role.isdigit():
        return told.terms["parts"][int(role)][None]
    return told.terms[role] if role in told.terms else torch.tensor([told.numbers[role]])


def stream(used: dict[str, Tensor], name: str) -> Tensor:
    if not name.endswith("resid_pre"):
        return used[name]
    stack, _, layer, _ = name.split(".")
    return used[f"{stack}.blocks.{int(layer) - 1}.resid_post" if int(layer) else f"{stack}.tokens"]


def test_every_way_down_from_a_logit_ends_at_embeddings_and_places(seen: Any) -> None:
    """All quantities that a logit depends on, by sources alone: each has an origin, and none is its own."""
    model, trace, _ = seen
    learned = dict(model.model.named_parameters())
    below: dict[str, set[str]] = {}
    todo = [("logits", (1, 7))]
    while todo:
        name, index = todo.pop()
        if name in below:
            continue
        told = told_of(model, trace, name, index)
        below[name] = {source.name for source in told.sources.values()}
        todo += [(source.name, source.start) for source in told.sources.values()]
    ends = {name for name, sources in below.items() if not sources}
    places = {"encoder.position", "decoder.position"}
    assert places < ends and ends - places <= set(learned)
    # The mask hides what it hides from everyone: scores stand below patterns all the same.
    announced = {entry.template for entry in seq2seq_names(trace.config)}
    assert announced <= set(below), "a quantity that no path from a logit reaches"
    order: list[str] = []

    def visit(name: str, above: frozenset[str]) -> None:
        assert name not in above, f"{name} comes from itself"
        if name not in order:
            for source in sorted(below[name]):
                visit(source, above | {name})
            order.append(name)

    visit("logits", frozenset())
    # Every weight matrix of the model takes part, and the source's embeddings do through cross-attention.
    assert {name for name in learned if name.endswith("weight")} <= set(below)


def test_every_masked_cell_says_so_and_keeps_what_it_would_have_been(seen: Any) -> None:
    model, trace, used = seen
    for part, name in (("encoder", "encoder.blocks.1.attn"), ("decoder", "decoder.blocks.2.attn"),
                       ("cross", "decoder.blocks.0.cross")):  # fmt: skip
        q, k, scores = (used[f"{name}.{which}"] for which in ("q", "k", "scores"))
        mask = trace.mask(part)
        root = q.shape[-1] ** 0.5 if off_in(trace).divides(name.rpartition(".")[0]) else 1.0
        for query in range(scores.shape[1]):
            for key in range(scores.shape[2]):
                told = told_of(model, trace, f"{name}.scores", (1, query, key))
                hidden = mask is not None and not mask.broadcast_to(scores.shape[1:])[query, key]
                assert (told.operation == "masked") == hidden == math.isinf(told.value)
                raw = (told.terms["a"] @ told.terms["b"]).item() / told.numbers["divisor"]
                assert raw == pytest.approx(float(q[1, query] @ k[1, key]) / root, abs=1e-5)


def test_the_terms_of_a_head_are_those_of_the_model(seen: Any) -> None:
    _, trace, used = seen
    for part, name in (("encoder", "encoder.blocks.1.attn"), ("decoder", "decoder.blocks.2.attn"),
                       ("cross", "decoder.blocks.0.cross")):  # fmt: skip
        for query in (0, 2):
            row = attention_row(trace, int(name.split(".")[2]), 1, query, part=part, intervention=off_in(trace))  # type: ignore[arg-type]
            assert_close(row.scores, used[f"{name}.scores"][1, query], atol=1e-5, rtol=1e-5)
            assert_close(row.weights, used[f"{name}.pattern"][1, query], atol=1e-6, rtol=0)
            assert_close(row.z, used[f"{name}.z"][1, query], atol=1e-6, rtol=1e-5)
            raw, seen_keys = row.k @ row.q / row.divisor, torch.isfinite(row.scores)
            assert_close(raw[seen_keys], row.scores[seen_keys], atol=1e-5, rtol=1e-5)
            assert torch.equal(seen_keys, torch.ones_like(seen_keys) if row.allowed is None else row.allowed)
    with pytest.raises(IndexError):
        attention_row(trace, 0, 1, 99, part="cross")
    with pytest.raises(IndexError):
        attention_row(trace, 9, 0, 0, part="encoder")
    with pytest.raises(ValueError):
        attention_row(trace, 0, 0, 0, part="both")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name",
    ["tokens", "blocks.0.attn.q", "encoder.blocks.0.cross.scores", "encoder.blocks.9.ln1", "encoder.blocks.0.attn.w",
     "encoder.blocks.0.resid_cross", "decoder.blocks.3.resid_pre.x", "encoder.logits", "pixels", ""],
)  # fmt: skip
def test_what_no_translator_has_is_an_error(name: str) -> None:
    model, trace, _ = perturbed("after, causal")
    with pytest.raises(KeyError):
        explain(model, trace, name, (0, 0))


def test_a_learned_number_knows_its_whole() -> None:
    model, trace, _ = perturbed("after, causal")
    told = explain(model, trace, "decoder.blocks.2.mlp.fc1.weight", (79, 5))
    assert (told.operation, told.shape, told.sources) == ("parameter", (80, 48), {})
    assert told.value == model.model.decoder.blocks[2].mlp.fc1.weight[79, 5].item()
