"""The rules inside a block. One serves every stack: a quantity's operands stand in its own block, wherever that is.

A branch (attention, cross-attention, MLP) reads the normalised stream and is added to it, or reads the stream itself
and the sum is normalised: arXiv 2010.11929, equations (2) and (3); arXiv 1706.03762, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from vit_core.blocks import ATTN, CROSS, MLP, Sublayer
from vit_core.provenance.answers import activated, added, affine, layer_norm, linear, row_of, same, softmax
from vit_core.provenance.attention_row import allowed_keys, divisor_of
from vit_core.provenance.explanation import Explanation, Source
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

    def read(self, ask: Question) -> str:
        """Name of the stream the branch reads."""
        return ask.at(self.names.ln if ask.block.norm == "pre" else self.stream(ask))

    def stream(self, ask: Question) -> str:
        """The stream before the branch: in the decoder cross-attention stands between attention and MLP."""
        return CROSS.resid if self is THINK and ask.place.stack == "decoder." else self.before


LOOK = Branch(ATTN, "norm1", "ls1", "resid_pre")
LOOK_OVER = Branch(CROSS, "norm_cross", "", ATTN.resid)
THINK = Branch(MLP, "norm2", "ls2", ATTN.resid)


def _around(branch: Branch) -> dict[str, Rule]:
    """The rules of what stands around a branch: what it reads, the sum, and the stream after."""

    def ln(ask: Question) -> Explanation:
        return layer_norm(ask, ask.at(branch.norm), ask.at(branch.stream(ask)))

    def total(ask: Question) -> Explanation:
        # Or the branch alone where the residual connection is switched off.
        kept = 1.0 if ask.what_if.adds(ask.block_name) else 0.0
        return added(ask, [(ask.at(branch.stream(ask)), ask.index, kept), (ask.at(branch.names.out), ask.index, 1.0)])

    def resid(ask: Question) -> Explanation:
        return total(ask) if ask.block.norm == "pre" else layer_norm(ask, ask.at(branch.norm), ask.at(branch.names.sum))

    return {branch.names.ln: ln, branch.names.sum: total, branch.names.resid: resid}


def _attention(kind: str, branch: Branch) -> dict[str, Rule]:
    """The rules of one attention, "attn" or "cross"."""

    def projection(which: str) -> Rule:
        """q, k or v of one head and token: one row of the projection's matrix with what it reads, plus a bias."""

        def rule(ask: Question) -> Explanation:
            head, token, dim = ask.index
            row = head * ask.numbers(ask.name).shape[-1] + dim
            read = _handed_over(ask) if kind == "cross" and which != "q" else branch.read(ask)
            return linear(ask, ask.at(f"{kind}.{which}"), row, read, token)

        return rule

    def scores(ask: Question) -> Explanation:
        head, query, key = ask.index
        q, k = (ask.numbers(ask.at(f"{kind}.{which}")) for which in "qk")
        d = q.shape[-1]
        sources = {
            "a": Source(ask.at(f"{kind}.q"), (head, query, 0), (1, 1, d)),
            "b": Source(ask.at(f"{kind}.k"), (head, key, 0), (1, 1, d)),
        }
        numbers = {"divisor": divisor_of(d, ask.block_name, ask.what_if)}
        allowed = allowed_keys(ask.trace, part_of(ask.name), query)
        masked = allowed is not None and not allowed[key]
        return ask.answer("masked" if masked else "dot", {"a": q[head, query], "b": k[head, key]}, sources, numbers)

    def pattern(ask: Question) -> Explanation:
        return softmax(ask, ask.at(f"{kind}.scores"))

    def z(ask: Question) -> Explanation:
        head, query, dim = ask.index
        weights = ask.numbers(ask.at(f"{kind}.pattern"))[head, query]
        sources = {
            "a": Source(ask.at(f"{kind}.pattern"), (head, query, 0), (1, 1, len(weights))),
            "b": Source(ask.at(f"{kind}.v"), (head, 0, dim), (1, len(weights), 1)),
        }
        return ask.answer("dot", {"a": weights, "b": ask.numbers(ask.at(f"{kind}.v"))[head, :, dim]}, sources)

    def out(ask: Question) -> Explanation:
        token, dim = ask.index
        heads = ask.numbers(ask.at(f"{kind}.z"))  # H N K
        joined = Source(ask.at(f"{kind}.z"), (0, token, 0), (heads.shape[0], 1, heads.shape[2]))
        scale = ask.at(branch.scale) if branch.scale else ""
        return affine(ask, ask.at(f"{kind}.proj"), dim, heads[:, token].flatten(), joined, scale)

    projections = {f"{kind}.{which}": projection(which) for which in "qkv"}
    return {
        **projections,
        f"{kind}.scores": scores,
        f"{kind}.pattern": pattern,
        f"{kind}.z": z,
        branch.names.out: out,
        **_around(branch),
    }


def _handed_over(ask: Question) -> str:
    """What leaves the encoder: the stream that every cross-attention reads its keys and values from."""
    return last_stream(ask, "encoder.", ask.sentence.config.encoder.n_layers)


def last_stream(ask: Question, stack: str, n_layers: int) -> str:
    """Name of what leaves a stack of a translator."""
    return f"{stack}ln_final" if ask.block.norm == "pre" else f"{stack}blocks.{n_layers - 1}.resid_post"


def _mlp_pre(ask: Question) -> Explanation:
    token, unit = ask.index
    return linear(ask, ask.at("mlp.fc1"), unit, THINK.read(ask), token)


def _mlp_post(ask: Question) -> Explanation:
    return activated(ask, ask.at("mlp.pre"), ask.block.act)


def _mlp_out(ask: Question) -> Explanation:
    token, dim = ask.index
    x = ask.numbers(ask.at("mlp.post"))
    return affine(ask, ask.at("mlp.fc2"), dim, x[token], row_of(x, ask.at("mlp.post"), token), ask.at(THINK.scale))


BLOCK_RULES: dict[str, Rule] = {
    "resid_pre": lambda ask: same(ask, entering(ask.place.stack, ask.layer)),
    **_attention("attn", LOOK),
    **_attention("cross", LOOK_OVER),
    "mlp.pre": _mlp_pre,
    "mlp.post": _mlp_post,
    "mlp_out": _mlp_out,
    **_around(THINK),
}
