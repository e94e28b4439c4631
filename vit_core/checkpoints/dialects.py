"""How the public families of checkpoints name their tensors, one table of rules per family.

A rule is written as (their name, our name), as vit_core.checkpoints.dialect explains. Checked against torchvision, timm
and transformers by tests/parity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from vit_core.checkpoints.dialect import Dialect, Rule
from vit_core.config import Resample


def _fused(theirs: str, at: str) -> Rule:
    return Rule(theirs, tuple(f"{at}.{part}.{{p}}" for part in "qkv"))


def _rules(*pairs: tuple[str, str | None]) -> tuple[Rule, ...]:
    return tuple(Rule(theirs, ours) for theirs, ours in pairs)


NATIVE = Dialect(
    "native",
    "native",
    _rules(
        ("cls_token", "cls_token"),
        ("dist_token", "dist_token"),
        ("reg_token", "reg_token"),
        ("pos_embed", "pos_embed"),
        ("patch_embed.proj.{p}", "patch_embed.proj.{p}"),
        ("blocks.{i}.norm1.{p}", "blocks.{i}.norm1.{p}"),
        *((f"blocks.{{i}}.attn.{part}.{{p}}",) * 2 for part in ("q", "k", "v", "proj")),
        ("blocks.{i}.ls1.gamma", "blocks.{i}.ls1.gamma"),
        ("blocks.{i}.norm2.{p}", "blocks.{i}.norm2.{p}"),
        ("blocks.{i}.mlp.fc1.{p}", "blocks.{i}.mlp.fc1.{p}"),
        ("blocks.{i}.mlp.fc3.{p}", "blocks.{i}.mlp.fc3.{p}"),
        ("blocks.{i}.mlp.fc2.{p}", "blocks.{i}.mlp.fc2.{p}"),
        ("blocks.{i}.ls2.gamma", "blocks.{i}.ls2.gamma"),
        ("norm.{p}", "norm.{p}"),
        ("head.{p}", "head.{p}"),
        ("head_dist.{p}", "head_dist.{p}"),
    ),
    position_resample="bicubic",
)

# timm kept the names of the first PyTorch port, which DeiT, DINO and MAE share. Ours are the same except for what is
# fused: qkv, and the two matrices of an MLP with a gate (timm's SwiGLUPacked), the gate's first.
_FUSED = [f"blocks.{{i}}.{part}.{{p}}" for part in ("attn.q", "attn.k", "attn.v", "mlp.fc1", "mlp.fc3")]
_GATE = ("blocks.{i}.mlp.fc1.{p}", "blocks.{i}.mlp.fc3.{p}")
TIMM = Dialect(
    "timm",
    "timm",
    (
        *(rule for rule in NATIVE.rules if rule.theirs not in _FUSED),
        _fused("blocks.{i}.attn.qkv.{p}", "blocks.{i}.attn"),
        Rule("blocks.{i}.mlp.fc1.{p}", _GATE, halves=True),
        # The last norm where it stands behind the mean of the patches (timm's and MAE's average pooling).
        Rule("fc_norm.{p}", "norm.{p}", older=True),
        # The projection head of DINO's self-supervised training, present in its full training checkpoints only.
        Rule("head.mlp.{rest}", None),
        Rule("head.last_layer.{rest}", None),
        # And MSN's, which has another name.
        Rule("fc.fc{chunk}.{rest}", None),
        Rule("fc.bn{chunk}.{rest}", None),
    ),
    position_resample="bicubic_antialias",
)
# MAE's files with the decoder of its training, which paints hidden patches and is no part of the way to a class.
MAE = replace(TIMM, name="mae", rules=(*TIMM.rules, Rule("decoder_{rest}", None), Rule("mask_token", None)))


def _dinov2(name: str, position_resample: Resample, *extra: Rule, gated: bool = False) -> Dialect:
    """The files of facebookresearch/dinov2: timm's names, and what belongs to its training alone.

    Args:
        gated: the giant's, whose MLP has a gate (SwiGLUFFN in its layers/swiglu_ffn.py): w12 holds the gate's matrix
            and the value's, w3 is the one behind them.
    """
    common = tuple(rule for rule in TIMM.rules if rule.ours != "reg_token")
    if gated:
        packed = (Rule("blocks.{i}.mlp.w12.{p}", _GATE), Rule("blocks.{i}.mlp.w3.{p}", "blocks.{i}.mlp.fc2.{p}"))
        common = (*(rule for rule in common if ".mlp.fc" not in rule.theirs), *packed)
    layers = tuple(rule for rule in common if rule.theirs.startswith("blocks."))
    rules = (
        *common,
        *extra,
        # Training on several machines puts the blocks in chunks; the numbers of the layers run on from chunk to chunk.
        *(replace(rule, theirs=rule.theirs.replace("blocks.", "blocks.{chunk}.", 1), older=True) for rule in layers),
        Rule("mask_token", None),
        Rule("dino_head.{rest}", None),
        Rule("ibot_head.{rest}", None),
    )
    return Dialect(f"{name}_gated" if gated else name, name, rules, position_resample)


_OFFICIAL_REGISTERS = Rule("register_tokens", "reg_token")
DINOV2 = _dinov2("dinov2", "bicubic_offset")
DINOV2_REGISTERS = _dinov2("dinov2_registers", "bicubic_antialias", _OFFICIAL_REGISTERS)
DINOV2_GIANTS = (
    _dinov2("dinov2", "bicubic_offset", gated=True),
    _dinov2("dinov2_registers", "bicubic_antialias", _OFFICIAL_REGISTERS, gated=True),
)


def _google() -> Dialect:
    """The .npz files of google-research/vision_transformer and of big_vision, which numbers a layer's parts
    differently.
    """

    def layer(attention: int, norm: int, mlp: int, *, older: bool) -> Iterator[Rule]:
        at = "Transformer/encoderblock_{i}"
        weights = {"weight": "kernel", "bias": "bias"}
        inside = {
            **{f"MultiHeadDotProductAttention_{attention}/{n}": f"attn.{n[0]}" for n in ("query", "key", "value")},
            f"MultiHeadDotProductAttention_{attention}/out": "attn.proj",
            f"MlpBlock_{mlp}/Dense_0": "mlp.fc1",
            f"MlpBlock_{mlp}/Dense_1": "mlp.fc2",
        }
        for theirs, ours in inside.items():
            for our_part, part in weights.items():
                yield Rule(f"{at}/{theirs}/{part}", f"blocks.{{i}}.{ours}.{our_part}", older=older)
        yield from _google_norm(f"{at}/LayerNorm_{norm}", "blocks.{i}.norm2", older=older)

    return Dialect(
        "google",
        "google",
        (
            Rule("cls", "cls_token"),
            Rule("Transformer/posembed_input/pos_embedding", "pos_embed"),
            Rule("pos_embedding", "pos_embed", older=True),
            Rule("embedding/kernel", "patch_embed.proj.weight"),
            Rule("embedding/bias", "patch_embed.proj.bias"),
            *_google_norm("Transformer/encoderblock_{i}/LayerNorm_0", "blocks.{i}.norm1"),
            *layer(1, 2, 3, older=False),
            *layer(0, 1, 0, older=True),
            *_google_norm("Transformer/encoder_norm", "norm"),
            Rule("head/kernel", "head.weight"),
            Rule("head/bias", "head.bias"),
        ),
        position_resample="bilinear_corners",
        eps=1e-6,
    )


def _google_norm(theirs: str, ours: str, *, older: bool = False) -> tuple[Rule, Rule]:
    parts = (("scale", "weight"), ("bias", "bias"))
    made = [Rule(f"{theirs}/{part}", f"{ours}.{our_part}", older=older) for part, our_part in parts]
    return made[0], made[1]


GOOGLE = _google()

_TV_LAYER = "encoder.layers.encoder_layer_{i}"
TORCHVISION = Dialect(
    "torchvision",
    "torchvision",
    (
        *_rules(
            ("class_token", "cls_token"),
            ("encoder.pos_embedding", "pos_embed"),
            ("conv_proj.{p}", "patch_embed.proj.{p}"),
            (f"{_TV_LAYER}.ln_1.{{p}}", "blocks.{i}.norm1.{p}"),
            (f"{_TV_LAYER}.self_attention.out_proj.{{p}}", "blocks.{i}.attn.proj.{p}"),
            (f"{_TV_LAYER}.ln_2.{{p}}", "blocks.{i}.norm2.{p}"),
            (f"{_TV_LAYER}.mlp.0.{{p}}", "blocks.{i}.mlp.fc1.{p}"),
            (f"{_TV_LAYER}.mlp.3.{{p}}", "blocks.{i}.mlp.fc2.{p}"),
            ("encoder.ln.{p}", "norm.{p}"),
            ("heads.head.{p}", "head.{p}"),
        ),
        _fused(f"{_TV_LAYER}.self_attention.in_proj_{{p}}", "blocks.{i}.attn"),
        # The published files date from before torchvision 0.14 and are renamed by its own loader.
        Rule(f"{_TV_LAYER}.mlp.linear_1.{{p}}", "blocks.{i}.mlp.fc1.{p}", older=True),
        Rule(f"{_TV_LAYER}.mlp.linear_2.{{p}}", "blocks.{i}.mlp.fc2.{p}", older=True),
    ),
    position_resample="bicubic_corners",
)


def _hf_common(body: str) -> tuple[Rule, ...]:
    """The rules that all of transformers' families share, on disk and in memory."""
    return _rules(
        (f"{body}embeddings.cls_token", "cls_token"),
        (f"{body}embeddings.position_embeddings", "pos_embed"),
        (f"{body}embeddings.patch_embeddings.projection.{{p}}", "patch_embed.proj.{p}"),
        # Used by masked-image training and by ViTModel's tanh pooler; neither lies on the way from picture to class.
        (f"{body}embeddings.mask_token", None),
        (f"{body}pooler.dense.{{p}}", None),
        (f"{body}layernorm.{{p}}", "norm.{p}"),
    )


