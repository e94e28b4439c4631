"""Tiny models of the three reference libraries, and our model built from each one's tensors.

All dimensions differ (4x4 patches, 48 numbers per token, 3 heads of 16, 96 hidden units, 7 classes), so that no
transpose can hide.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import torch
import torchvision.models.vision_transformer as tv
import transformers
from timm.layers import SwiGLUPacked
from timm.models import vision_transformer
from timm.models.deit import VisionTransformerDistilled
from torch import Tensor, nn

from tests.support.perturb import perturb
from vit_core.checkpoints.convert import find_dialect, from_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.config import Pool, ViTConfig
from vit_core.tap import RecordTap
from vit_core.vit import VisionTransformer

GATED: dict[str, Any] = {"act": "silu", "gated": True, "d_mlp": 48}
TINY = ViTConfig(image_size=32, patch_size=8, d_model=48, n_layers=2, n_heads=3, d_mlp=96, n_classes=7)


@dataclass(frozen=True, eq=False)
class Reference:
    """One library's model.

    Attributes:
        module: perturbed, in evaluation mode.
        config: what our model of the same shape is configured with.
        dialect: how the module's own state dict spells its tensors.
        blocks: name of the list of its encoder blocks, whose outputs are the residual stream.
        run: the forward pass; returns the class scores, or the normalised tokens when there is no head.
        attention: every head's pattern, layer by layer.
        at: the same model for another square picture size, where a model of the library has one fixed size.
    """

    module: nn.Module
    config: ViTConfig
    dialect: str
    blocks: str
    run: Callable[[nn.Module, Tensor], Tensor]
    attention: Callable[[nn.Module, Tensor], list[Tensor]]
    at: Callable[[int], Reference] | None = None

    def watched(self, pixels: Tensor) -> dict[str, Tensor]:
        """The reference's numbers under our trace names: every block's output, every head's pattern, the scores.

        Shapes: pixels [B, 3, H, W].
        """
        if self.at and pixels.shape[-1] != self.config.image_size:
            return self.at(pixels.shape[-1]).watched(pixels)
        module = self._module_of(pixels.dtype)
        outputs: dict[str, Tensor] = {}
        blocks = module.get_submodule(self.blocks)

        def keep(name: str) -> Callable[..., None]:
            def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
                outputs[name] = output[0] if isinstance(output, tuple) else output

            return hook

        handles = [block.register_forward_hook(keep(f"blocks.{i}.resid_post")) for i, block in enumerate(blocks)]
        with torch.no_grad():
            result = self.run(module, pixels)
            for handle in handles:
                handle.remove()
            patterns = self.attention(module, pixels)
        outputs |= {f"blocks.{i}.attn.pattern": pattern for i, pattern in enumerate(patterns)}
        outputs["logits" if self.config.n_classes else "ln_final"] = result
        return outputs

    @cache  # noqa: B019  a handful of tiny models, and copying one of transformers' takes longer than running it
    def _module_of(self, dtype: torch.dtype) -> nn.Module:
        return deepcopy(self.module).to(dtype)

    @cache  # noqa: B019
    def _ours(self) -> VisionTransformer:
        tensors = self.module.state_dict()
        dialect = find_dialect(tensors, DIALECTS.values())
        assert dialect.name == self.dialect
        state, _ = from_dialect(tensors, dialect, self.config)
        model = VisionTransformer(self.config)
        model.load_state_dict(state)
        return model.eval().requires_grad_(False)

    def ours(self) -> VisionTransformer:
        """Our model with the reference's weights, by way of the converter; a copy that may be damaged."""
        return deepcopy(self._ours())


