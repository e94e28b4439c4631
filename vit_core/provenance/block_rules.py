"""The rules inside a block, the same for every stack: a quantity's operands are in its own block.

A branch (attention, cross-attention, MLP) reads the normalised stream and is added to it, or reads the stream itself
and the sum is normalised: arXiv 2010.11929, equations (2) and (3); arXiv 1706.03762, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from vit_core.blocks import ATTN, CROSS, MLP, Sublayer
from vit_core.provenance.answers import activated, added, affine, layer_norm, linear, row_of, same, softmax
from vit_core.provenance.attention_row import allowed_keys, divisor_of
from vit_core.provenance.explanation import Explanation, Origin
from vit_core.provenance.places import entering, part_of
from vit_core.provenance.question import Question, Rule


@dataclass(frozen=True)
class Branch:
    """One branch of a block.

    Attributes:
        names: of the quantities around it.
        norm, scale: of its modules; "" without LayerScale.
        before: the stream it is added to.
    """

    names: Sublayer
    norm: str
    scale: str
    before: str

    def read(self, question: Question) -> str:
        """Name of the stream the branch reads."""
        return question.at(self.names.ln if question.block.norm == "pre" else self.stream(question))

    def stream(self, question: Question) -> str:
        """The stream before the branch; in the decoder, cross-attention comes between attention and MLP."""
        return CROSS.resid if self is FEED_FORWARD and question.place.stack == "decoder." else self.before


LOOK = Branch(ATTN, "norm1", "ls1", "resid_pre")
LOOK_OVER = Branch(CROSS, "norm_cross", "", ATTN.resid)
FEED_FORWARD = Branch(MLP, "norm2", "ls2", ATTN.resid)


def _around(branch: Branch) -> dict[str, Rule]:
    """The rules around a branch: its input, the sum, and the stream after it."""

    def ln(question: Question) -> Explanation:
        return layer_norm(question, question.at(branch.norm), question.at(branch.stream(question)))

    def total(question: Question) -> Explanation:
        # Or the branch alone where the residual connection is switched off.
        kept = 1.0 if question.intervention.has_residual(question.block_name) else 0.0
        return added(
            question,
            [
                (question.at(branch.stream(question)), question.index, kept),
                (question.at(branch.names.out), question.index, 1.0),
            ],
        )

    def resid(question: Question) -> Explanation:
        return (
            total(question)
            if question.block.norm == "pre"
            else layer_norm(question, question.at(branch.norm), question.at(branch.names.sum))
        )

    return {branch.names.ln: ln, branch.names.sum: total, branch.names.resid: resid}


def _attention(kind: str, branch: Branch) -> dict[str, Rule]:
    """The rules of one attention, "attn" or "cross"."""

    def projection(which: str) -> Rule:
        """q, k or v of one head and token: one row of the projection's matrix times the branch's input, plus a bias."""

        def rule(question: Question) -> Explanation:
            head, token, dim = question.index
            row = head * question.numbers(question.name).shape[-1] + dim
            read = _handed_over(question) if kind == "cross" and which != "q" else branch.read(question)
            return linear(question, question.at(f"{kind}.{which}"), row, read, token)

        return rule

    def scores(question: Question) -> Explanation:
        head, query, key = question.index
        q, k = (question.numbers(question.at(f"{kind}.{which}")) for which in "qk")
        d = q.shape[-1]
        sources = {
            "a": Origin(question.at(f"{kind}.q"), (head, query, 0), (1, 1, d)),
            "b": Origin(question.at(f"{kind}.k"), (head, key, 0), (1, 1, d)),
        }
        numbers = {"divisor": divisor_of(d, question.block_name, question.intervention)}
        allowed = allowed_keys(question.trace, part_of(question.name), query)
        masked = allowed is not None and not allowed[key]
        return question.answer(
            "masked" if masked else "dot", {"a": q[head, query], "b": k[head, key]}, sources, numbers
        )

    def pattern(question: Question) -> Explanation:
        return softmax(question, question.at(f"{kind}.scores"))

    def z(question: Question) -> Explanation:
        head, query, dim = question.index
        weights = question.numbers(question.at(f"{kind}.pattern"))[head, query]
        sources = {
            "a": Origin(question.at(f"{kind}.pattern"), (head, query, 0), (1, 1, len(weights))),
            "b": Origin(question.at(f"{kind}.v"), (head, 0, dim), (1, len(weights), 1)),
        }
        return question.answer(
            "dot", {"a": weights, "b": question.numbers(question.at(f"{kind}.v"))[head, :, dim]}, sources
        )

    def out(question: Question) -> Explanation:
        token, dim = question.index
        heads = question.numbers(question.at(f"{kind}.z"))  # H N K
        joined = Origin(question.at(f"{kind}.z"), (0, token, 0), (heads.shape[0], 1, heads.shape[2]))
        scale = question.at(branch.scale) if branch.scale else ""
        return affine(question, question.at(f"{kind}.proj"), dim, heads[:, token].flatten(), joined, scale)

    projections = {f"{kind}.{which}": projection(which) for which in "qkv"}
    return {
        **projections,
        f"{kind}.scores": scores,
        f"{kind}.pattern": pattern,
        f"{kind}.z": z,
        branch.names.out: out,
        **_around(branch),
    }


def _handed_over(question: Question) -> str:
    """The name of the encoder's output, from which every cross-attention computes its keys and values."""
    return last_stream(question, "encoder.", question.sentence.config.encoder.n_layers)


def last_stream(question: Question, stack: str, n_layers: int) -> str:
    """The name of the output of a translator's stack."""
    return f"{stack}ln_final" if question.block.norm == "pre" else f"{stack}blocks.{n_layers - 1}.resid_post"


def _mlp_pre(question: Question) -> Explanation:
    token, unit = question.index
    return linear(question, question.at("mlp.fc1"), unit, FEED_FORWARD.read(question), token)


def _mlp_gate(question: Question) -> Explanation:
    return activated(question, question.at("mlp.pre"), question.block.act)


def _mlp_value(question: Question) -> Explanation:
    token, unit = question.index
    return linear(question, question.at("mlp.fc3"), unit, FEED_FORWARD.read(question), token)


def _mlp_post(question: Question) -> Explanation:
    if not question.block.gated:
        return _mlp_gate(question)
    gate, value = question.at("mlp.gate"), question.at("mlp.value")
    terms = {role: question.numbers(name)[question.index][None] for role, name in (("gates", gate), ("values", value))}
    sources = {role: Origin(name, question.index, (1, 1)) for role, name in (("gate0", gate), ("value0", value))}
    return question.answer("gated", {**terms, "rest": torch.zeros(1)}, sources, {"tanh": 0.0})


def _mlp_out(question: Question) -> Explanation:
    token, dim = question.index
    x = question.numbers(question.at("mlp.post"))
    return affine(
        question,
        question.at("mlp.fc2"),
        dim,
        x[token],
        row_of(x, question.at("mlp.post"), token),
        question.at(FEED_FORWARD.scale),
    )


BLOCK_RULES: dict[str, Rule] = {
    "resid_pre": lambda question: same(question, entering(question.place.stack, question.layer)),
    **_attention("attn", LOOK),
    **_attention("cross", LOOK_OVER),
    "mlp.pre": _mlp_pre,
    "mlp.gate": _mlp_gate,
    "mlp.value": _mlp_value,
    "mlp.post": _mlp_post,
    "mlp_out": _mlp_out,
    **_around(FEED_FORWARD),
}