def _hf_attention(layer: str, names: tuple[str, str, str, str]) -> tuple[Rule, ...]:
    return tuple(
        Rule(f"{layer}.attention.{theirs}.{{p}}", f"blocks.{{i}}.attn.{ours}.{{p}}")
        for theirs, ours in zip(names, ("q", "k", "v", "proj"), strict=True)
    )


ON_DISK = ("attention.query", "attention.key", "attention.value", "output.dense")
IN_MEMORY = ("q_proj", "k_proj", "v_proj", "o_proj")


def _hf_vit(name: str, family: str, body: str, *extra: Rule) -> tuple[Dialect, Dialect]:
    """ViT and DeiT: transformers 5 renames layers, attention and MLP when it reads a file, and back when it writes
    one."""

    def spelling(suffix: str, layer: str, attention: tuple[str, str, str, str], fc1: str, fc2: str) -> Dialect:
        rules = (
            *_hf_common(body),
            *_hf_attention(layer, attention),
            *_rules(
                (f"{layer}.layernorm_before.{{p}}", "blocks.{i}.norm1.{p}"),
                (f"{layer}.layernorm_after.{{p}}", "blocks.{i}.norm2.{p}"),
                (f"{layer}.{fc1}.{{p}}", "blocks.{i}.mlp.fc1.{p}"),
                (f"{layer}.{fc2}.{{p}}", "blocks.{i}.mlp.fc2.{p}"),
            ),
            *extra,
        )
        return Dialect(name + suffix, family, rules, "bicubic", body)

    return (
        spelling("", f"{body}encoder.layer.{{i}}", ON_DISK, "intermediate.dense", "output.dense"),
        spelling("_memory", f"{body}layers.{{i}}", IN_MEMORY, "mlp.fc1", "mlp.fc2"),
    )