def divergence(reference: dict[str, Tensor], model: VisionTransformer, pixels: Tensor) -> dict[str, float]:
    """Largest difference of each quantity, in the order in which the model computes them.

    The residual stream has no scale of its own (it reaches 20 here): its difference is a share of its largest value.
    """
    record = RecordTap(lambda name: name in reference)
    with torch.no_grad():
        deepcopy(model).to(pixels.dtype)(pixels, tap=record)
    assert record.tensors.keys() == reference.keys()
    found = {}
    for name, ours in record.tensors.items():
        assert ours.shape == reference[name].shape, name
        unit = reference[name].abs().max().item() if name.endswith("resid_post") else 1.0
        found[name] = (ours - reference[name]).abs().max().item() / unit
    return found


def assert_same(found: dict[str, float], atol: dict[str, float]) -> None:
    """Fail with the first name that differs.

    Args:
        atol: tolerance by ending of the name; "" for all others.
    """
    for name, difference in found.items():
        allowed = next(atol[ending] for ending in sorted(atol, reverse=True) if name.endswith(ending))
        assert difference <= allowed, f"{name} is the first to differ: by {difference:.2g}, more than {allowed:.0e}"


# ---- torchvision


def torchvision_vit() -> Reference:
    def build(size: int) -> tv.VisionTransformer:
        return tv.VisionTransformer(size, 8, 2, 3, 48, 96, num_classes=7)

    module = perturb(build(32))
    config = replace(TINY, position_resample="bicubic_corners")

    def at(size: int) -> Reference:
        resized = build(size).eval()
        # float64 first: torchvision interpolates in the precision of the state dict.
        state = tv.interpolate_embeddings(size, 8, module.double().state_dict())
        resized.double().load_state_dict(state)
        module.float()
        return _torchvision_reference(resized, config)

    return replace(_torchvision_reference(module, config), at=at)


def _torchvision_reference(module: tv.VisionTransformer, config: ViTConfig) -> Reference:
    return Reference(module, config, "torchvision", "encoder.layers", lambda m, x: m(x), _torchvision_attention)


def _torchvision_attention(module: nn.Module, pixels: Tensor) -> list[Tensor]:
    """nn.MultiheadAttention throws its weights away unless asked, so the call is changed on its way in."""
    patterns: list[Tensor] = []

    def ask(_module: nn.Module, args: Any, kwargs: dict[str, Any]) -> Any:
        return args, {**kwargs, "need_weights": True, "average_attn_weights": False}

    def keep(_module: nn.Module, _args: Any, output: Any) -> None:
        patterns.append(output[1])

    attentions = [m for m in module.modules() if isinstance(m, nn.MultiheadAttention)]
    handles = [m.register_forward_pre_hook(ask, with_kwargs=True) for m in attentions]
    handles += [m.register_forward_hook(keep) for m in attentions]
    module(pixels)
    for handle in handles:
        handle.remove()
    return patterns


# ---- timm


def timm_vit(*, distilled: bool = False, **arguments: Any) -> Reference:
    """timm's model; `arguments` are its own (reg_tokens, init_values, no_embed_class, qkv_bias, mlp_layer, …)."""
    family = VisionTransformerDistilled if distilled else vision_transformer.VisionTransformer
    sizes = {"img_size": 32, "patch_size": 8, "embed_dim": 48, "depth": 2, "num_heads": 3, "mlp_ratio": 2}
    module = perturb(family(**{**sizes, "num_classes": 7, "dynamic_img_size": True, **arguments}))
    for block in module.blocks:
        block.attn.fused_attn = False
    pool: Pool = "cls"
    if arguments.get("global_pool") == "avg":
        pool = "mean+norm" if arguments.get("fc_norm", True) else "mean"
    config = replace(
        TINY,
        n_classes=arguments.get("num_classes", 7),
        n_registers=arguments.get("reg_tokens", 0),
        distilled=distilled,
        distilled_head=distilled,
        layer_scale="init_values" in arguments,
        qkv_bias=arguments.get("qkv_bias", True),
        prefix_positions=not arguments.get("no_embed_class", False),
        pool=pool,
        position_resample="bicubic_antialias",
        **(GATED if "mlp_layer" in arguments else {}),
    )
    headless = config.n_classes == 0
    run = (lambda m, x: m.forward_features(x)) if headless else (lambda m, x: m(x))
    return Reference(module, config, "timm", "blocks", run, _timm_attention)


