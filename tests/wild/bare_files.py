"""Bare files of tensors: as the authors of DeiT, DINO, DINOv2, MAE, MSN and others publish them, and training code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import safetensors.torch
import timm
import torch
from PIL import Image
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn
from torch.nn import functional as F

from tests.wild.forms import Case, Form
from tests.wild.readers import OfTimm, OfTorchvision, See, timms_pixels
from tests.wild.timm_folders import Arguments, layers_of, made, shape_of
from tests.wild.weights import shaken
from vit_core.config import ViTConfig

State = dict[str, Tensor]
Resize = Callable[[Tensor, int, int], Tensor]
Like = str | Callable[[], ViTConfig]


# ---- how a reference is made


def resized(resize: Resize) -> Callable[[Any, Tensor], None]:
    """Give a model of timm its positions for another picture by its authors' rule, of which timm changes nothing."""

    def change(model: Any, pixels: Tensor) -> None:
        rows, cols = (side // model.patch_embed.patch_size[0] for side in pixels.shape[1:])
        own = getattr(model, "own_positions", model.pos_embed.data)
        model.own_positions = own
        n = own.shape[1] - (model.patch_embed.img_size[0] // model.patch_embed.patch_size[0]) ** 2
        side = round((own.shape[1] - n) ** 0.5)
        grid = own[:, n:].reshape(side, side, -1)
        grid = grid if (rows, cols) == (side, side) else resize(grid, rows, cols)
        model.pos_embed = nn.Parameter(torch.cat([own[:, :n], grid.reshape(1, rows * cols, -1)], dim=1))
        model.patch_embed.grid_size = (rows, cols)

    return change


def dinov2s(grid: Tensor, rows: int, cols: int, *, antialias: bool, offset: float) -> Tensor:
    """dinov2/models/vision_transformer.py, interpolate_pos_encoding. Shapes: [side, side, D] -> [rows, cols, D]."""
    side = grid.shape[0]
    kwargs: dict[str, Any] = {"size": (rows, cols)}
    if offset:
        kwargs = {"scale_factor": ((rows + offset) / side, (cols + offset) / side)}
    picture = grid.permute(2, 0, 1)[None]
    return F.interpolate(picture, mode="bicubic", antialias=antialias, **kwargs)[0].permute(1, 2, 0)


def googles(grid: Tensor, rows: int, cols: int) -> Tensor:
    """vit_jax/checkpoint.py: scipy.ndimage.zoom with order 1, whose first and last places are the grid's own."""

    def along(x: Tensor, n: int) -> Tensor:
        at = torch.linspace(0, x.shape[0] - 1, n, dtype=torch.float64)
        low = at.floor().long().clamp(max=x.shape[0] - 2)
        share = (at - low)[:, None, None]
        return x[low] * (1 - share) + x[low + 1] * share

    return along(along(grid.double(), rows).transpose(0, 1), cols).transpose(0, 1).float()


def dinov2s_pixels(photo: Image.Image) -> Tensor:
    """dinov2/data/transforms.py, make_classification_eval_transform."""
    from torchvision import transforms

    steps = [
        transforms.Resize(256, interpolation=transforms.InterpolationMode.BICUBIC), transforms.CenterCrop(224),
        transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    ]  # fmt: skip
    return transforms.Compose(steps)(photo)


def said(like: Like) -> str | ViTConfig:
    """What `vit_core.load` is told."""
    return like if isinstance(like, str) else like()


def sight(like: Like) -> See | None:
    """How a photo is prepared for a file that is like a registered model."""
    if not isinstance(like, str):
        return None
    return dinov2s_pixels if "dinov2" in like else timms_pixels(like)


def read_by_timm(
    architecture: str, arguments: Arguments, plain: Path, resize: Resize | None, see: See | None
) -> OfTimm:
    """timm's model with the tensors of a file that holds nothing else."""
    model = timm.create_model(architecture, dynamic_img_size=True, weight_init="skip", **arguments)
    state = safetensors.torch.load_file(plain)
    model.load_state_dict(timm.models.vision_transformer.checkpoint_filter_fn(state, model), strict=True)
    return OfTimm(model, see, at=resized(resize) if resize else None)


def shape(architecture: str, arguments: Arguments, **changes: Any) -> Like:
    """What a person says of a file that names no registered model, found out when it is needed."""
    return partial(_shape, architecture, arguments, changes)


def _shape(architecture: str, arguments: Arguments, changes: dict[str, Any]) -> ViTConfig:
    with torch.device("meta"):
        model = timm.create_model(architecture, **arguments)
    block = model.blocks[0]
    said = ViTConfig(
        image_size=model.patch_embed.img_size[0], patch_size=model.patch_embed.patch_size[0], d_model=model.embed_dim,
        n_layers=len(model.blocks), n_heads=block.attn.num_heads, d_mlp=block.mlp.fc2.in_features,
        n_classes=model.num_classes, eps=1e-6, qkv_bias=block.attn.qkv.bias is not None,
    )  # fmt: skip
    return replace(said, **changes)


Wrap = Callable[[State], Any]


def written(
    folder: Path,
    architecture: str,
    arguments: Arguments,
    file: str,
    wrap: Wrap,
    *,
    like: Like,
    resize: Resize | None = None,
    save: Callable[[Any, Path], object] = torch.save,
    own: Callable[[State], State] | None = None,
) -> Case:
    """A file in its published wrapping, and beside it what timm reads: the same tensors and nothing else.

    Args:
        wrap: what the file holds, made of timm's tensors.
        own: timm's tensors as the first authors call them, from which timm's own loader makes its own.
    """
    folder.mkdir()
    module = made(architecture, **arguments)
    state = {key: x.clone() for key, x in module.state_dict().items()}
    state = own(state) if own else state
    safetensors.torch.save_file(state, folder / "plain.safetensors")
    save(wrap(state), folder / file)
    del module, state
    reference = partial(read_by_timm, architecture, arguments, folder / "plain.safetensors", resize, sight(like))
    _, _, patch, size = shape_of(architecture)
    return Case(folder / file, reference, said(like), patch, arguments.get("img_size", size))


# ---- wrappings


def as_model(state: State) -> Any:
    return {"model": state}


def as_state_dict(state: State) -> Any:
    return {"state_dict": state}


def plainly(state: State) -> Any:
    return state


def prefixed(prefix: str, state: State) -> State:
    return {prefix + key: x for key, x in state.items()}


def noise(*sizes: int) -> Tensor:
    return torch.randn(*sizes, generator=torch.Generator().manual_seed(3))


def dinos_training(state: State, *, arguments: Any = None) -> Any:
    """main_dino.py: student and teacher, each with its projection head."""
    head = {"head.mlp.0.weight": noise(8, 4), "head.mlp.0.bias": noise(8), "head.last_layer.weight_g": noise(8, 1)}
    twin = {key: x + 1 for key, x in state.items()}
    made: dict[str, Any] = {
        "student": {f"module.{key}": x for key, x in {**prefixed("backbone.", twin), **head}.items()},
        "teacher": {**prefixed("backbone.", state), **head},
        "epoch": 100,
        "dino_loss": {"center": noise(1, 8)},
        "optimizer": {"state": {}, "param_groups": []},
    }
    return made if arguments is None else {**made, "args": arguments}


def msns(state: State) -> Any:
    """msn_train.py: both encoders with their projection heads."""
    head = {"fc.fc1.weight": noise(8, 4), "fc.bn1.running_mean": noise(8), "fc.fc3.bias": noise(8)}
    twin = {key: x + 1 for key, x in state.items()}
    return {
        "encoder": prefixed("module.", {**twin, **head}),
        "target_encoder": prefixed("module.", {**state, **head}),
        "prototypes": noise(8, 4),
        "epoch": 800,
        "loss": 1.0,
        "batch_size": 64,
    }


def maes(state: State) -> Any:
    """mae_visualize_*.pth: the encoder and the decoder of its training."""
    decoder = {
        "mask_token": noise(1, 1, 512), "decoder_pos_embed": noise(1, 197, 512), "decoder_embed.weight": noise(512, 8),
        "decoder_blocks.0.norm1.weight": noise(512), "decoder_norm.bias": noise(512), "decoder_pred.bias": noise(768),
    }  # fmt: skip
    return {"model": {**state, **decoder}}


def mocos(state: State) -> Any:
    """main_moco.py: both encoders, whose head is a projection."""
    both = {key: x for key, x in state.items() if not key.startswith("head.")}
    head = {"head.0.weight": noise(8, 4), "head.1.running_var": noise(8)}
    made = {f"module.base_encoder.{key}": x for key, x in {**both, **head}.items()}
    made |= {f"module.momentum_encoder.{key}": x for key, x in {**both, **head}.items()}
    return {"epoch": 300, "arch": "vit_small", "state_dict": {**made, "module.predictor.0.weight": noise(8, 4)}}


def lightnings(state: State) -> Any:
    """A .ckpt of Lightning, whose module keeps the network in self.model."""
    return {
        "epoch": 9, "global_step": 100, "pytorch-lightning_version": "2.4.0", "state_dict": prefixed("model.", state),
        "loops": {}, "callbacks": {}, "optimizer_states": [], "lr_schedulers": [], "hyper_parameters": {"lr": 1e-4},
    }  # fmt: skip


def averaged(key: str, beside: str, state: State) -> Any:
    """Training code that keeps a running mean of the weights, which is what it evaluates."""
    return {beside: {name: x + 1 for name, x in state.items()}, key: state, "epoch": 9}


def chunked(state: State) -> Any:
    """DINOv2's training on several machines: blocks in chunks."""
    named = {key.replace("blocks.", "blocks.0.", 1): x for key, x in state.items()}
    return {"teacher": {**prefixed("backbone.", named), "dino_head.mlp.0.weight": noise(8, 4), "ibot_head.x": noise(8)}}


def with_registers(state: State) -> State:
    """dinov2_*_reg4_pretrain.pth: CLS has a position and registers have none."""
    state["register_tokens"] = state.pop("reg_token")
    state["pos_embed"] = torch.cat([noise(1, 1, state["pos_embed"].shape[-1]), state["pos_embed"]], dim=1)
    return with_mask(state)


def with_mask(state: State) -> State:
    """dinov2_*_pretrain.pth: beside timm's tensors the token of hidden patches."""
    return {**state, "mask_token": noise(1, state["pos_embed"].shape[-1])}


def giants(state: State) -> State:
    """dinov2_vitg14_*.pth: the layers of SwiGLUFFN are w12 and w3."""
    names = (("mlp.fc1.", "mlp.w12."), ("mlp.fc2.", "mlp.w3."))
    for ours, theirs in names:
        state = {key.replace(ours, theirs): x for key, x in state.items()}
    return with_registers(state) if "reg_token" in state else with_mask(state)


def older(content: Any, path: Path) -> None:
    """torch.save before 1.6."""
    torch.save(content, path, _use_new_zipfile_serialization=False)


def torchvisions(folder: Path, name: str, file: str, wrap: Wrap) -> Case:
    """A file of torchvision's, in the spelling of before 0.14, which its own loader renames."""
    import torchvision

    folder.mkdir()
    module: Any = shaken(getattr(torchvision.models, name))
    older_names = {
        key.replace("mlp.0", "mlp.linear_1").replace("mlp.3", "mlp.linear_2"): x
        for key, x in module.state_dict().items()
    }
    torch.save(module.state_dict(), folder / "plain.pth")
    torch.save(wrap(older_names), folder / file)
    patch = module.patch_size
    return Case(folder / file, partial(OfTorchvision, folder / "plain.pth", name), like=name, patch=patch)


# ---- forms

SMALL, TINY = "vit_small_patch16_224", "vit_tiny_patch16_224"
AUGREG = "vit_small_patch16_224.augreg_in21k_ft_in1k"
DINO = {"num_classes": 0}
TRAINED = {"num_classes": 7}


def _timms() -> Iterator[tuple[str, str, str, Arguments, str, Wrap, dict[str, Any]]]:
    """Title, publisher, architecture, its arguments, file, wrapping, and what else `written` is told."""
    deit = "github.com/facebookresearch/deit"
    for size in ("tiny", "small", "base"):
        name = f"deit_{size}_patch16_224"
        yield f"{name}-….pth", deit, name, {}, "model.pth", as_model, {"like": f"{name}.fb_in1k"}
    name = "deit_small_distilled_patch16_224"
    yield f"{name}-….pth", deit, name, {}, "model.pth", as_model, {"like": f"{name}.fb_in1k"}
    name = "deit3_small_patch16_224"
    like = shape(name, {}, layer_scale=True, prefix_positions=False)
    yield "deit_3_small_224_1k.pth", deit, name, {}, "model.pth", as_model, {"like": like}

    dino = "github.com/facebookresearch/dino"
    for file, name in (
        ("dino_deitsmall16_pretrain.pth", "vit_small_patch16_224"),
        ("dino_deitsmall8_pretrain.pth", "vit_small_patch8_224"),
        ("dino_vitbase16_pretrain.pth", "vit_base_patch16_224"),
    ):
        yield file, dino, name, DINO, file, plainly, {"like": f"{name}.dino"}
    like = f"{SMALL}.dino"
    yield (
        "main_dino.py's checkpoint, without its arguments",
        dino,
        SMALL,
        DINO,
        "checkpoint.pth",
        dinos_training,
        {"like": like},
    )
    ibot = "github.com/bytedance/ibot"
    yield "checkpoint_teacher.pth", ibot, SMALL, DINO, "teacher.pth", as_state_dict, {"like": like}

    dinov2 = "github.com/facebookresearch/dinov2"
    rule = partial(dinov2s, antialias=False, offset=0.1)
    registers_rule = partial(dinov2s, antialias=True, offset=0.0)
    for letter, size in (("s", "small"), ("b", "base")):
        file, name = f"dinov2_vit{letter}14_pretrain.pth", f"vit_{size}_patch14_dinov2"
        more: dict[str, Any] = {"like": f"facebook/dinov2-{size}", "resize": rule, "own": with_mask}
        yield file, dinov2, name, {}, file, plainly, more
        file, name = f"dinov2_vit{letter}14_reg4_pretrain.pth", f"vit_{size}_patch14_reg4_dinov2"
        like = f"facebook/dinov2-with-registers-{size}"
        more = {"like": like, "resize": registers_rule, "own": with_registers}
        yield file, dinov2, name, {}, file, plainly, more
    for name, file, giant_rule in (
        ("vit_giant_patch14_dinov2", "dinov2_vitg14_pretrain.pth", rule),
        ("vit_giant_patch14_reg4_dinov2", "dinov2_vitg14_reg4_pretrain.pth", registers_rule),
    ):
        has = {"n_registers": 4} if "reg4" in name else {}
        like = shape(name, {"depth": 2}, layer_scale=True, **has)
        more = {"like": like, "resize": giant_rule, "own": giants}
        yield file, dinov2, name, {"depth": 2}, file, plainly, more
    more = {"like": "facebook/dinov2-small", "resize": rule, "own": with_mask}
    yield "teacher_checkpoint.pth in chunks", dinov2, "vit_small_patch14_dinov2", {}, "teacher.pth", chunked, more

    mae = "github.com/facebookresearch/mae"
    base = "vit_base_patch16_224"
    encoder = shape(base, DINO)
    yield "mae_pretrain_vit_base.pth", mae, base, DINO, "mae.pth", as_model, {"like": encoder}
    yield "mae_visualize_vit_base.pth", mae, base, DINO, "mae.pth", maes, {"like": encoder}
    tuned = {"global_pool": "avg"}
    yield "mae_finetuned_vit_base.pth", mae, base, tuned, "mae.pth", as_model, {"like": shape(base, tuned)}
    large = {"depth": 4, "num_classes": 0}
    yield (
        "mae_pretrain_vit_large.pth",
        mae,
        "vit_large_patch16_224",
        large,
        "mae.pth",
        as_model,
        {"like": shape("vit_large_patch16_224", large)},
    )

    moco = "github.com/facebookresearch/moco-v3"
    yield "linear-vit-s-300ep.pth.tar", moco, SMALL, {}, "linear.pth.tar", lambda state: {
        "epoch": 90, "arch": "vit_small", "state_dict": prefixed("module.", state), "best_acc1": 73.2
    }, {"like": shape(SMALL, {})}  # fmt: skip
    msn = "github.com/facebookresearch/msn"
    yield "vits16_800ep.pth.tar", msn, SMALL, DINO, "vits16_800ep.pth.tar", msns, {"like": shape(SMALL, DINO)}

    own = {"like": shape(SMALL, TRAINED)}
    for title, where, file, wrap, more in (
        ("a plain state dict", "torch.save(model.state_dict())", "model.pth", plainly, {}),
        ("a plain state dict of before torch 1.6", "torch.save", "model.pth", plainly, {"save": older}),
        ("the same as .safetensors", "safetensors.torch.save_file", "model.safetensors", plainly,
         {"save": safetensors.torch.save_file}),
        ("the names of DistributedDataParallel", "model.state_dict() of DDP", "model.pth", partial(prefixed, "module."),
         {}),
        ("the names of torch.compile", "model.state_dict() of torch.compile", "model.pth",
         partial(prefixed, "_orig_mod."), {}),
        ("a .ckpt of Lightning", "Lightning's Trainer", "last.ckpt", lightnings, {}),
        ("model_state_dict and optimizer_state_dict", "PyTorch's tutorial on saving", "model.tar",
         lambda state: {"epoch": 5, "model_state_dict": state, "optimizer_state_dict": {"state": {}}, "loss": 0.4}, {}),
        ("mp_rank_00_model_states.pt", "DeepSpeed", "mp_rank_00_model_states.pt",
         lambda state: {"module": state, "buffer_names": [], "ds_version": "0.14"}, {}),
        ("state_dict beside state_dict_ema", "timm's train.py with --model-ema", "model.pth",
         partial(averaged, "state_dict_ema", "state_dict"), {}),
        ("model beside model_ema", "DeiT's and ConvNeXt's main.py", "model.pth",
         partial(averaged, "model_ema", "model"), {}),
        ("weights as torch.optim's AveragedModel has them", "torch.optim.swa_utils", "swa.pth",
         lambda state: {"n_averaged": torch.tensor(7), **prefixed("module.", state)}, {}),
    ):  # fmt: skip
        yield title, where, SMALL, TRAINED, file, wrap, {**own, **more}


# ---- Google's arrays


def arrays(folder: Path, architecture: str, arguments: Arguments, *, like: Like, form: str) -> Case:
    """A .npz of Google's: `form` says whose."""
    import numpy as np

    folder.mkdir()
    width, depth, patch, size = shape_of(architecture)
    depth = arguments.get("depth", depth)
    n_classes, heads = arguments.get("num_classes", 1000), width // 64
    chance = torch.Generator().manual_seed(0)

    def x(name: str, *sizes: int, fan: int = 1) -> Any:
        if "scale" in name or "bias" in name or not fan:
            drawn_ = 0.2 * torch.randn(sizes, generator=chance) + ("scale" in name)
        else:
            drawn_ = torch.randn(sizes, generator=chance) / fan**0.5
        return drawn_.float().numpy()

    new = form in ("big_vision", "stacked", "bfloat16")
    a, n, m = (0, 1, 0) if new else (1, 2, 3)
    made: dict[str, Any] = {
        "cls": x("cls", 1, 1, width, fan=4),
        "embedding/kernel": x("kernel", patch, patch, 3, width, fan=3 * patch * patch),
        "embedding/bias": x("bias", width),
        "pos_embedding" if new else "Transformer/posembed_input/pos_embedding": x(
            "pos", 1, (size // patch) ** 2 + 1, width, fan=4
        ),
        "Transformer/encoder_norm/scale": x("scale", width),
        "Transformer/encoder_norm/bias": x("bias", width),
        "head/kernel": x("kernel", width, n_classes, fan=width),
        "head/bias": x("bias", n_classes),
    }
    for i in range(depth):
        at = f"Transformer/encoderblock_{i}"
        for which in (0, n):
            for part in ("scale", "bias"):
                made[f"{at}/LayerNorm_{which}/{part}"] = x(part, width)
        inside = f"{at}/MultiHeadDotProductAttention_{a}"
        for part in ("query", "key", "value"):
            made[f"{inside}/{part}/kernel"] = x("kernel", width, heads, 64, fan=width)
            made[f"{inside}/{part}/bias"] = x("bias", heads, 64)
        made[f"{inside}/out/kernel"] = x("kernel", heads, 64, width, fan=width)
        made[f"{inside}/out/bias"] = x("bias", width)
        for dense, (read, wrote) in enumerate(((width, 4 * width), (4 * width, width))):
            made[f"{at}/MlpBlock_{m}/Dense_{dense}/kernel"] = x("kernel", read, wrote, fan=read)
            made[f"{at}/MlpBlock_{m}/Dense_{dense}/bias"] = x("bias", wrote)
    if form == "in21k":
        made |= {"pre_logits/kernel": x("kernel", width, width, fan=width), "pre_logits/bias": x("bias", width)}
    if form == "without cls":
        del made["cls"]
        made["Transformer/posembed_input/pos_embedding"] = made["Transformer/posembed_input/pos_embedding"][:, 1:]
    whole = dict(made)
    if form in ("stacked", "bfloat16"):
        for name in [name for name in made if "encoderblock_0/" in name]:
            rest = name.split("encoderblock_0/")[1]
            layers = [made.pop(f"Transformer/encoderblock_{i}/{rest}") for i in range(depth)]
            made[f"Transformer/encoderblock/{rest}"] = np.stack(layers)
    if form == "bfloat16":
        # Only numbers that bfloat16 has, so that what timm reads is the same.
        made = {name: array.astype(np.float32).view(np.uint32) >> 16 for name, array in made.items()}
        made = {name: array.astype(np.uint16).view("V2") for name, array in made.items()}
        whole = {name: _rounded(array) for name, array in whole.items()}
    prefix = {"original": "", "in21k": "", "without cls": "", "training": "opt/target/"}.get(form, "params/")
    if form == "big_vision":
        prefix = "params/"
    np.savez(folder / "model.npz", **{prefix + name: array for name, array in made.items()})
    np.savez(folder / "plain.npz", **{("params/" if new else "") + name: array for name, array in whole.items()})

    def reference() -> OfTimm:
        model: VisionTransformer = timm.create_model(
            architecture, dynamic_img_size=True, depth=depth, num_classes=n_classes
        )
        model.load_pretrained(str(folder / "plain.npz"))
        return OfTimm(model, sight(like), at=resized(googles))

    return Case(folder / "model.npz", None if form in ("in21k", "without cls") else reference, said(like), patch, size)


def _rounded(array: Any) -> Any:
    import numpy as np

    return ((array.astype(np.float32).view(np.uint32) >> 16) << 16).view(np.float32)


def _of_google() -> Iterator[Form]:
    first, second = "github.com/google-research/vision_transformer", "github.com/google-research/big_vision"
    tiny21k = {"num_classes": 21843}
    for title, where, architecture, arguments, form, like, refused in (
        ("augreg/Ti_16-i21k-….npz", first, TINY, tiny21k, "original", shape(TINY, tiny21k), ()),
        ("augreg/S_16-i21k-…--imagenet2012-….npz", first, SMALL, {}, "original", AUGREG, ()),
        ("augreg/S_32-i21k-…--imagenet2012-….npz", first, "vit_small_patch32_224", {}, "original",
         "vit_small_patch32_224.augreg_in21k_ft_in1k", ()),
        ("augreg/B_16-i21k-…--imagenet2012-….npz", first, "vit_base_patch16_224", {}, "original",
         "vit_base_patch16_224.augreg_in21k_ft_in1k", ()),
        ("imagenet21k+imagenet2012/ViT-B_32.npz, with its optimiser", first, "vit_base_patch32_224", {}, "training",
         "vit_base_patch32_224.augreg_in21k_ft_in1k", ()),
        ("imagenet21k/ViT-B_16.npz, with pre_logits", first, "vit_base_patch16_224", tiny21k, "in21k",
         shape("vit_base_patch16_224", tiny21k), ("pre_logits",)),
        ("a checkpoint with CLS", second, TINY, {}, "big_vision", shape(TINY, {}), ()),
        ("a checkpoint of layers in one array (scan)", second, TINY, {}, "stacked", shape(TINY, {}), ()),
        ("a checkpoint in bfloat16", second, TINY, {}, "bfloat16", shape(TINY, {}), ()),
        ("a checkpoint without CLS (pool_type=gap)", second, TINY, {}, "without cls", shape(TINY, {}), ("cls",)),
    ):  # fmt: skip
        write = partial(arrays, architecture=architecture, arguments=arguments, like=like, form=form)
        yield Form(f"{'vit_jax' if where == first else 'big_vision'}: {title}", where, write, refused)


# ---- all


def forms() -> Iterator[Form]:
    """Every form of this kind."""
    for title, where, architecture, arguments, file, wrap, more in _timms():
        write = partial(written, architecture=architecture, arguments=arguments, file=file, wrap=wrap, **more)
        told = ("beside",) if wrap in (dinos_training, msns) or "beside" in title else ()
        layers = layers_of(architecture) if "depth" in arguments else None
        yield Form(f"file: {title}", where, write, told=told, layers=layers)
    for name, digest in (("vit_b_16", "c867db91"), ("vit_b_32", "d86f8d99")):
        write = partial(torchvisions, name=name, file="model.pth", wrap=plainly)
        yield Form(f"file: {name}-{digest}.pth", "download.pytorch.org", write)
    yield Form(
        "file: model_N.pth of torchvision's references, without its arguments",
        "torchvision's references/classification/train.py",
        partial(torchvisions, name="vit_b_32", file="model_9.pth", wrap=lambda state: {"model": state, "epoch": 9}),
    )
    yield from _of_google()