def _hf_dinov2(name: str, body: str, position_resample: Resample) -> tuple[Dialect, ...]:
    """DINOv2: layer scale, and registers in the second generation; attention and a gated MLP are renamed in memory."""
    layer = f"{body}encoder.layer.{{i}}"
    common = (
        *_hf_common(body),
        *_rules(
            (f"{body}embeddings.register_tokens", "reg_token"),
            (f"{layer}.norm1.{{p}}", "blocks.{i}.norm1.{p}"),
            (f"{layer}.layer_scale1.lambda1", "blocks.{i}.ls1.gamma"),
            (f"{layer}.norm2.{{p}}", "blocks.{i}.norm2.{p}"),
            (f"{layer}.layer_scale2.lambda1", "blocks.{i}.ls2.gamma"),
        ),
        _HEAD,
    )
    fc1, fc3, fc2 = (f"blocks.{{i}}.mlp.{part}.{{p}}" for part in ("fc1", "fc3", "fc2"))
    plain = _rules((f"{layer}.mlp.fc1.{{p}}", fc1), (f"{layer}.mlp.fc2.{{p}}", fc2))
    # The giant's (Dinov2SwiGLUFFN), packed on disk: the gate's matrix, then the value's.
    packed = (Rule(f"{layer}.mlp.weights_in.{{p}}", (fc1, fc3)), Rule(f"{layer}.mlp.weights_out.{{p}}", fc2))
    apart = _rules(*((f"{layer}.mlp.{part}_proj.{{p}}", o) for part, o in (("gate", fc1), ("up", fc3), ("down", fc2))))
    spellings = {
        "": (plain, ON_DISK), "_memory": (plain, IN_MEMORY),
        "_gated": (packed, ON_DISK), "_gated_memory": (apart, IN_MEMORY),
    }  # fmt: skip
    return tuple(
        Dialect(name + suffix, name, (*common, *mlp, *_hf_attention(layer, attention)), position_resample, body)
        for suffix, (mlp, attention) in spellings.items()
    )