def _timm_attention(module: Any, pixels: Tensor) -> list[Tensor]:
    """With fused_attn off, the pattern passes through the (inactive) dropout."""
    patterns: list[Tensor] = []
    handles = [
        block.attn.attn_drop.register_forward_hook(lambda _m, _i, output: patterns.append(output))
        for block in module.blocks
    ]
    module(pixels)
    for handle in handles:
        handle.remove()
    return patterns


# ---- transformers

HF_SIZES = {
    "image_size": 32, "patch_size": 8, "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 3,
    "num_labels": 7,
}  # fmt: skip


def hf_vit(*, head: bool = True, **changes: Any) -> Reference:
    config = transformers.ViTConfig(**HF_SIZES, intermediate_size=96, layer_norm_eps=1e-6, **changes)
    family = transformers.ViTForImageClassification if head else transformers.ViTModel
    return _hf(family(config), replace(TINY, qkv_bias=config.qkv_bias), "hf_vit_memory", resize=True)


def hf_msn(*, head: bool = True) -> Reference:
    config = transformers.ViTMSNConfig(**HF_SIZES, intermediate_size=96)
    family = transformers.ViTMSNForImageClassification if head else transformers.ViTMSNModel
    # In memory its names are those of ViT.
    return _hf(family(config), TINY, "hf_vit_memory", resize=True)


def hf_mae() -> Reference:
    """The encoder, told to hide nothing: it draws which patches to keep by sorting noise."""
    decoder = {"decoder_hidden_size": 32, "decoder_num_attention_heads": 4, "decoder_num_hidden_layers": 1}
    config = transformers.ViTMAEConfig(**HF_SIZES, **decoder, intermediate_size=96, mask_ratio=0.0)
    module: Any = perturb(transformers.ViTMAEForPreTraining(config))

    def encode(m: Any, pixels: Tensor, attention: str) -> Any:
        m.set_attn_implementation(attention)
        patches = pixels.shape[-2] * pixels.shape[-1] // 64
        noise = torch.arange(patches).expand(len(pixels), -1)
        return m.vit(pixels, noise=noise, interpolate_pos_encoding=True, output_attentions=attention == "eager")

    return Reference(
        module,
        replace(TINY, n_classes=0, eps=1e-12),
        "hf_vit_memory",
        "vit.layers",
        lambda m, pixels: encode(m, pixels, "sdpa").last_hidden_state,
        lambda m, pixels: list(encode(m, pixels, "eager").attentions),
    )


def hf_deit(*, teacher: bool) -> Reference:
    family = transformers.DeiTForImageClassificationWithTeacher if teacher else transformers.DeiTForImageClassification
    # 1e-12 is what the published DeiT configs say.
    config = transformers.DeiTConfig(**HF_SIZES, intermediate_size=96, layer_norm_eps=1e-12)
    ours = replace(TINY, distilled=True, distilled_head=teacher, eps=1e-12)
    return _hf(family(config), ours, "hf_deit_teacher_memory" if teacher else "hf_deit_memory", resize=True)


def hf_dinov2(*, registers: int | None = None, head: bool = True, gated: bool = False) -> Reference:
    """`registers`: of the second generation, which can also have none; None for the first."""
    second = registers is not None
    name = "Dinov2WithRegisters" if second else "Dinov2"
    sizes = {**HF_SIZES, "mlp_ratio": 2, **({"num_register_tokens": registers} if second else {})}
    sizes |= {"use_swiglu_ffn": True} if gated else {}
    config = getattr(transformers, f"{name}Config")(**sizes)
    family = getattr(transformers, f"{name}{'ForImageClassification' if head else 'Model'}")
    ours = replace(
        TINY,
        layer_scale=True,
        pool="cls+mean",
        n_registers=registers or 0,
        position_resample="bicubic_antialias" if second else "bicubic",
        **({**GATED, "d_mlp": 64} if gated else {}),
    )
    # Saved without a head, the two generations differ in nothing but the registers.
    dialect = "hf_dinov2_with_registers" if second and head else "hf_dinov2"
    dialect += "_gated_memory" if gated else "_memory"
    return _hf(family(config), ours, dialect, resize=False)


