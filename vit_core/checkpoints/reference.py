"""Put a loaded model's weights into torchvision's and timm's own Vision Transformers, and compare their answers with
ours.

The only module that knows these libraries' models. torchvision is a requirement of this program; timm is used where it
is installed, and imported only when it is asked for. tests/parity compares piece by piece; this compares the answer to
one picture, on the visitor's own photo.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, nn

from vit_core.checkpoints.convert import to_dialect
from vit_core.checkpoints.dialects import DIALECTS
from vit_core.checkpoints.loading import LoadedModel
from vit_core.config import ViTConfig
from vit_core.shapes_only import shapes_only
from vit_core.trace import Trace

Grid = tuple[int, int]


@dataclass(frozen=True)
class Parity:
    """How far another implementation's answer is from ours on one picture.

    Attributes:
        library: "torchvision" or "timm".
        version: of the installed library; "" when it is not installed.
        missing: why there is no comparison: "" when there is one, "not_installed", or the part of this model that the
            library's Vision Transformer cannot express.
        compared: "logits", or "cls" (CLS after the last norm) where there is no class head.
        deviation: largest difference, as a share of the largest value compared; NaN without a comparison.
        seconds: to build the reference and to run it.
    """

    library: str
    version: str = ""
    missing: str = ""
    compared: str = ""
    deviation: float = float("nan")
    seconds: float = 0.0


def cannot_express(library: str, config: ViTConfig) -> str:
    """The first part of this architecture for which a library's plain Vision Transformer has no place; "" for none."""
    reasons = {
        "gated": config.gated and library == "torchvision",
        "activation": config.act != ("silu" if config.gated else "gelu"),
        "pool": config.norm_of_mean or (config.pool != "cls" and config.n_classes > 0),
        "distilled": config.distilled and (library == "torchvision" or not config.distilled_head),
    }
    if library == "torchvision":
        reasons |= {
            "registers": config.n_registers > 0,
            "layer_scale": config.layer_scale,
            "prefix_positions": not config.prefix_positions,
            "qkv_bias": not config.qkv_bias,
        }
    else:
        # timm gives registers a position wherever it gives CLS one.
        reasons["registers"] = config.n_registers > 0 and (config.prefix_positions or config.distilled)
        reasons["distilled"] |= config.distilled and not config.prefix_positions
        # timm takes the mean of the patches either way; without a head only CLS can be compared.
        reasons["pool"] &= config.pool == "cls+mean" or config.distilled or not config.n_classes
    return next((reason for reason, holds in reasons.items() if holds), "")


def parity(library: str, loaded: LoadedModel, trace: Trace) -> Parity:
    """Run a library's model with our weights on the very pixels of a trace and compare the answers.

    Raises:
        KeyError: no such library is known here.
    """
    build, run = _LIBRARIES[library]
    if importlib.util.find_spec(library) is None:
        return Parity(library, missing="not_installed")
    version = importlib.metadata.version(library)
    missing = cannot_express(library, trace.config)
    rows, cols = trace.geometry.grid
    if rows != cols and not missing:
        missing = "square"
    if missing:
        return Parity(library, version, missing)
    started = time.perf_counter()
    reference = build(loaded, trace.geometry.grid)
    with torch.inference_mode():
        theirs = run(reference, trace.pixels[None])[0]
    ours = trace["ln_final"][0] if trace.logits is None else trace.logits
    deviation = (theirs - ours).abs().max() / ours.abs().max()
    compared = "cls" if trace.logits is None else "logits"
    return Parity(library, version, "", compared, deviation.item(), time.perf_counter() - started)


def torchvision_model(loaded: LoadedModel, grid: Grid) -> nn.Module:
    """torchvision's VisionTransformer with our weights, for a grid of patches.

    Its position table has one fixed size: for another it is given ours, resized as this checkpoint's family does it.
    """
    from torchvision.models.vision_transformer import VisionTransformer  # noqa: PLC0415

    config = loaded.model.config
    with shapes_only():  # no time for weights that are replaced at once
        model = VisionTransformer(
            grid[0] * config.patch_size,
            config.patch_size,
            config.n_layers,
            config.n_heads,
            config.d_model,
            config.d_mlp,
            num_classes=config.n_classes or 1,
            norm_layer=partial(nn.LayerNorm, eps=config.eps),
        )
    if not config.n_classes:
        model.heads = nn.Identity()
    return _filled(model, loaded, grid, "torchvision")


def timm_model(loaded: LoadedModel, grid: Grid) -> nn.Module:
    """timm's VisionTransformer (or its distilled sibling) with our weights, for a grid of patches."""
    config = loaded.model.config
    arguments: dict[str, Any] = {
        "img_size": grid[0] * config.patch_size,
        "patch_size": config.patch_size,
        "embed_dim": config.d_model,
        "depth": config.n_layers,
        "num_heads": config.n_heads,
        "mlp_ratio": (config.d_mlp * (2 if config.gated else 1) + 0.5) / config.d_model,  # it rounds down
        "num_classes": config.n_classes,
        "qkv_bias": config.qkv_bias,
        "norm_layer": partial(nn.LayerNorm, eps=config.eps),
    }
    if config.distilled:
        family = importlib.import_module("timm.models.deit").VisionTransformerDistilled
    else:
        family = importlib.import_module("timm.models.vision_transformer").VisionTransformer
        arguments["reg_tokens"] = config.n_registers
        arguments["no_embed_class"] = not config.prefix_positions
    if config.pool != "cls" and config.n_classes:
        arguments |= {"global_pool": "avg", "fc_norm": config.norm_of_mean}
    if config.layer_scale:
        arguments["init_values"] = 1.0
    if config.gated:
        arguments |= {"mlp_layer": importlib.import_module("timm.layers").SwiGLUPacked, "act_layer": nn.SiLU}
    with shapes_only():
        model = family(**arguments)
    return _filled(model, loaded, grid, "timm")


def _filled(model: nn.Module, loaded: LoadedModel, grid: Grid, dialect: str) -> nn.Module:
    net = loaded.model
    state = {name: x.float() for name, x in net.state_dict().items()}
    state["pos_embed"] = net.position_table(*grid).detach().float()
    theirs = to_dialect(state, DIALECTS[dialect])
    if dialect == "timm" and net.config.norm_of_mean:
        theirs |= {f"fc_{name}": theirs.pop(name) for name in ("norm.weight", "norm.bias")}
    model.load_state_dict(theirs, strict=True, assign=True)
    return model.eval().requires_grad_(False)


def _run_torchvision(model: Any, pixels: Tensor) -> Tensor:
    return model(pixels)


def _run_timm(model: Any, pixels: Tensor) -> Tensor:
    return model(pixels) if model.num_classes else model.forward_features(pixels)[:, 0]


_LIBRARIES: MappingProxyType[
    str, tuple[Callable[[LoadedModel, Grid], nn.Module], Callable[[nn.Module, Tensor], Tensor]]
] = MappingProxyType(
    {"torchvision": (torchvision_model, _run_torchvision), "timm": (timm_model, _run_timm)},
)
LIBRARIES = tuple(_LIBRARIES)