_HEAD = Rule("classifier.{p}", "head.{p}")
# The decoder that reconstructs hidden patches in training (MAE, SimMIM); it is not on the way from picture to tokens.
_DECODER = Rule("decoder.{rest}", None)
# MSN has ViT's names, but transformers 5 writes its layers without the body's prefix if there is a head.
_BARE_LAYERS = tuple(
    replace(rule, theirs=rule.theirs.removeprefix("vit."), older=True)
    for rule in _hf_vit("", "", "vit.")[0].rules
    if rule.theirs.startswith("vit.encoder.")
)
_DIST_TOKEN = Rule("deit.embeddings.distillation_token", "dist_token")
_TWO_HEADS = _rules(("cls_classifier.{p}", "head.{p}"), ("distillation_classifier.{p}", "head_dist.{p}"))

DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        NATIVE,
        TIMM,
        DINOV2,
        DINOV2_REGISTERS,
        *DINOV2_GIANTS,
        MAE,  # behind DINOv2's, whose files have a mask_token as well
        GOOGLE,
        TORCHVISION,
        *_hf_vit("hf_vit", "hf_vit", "vit.", _HEAD, _DECODER, *_BARE_LAYERS),
        *_hf_vit("hf_deit", "hf_deit", "deit.", _DIST_TOKEN, _HEAD, _DECODER),
        *_hf_vit("hf_deit_teacher", "hf_deit", "deit.", _DIST_TOKEN, *_TWO_HEADS),
        *_hf_dinov2("hf_dinov2", "dinov2.", "bicubic"),
        *_hf_dinov2("hf_dinov2_with_registers", "dinov2_with_registers.", "bicubic_antialias"),
    )
}

# By family: the families of the first authors' own files of the same models.
ORIGINALS = {
    "timm": ("google",), "hf_vit": ("google",),
    "hf_dinov2": ("dinov2",), "hf_dinov2_with_registers": ("dinov2_registers",)
}  # fmt: skip


def family(name: str) -> tuple[Dialect, ...]:
    """Every dialect of a family."""
    return tuple(dialect for dialect in DIALECTS.values() if dialect.family == name)


def of_files(name: str) -> tuple[Dialect, ...]:
    """Every dialect in which a bare file of a family's models may be written: its own, and their first authors'."""
    return tuple(dialect for each in (name, *ORIGINALS.get(name, ())) for dialect in family(each))