def _hf(module: Any, config: ViTConfig, dialect: str, *, resize: bool) -> Reference:
    """`resize`: the family resizes its positions only when it is asked to."""
    asked = {"interpolate_pos_encoding": True} if resize else {}
    head = "ImageClassification" in type(module).__name__
    layers = "encoder.layer" if "dinov2" in dialect else "layers"
    blocks = f"{perturb(module).base_model_prefix}.{layers}" if head else layers

    def run(m: Any, pixels: Tensor) -> Tensor:
        # transformers' eager attention rounds its softmax to float32; sdpa keeps float64 and cannot show patterns.
        m.set_attn_implementation("sdpa")
        output = m(pixels, **asked)
        return output.logits if head else output.last_hidden_state

    def attention(m: Any, pixels: Tensor) -> list[Tensor]:
        m.set_attn_implementation("eager")
        return list(m(pixels, output_attentions=True, **asked).attentions)

    return Reference(module, config if head else replace(config, n_classes=0), dialect, blocks, run, attention)


TIMM_GATED = {"mlp_layer": SwiGLUPacked, "act_layer": nn.SiLU}
REFERENCES: dict[str, Callable[[], Reference]] = {
    "torchvision": torchvision_vit,
    "timm": timm_vit,
    "timm-dino": lambda: timm_vit(num_classes=0),
    "timm-no-qkv-bias": lambda: timm_vit(qkv_bias=False),
    "timm-normalised-mean": lambda: timm_vit(global_pool="avg"),
    "timm-mean-of-normalised": lambda: timm_vit(global_pool="avg", fc_norm=False, reg_tokens=3, no_embed_class=True),
    "timm-normalised-cls": lambda: timm_vit(fc_norm=True),
    "timm-deit-distilled": lambda: timm_vit(distilled=True),
    "timm-deit3": lambda: timm_vit(init_values=0.5, no_embed_class=True),
    "timm-dinov2-registers": lambda: timm_vit(init_values=0.5, no_embed_class=True, reg_tokens=3, num_classes=0),
    "timm-dinov2-giant": lambda: timm_vit(init_values=0.5, **TIMM_GATED),
    "timm-pathology-giant": lambda: timm_vit(
        init_values=0.5, num_classes=0, reg_tokens=3, no_embed_class=True, **TIMM_GATED
    ),
    "hf-vit": hf_vit,
    "hf-vit-headless": lambda: hf_vit(head=False),
    "hf-vit-msn": hf_msn,
    "hf-vit-msn-headless": lambda: hf_msn(head=False),
    "hf-vit-mae": hf_mae,
    "hf-vit-no-qkv-bias": lambda: hf_vit(qkv_bias=False),
    "hf-deit": lambda: hf_deit(teacher=False),
    "hf-deit-teacher": lambda: hf_deit(teacher=True),
    "hf-dinov2": hf_dinov2,
    "hf-dinov2-headless": lambda: hf_dinov2(head=False),
    "hf-dinov2-registers": lambda: hf_dinov2(registers=3),
    "hf-dinov2-registers-headless": lambda: hf_dinov2(registers=3, head=False),
    "hf-dinov2-no-registers": lambda: hf_dinov2(registers=0),
    "hf-dinov2-giant": lambda: hf_dinov2(gated=True),
    "hf-dinov2-giant-headless": lambda: hf_dinov2(gated=True, head=False),
    "hf-dinov2-registers-giant": lambda: hf_dinov2(registers=3, gated=True),
}
