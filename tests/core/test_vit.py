"""The whole model: order of the tokens, which of them have a position, what the head reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from vit_core.config import ViTConfig
from vit_core.tap import RecordTap
from vit_core.vit import VisionTransformer

Make = Callable[..., VisionTransformer]


def record(model: VisionTransformer, image: Tensor) -> dict[str, Tensor]:
    tap = RecordTap(lambda name: True)
    with torch.no_grad():
        model(image, tap=tap)
    return tap.tensors


def test_scores_every_class_for_every_picture_of_a_batch(tiny_vit: VisionTransformer) -> None:
    batch = torch.randn(5, 3, 32, 32)
    with torch.no_grad():
        together = tiny_vit(batch)
        alone = torch.cat([tiny_vit(image[None]) for image in batch])
    assert together.shape == (5, 7)
    assert_close(together, alone, atol=1e-5, rtol=0)
    assert together.std(dim=0).min() > 0.1, "the pictures hardly differ: this test would not see a mix-up"


def test_without_classes_there_are_no_scores(make_vit: Make) -> None:
    model = make_vit(n_classes=0)
    assert model(torch.randn(1, 3, 32, 32)) is None
    assert model.head is None
    assert "logits" not in record(model, torch.randn(1, 3, 32, 32))


@pytest.mark.parametrize("size", [(33, 32), (32, 36), (4, 32)])
def test_refuses_a_picture_that_leaves_a_rest(tiny_vit: VisionTransformer, size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be cut"):
        tiny_vit(torch.randn(1, 3, *size))


def test_a_patch_is_projected_by_the_filters_of_the_convolution(tiny_vit: VisionTransformer) -> None:
    image = torch.randn(1, 3, 16, 24)
    patches = record(tiny_vit, image)["patches"]
    proj = tiny_vit.patch_embed.proj
    by_hand = (proj.weight * image[0, :, 8:16, 16:24]).sum(dim=(1, 2, 3)) + proj.bias  # row 1, column 2
    assert_close(patches[0, 1 * 3 + 2], by_hand, atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [(32, 32), (32, 40)], ids=["native", "wide"])
@pytest.mark.parametrize("distilled", [False, True])
@pytest.mark.parametrize("n_registers", [0, 2])
@pytest.mark.parametrize("prefix_positions", [True, False])
def test_tokens_are_prefix_then_patches_each_with_its_own_position(
    make_vit: Make, size: tuple[int, int], distilled: bool, n_registers: int, prefix_positions: bool
) -> None:
    model = make_vit(distilled=distilled, n_registers=n_registers, prefix_positions=prefix_positions)
    seen = record(model, torch.randn(2, 3, *size))
    positions = model.position_table(size[0] // 8, size[1] // 8)[0].detach()
    rows = {"CLS": model.cls_token[0, 0], "DIST": model.dist_token[0, 0] if distilled else None}
    if n_registers:
        rows |= {"REG1": model.reg_token[0, 0], "REG2": model.reg_token[0, 1]}
    if prefix_positions:
        for i, name in enumerate(["CLS", "DIST"][: 1 + distilled]):
            rows[name] = rows[name] + positions[i]
        positions = positions[1 + distilled :]
    n = len(model.config.prefix)
    for i, name in enumerate(model.config.prefix):
        assert_close(seen["tokens"][:, i], rows[name].detach().expand(2, -1), atol=1e-6, rtol=0, msg=name)
    assert_close(seen["tokens"][:, n:], seen["patches"] + positions, atol=1e-6, rtol=0)
    assert seen["tokens"].shape[1] == model.geometry(*size).n_tokens


def test_the_head_reads_cls(tiny_vit: VisionTransformer) -> None:
    seen = record(tiny_vit, torch.randn(2, 3, 32, 32))
    by_hand = seen["ln_final"][:, 0] @ tiny_vit.head.weight.T + tiny_vit.head.bias
    assert_close(seen["logits"], by_hand.detach(), atol=1e-5, rtol=0)


def test_a_head_over_cls_and_mean_leaves_the_registers_out_of_the_mean(make_vit: Make) -> None:
    model = make_vit(pool="cls+mean", n_registers=2)
    seen = record(model, torch.randn(2, 3, 32, 40))
    final = seen["ln_final"]
    joined = torch.cat([final[:, 0], final[:, 3:].sum(dim=1) / 20], dim=1)
    assert_close(seen["logits"], model.head(joined).detach(), atol=1e-5, rtol=0)


def test_two_heads_are_averaged(make_vit: Make) -> None:
    model = make_vit(distilled=True, distilled_head=True, n_registers=1)
    seen = record(model, torch.randn(2, 3, 32, 32))
    both = (model.head(seen["ln_final"][:, 0]) + model.head_dist(seen["ln_final"][:, 1])) / 2
    assert_close(seen["logits"], both.detach(), atol=1e-6, rtol=0)


def test_parameters_have_the_names_of_timm_with_q_k_v_apart() -> None:
    config = ViTConfig(image_size=32, patch_size=8, d_model=48, n_layers=1, n_heads=3, d_mlp=96, n_classes=7)
    block = [
        "norm1.weight", "norm1.bias",
        *(f"attn.{name}.{kind}" for name in ("q", "k", "v", "proj") for kind in ("weight", "bias")),
        "norm2.weight", "norm2.bias", "mlp.fc1.weight", "mlp.fc1.bias", "mlp.fc2.weight", "mlp.fc2.bias",
    ]  # fmt: skip
    assert list(VisionTransformer(config).state_dict()) == [
        "cls_token", "pos_embed", "patch_embed.proj.weight", "patch_embed.proj.bias",
        *(f"blocks.0.{name}" for name in block), "norm.weight", "norm.bias", "head.weight", "head.bias",
    ]  # fmt: skip


def test_the_config_sets_eps_of_every_norm(make_vit: Make) -> None:
    model = make_vit(eps=1e-12)
    norms = [m for m in model.modules() if isinstance(m, torch.nn.LayerNorm)]
    assert len(norms) == 5
    assert {m.eps for m in norms} == {1e-12}
