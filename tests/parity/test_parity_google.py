"""Google's .npz files, against what timm's own loader makes of the same file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor

import vit_core
from tests.support.references import TINY
from vit_core.checkpoints import loading
from vit_core.checkpoints.io import read_shapes, read_tensors
from vit_core.checkpoints.registry import REGISTRY

pytestmark = pytest.mark.parity

D, H, K, M, P, N, C = 48, 3, 16, 96, 8, 16, 7  # no two alike
Arrays = dict[str, Any]


def google_file(*, big_vision: bool = False, seed: int = 0) -> Arrays:
    """A checkpoint as JAX lays it: heads have an axis of their own, and matrices are multiplied from the right."""
    chance = np.random.default_rng(seed)

    def noise(*shape: int) -> Any:
        return chance.normal(0, 0.2, shape).astype(np.float32)

    attention, norm, mlp = (0, 1, 0) if big_vision else (1, 2, 3)
    made: Arrays = {
        "cls": noise(1, 1, D),
        "embedding/kernel": noise(P, P, 3, D),
        "embedding/bias": noise(D),
        "pos_embedding" if big_vision else "Transformer/posembed_input/pos_embedding": noise(1, N + 1, D),
        "Transformer/encoder_norm/scale": 1 + noise(D),
        "Transformer/encoder_norm/bias": noise(D),
        "head/kernel": noise(D, C),
        "head/bias": noise(C),
    }
    for i in range(2):
        at = f"Transformer/encoderblock_{i}"
        for which in (0, norm):
            made |= {f"{at}/LayerNorm_{which}/scale": 1 + noise(D), f"{at}/LayerNorm_{which}/bias": noise(D)}
        inside = f"{at}/MultiHeadDotProductAttention_{attention}"
        for part in ("query", "key", "value"):
            made |= {f"{inside}/{part}/kernel": noise(D, H, K), f"{inside}/{part}/bias": noise(H, K)}
        made |= {f"{inside}/out/kernel": noise(H, K, D), f"{inside}/out/bias": noise(D)}
        for dense, (read, written) in enumerate(((D, M), (M, D))):
            at_mlp = f"{at}/MlpBlock_{mlp}/Dense_{dense}"
            made |= {f"{at_mlp}/kernel": noise(read, written), f"{at_mlp}/bias": noise(written)}
    return made


def timms(path: Path) -> VisionTransformer:
    model = VisionTransformer(img_size=32, patch_size=P, embed_dim=D, depth=2, num_heads=H, mlp_ratio=2, num_classes=C)
    model.load_pretrained(str(path))
    return model.eval().requires_grad_(False)


def picture(*size: int) -> Tensor:
    return torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1))


# Only big_vision's files say "params/", and timm takes any that does for one.
PREFIXED = [("", False), ("opt/target/", False), ("", True), ("params/", True), ("params/img/", True)]


def stacked(arrays: Arrays) -> Arrays:
    """Each kind of array of all layers in one, as big_vision's scan keeps them."""
    first, there = "Transformer/encoderblock_0/", "Transformer/encoderblock/"
    rest = {name: array for name, array in arrays.items() if "encoderblock_" not in name}
    parts = [name.removeprefix(first) for name in arrays if name.startswith(first)]
    return rest | {
        there + part: np.stack([arrays[f"Transformer/encoderblock_{i}/{part}"] for i in (0, 1)]) for part in parts
    }


def bfloat16(arrays: Arrays) -> Arrays:
    """The upper halves of float32, which NumPy knows as two bytes."""
    return {name: (array.view(np.uint32) >> 16).astype(np.uint16).view("V2") for name, array in arrays.items()}


@pytest.mark.parametrize("short", [False, True])
def test_layers_in_one_array_and_short_numbers_are_the_same_model(short: bool, tmp_path: Path) -> None:
    arrays = google_file(big_vision=True)
    whole = {f"params/{name}": array for name, array in stacked(arrays).items()}
    np.savez(tmp_path / "model.npz", **(bfloat16(whole) if short else whole))
    if short:  # what is left of each number
        arrays = {name: (array.view(np.uint32) & 0xFFFF0000).view(np.float32) for name, array in arrays.items()}
    np.savez(tmp_path / "plain.npz", **{f"params/{name}": array for name, array in arrays.items()})
    expected = timms(tmp_path / "plain.npz")(picture(32, 32))
    loaded = vit_core.load(tmp_path / "model.npz", like=TINY)
    torch.testing.assert_close(loaded.model(picture(32, 32)), expected, atol=1e-5, rtol=0)
    heads, read = read_shapes(tmp_path / "model.npz"), read_tensors(tmp_path / "model.npz")
    assert {key: (x.shape, x.dtype) for key, x in heads.items()} == {key: (x.shape, x.dtype) for key, x in read.items()}


@pytest.mark.parametrize(("prefix", "big_vision"), PREFIXED)
def test_timm_and_we_read_the_same_model(prefix: str, big_vision: bool, tmp_path: Path) -> None:
    arrays = {prefix + name: array for name, array in google_file(big_vision=big_vision).items()}
    beside = {} if not prefix else {"opt/state/step": np.array(5), "extra": np.zeros(3)}
    np.savez(tmp_path / "model.npz", **arrays, **beside)
    theirs = timms(tmp_path / "model.npz")
    loaded = vit_core.load(tmp_path / "model.npz", like=TINY)
    assert (loaded.spec.dialect, loaded.spec.config.position_resample) == ("google", "bilinear_corners")
    torch.testing.assert_close(loaded.model(picture(32, 32)), theirs(picture(32, 32)), atol=1e-5, rtol=0)
    assert len(loaded.report.used) == len(arrays) and loaded.report.dropped_on_purpose == ()
    heads, whole = read_shapes(tmp_path / "model.npz"), read_tensors(tmp_path / "model.npz")
    assert set(heads) == set(whole) == set(loaded.report.used)
    for key, tensor in whole.items():
        assert (heads[key].shape, heads[key].dtype, heads[key].device.type) == (tensor.shape, tensor.dtype, "meta")
    trace = vit_core.trace.trace_pixels(loaded, picture(32, 32)[0])
    patterns: list[Tensor] = []
    for block in theirs.blocks:
        block.attn.fused_attn = False
        block.attn.attn_drop.register_forward_hook(lambda _m, _i, output: patterns.append(output))
    theirs(picture(32, 32)[:1])
    for layer, pattern in enumerate(patterns):
        torch.testing.assert_close(trace.pattern(layer), pattern[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["google/vit-base-patch16-224", "vit_base_patch16_224.augreg_in21k_ft_in1k"])
def test_a_registered_name_lends_its_shape_and_pictures(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is Google's own way is not lent: positions, and the eps of its norms."""
    known = REGISTRY[name]
    monkeypatch.setattr(loading, "REGISTRY", {name: replace(known, config=replace(TINY, eps=1e-12))})
    np.savez(tmp_path / "model.npz", **google_file())
    loaded = vit_core.load(tmp_path / "model.npz", like=name)
    assert loaded.spec.config == replace(TINY, eps=1e-6, position_resample="bilinear_corners")
    assert loaded.preprocess == known.preprocess
    expected = timms(tmp_path / "model.npz")(picture(32, 32))
    torch.testing.assert_close(loaded.model(picture(32, 32)), expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("one", "other"),
    [("query", "key"), ("key", "value"), ("LayerNorm_0", "LayerNorm_2"), ("encoderblock_0", "encoderblock_1")],
)
def test_two_tensors_that_changed_places_are_seen(one: str, other: str, tmp_path: Path) -> None:
    arrays = google_file()
    np.savez(tmp_path / "model.npz", **arrays)
    expected = timms(tmp_path / "model.npz")(picture(32, 32))
    name = next(key for key in arrays if one in key)
    twin = name.replace(one, other)
    arrays[name], arrays[twin] = arrays[twin], arrays[name]
    np.savez(tmp_path / "slip.npz", **arrays)
    found = vit_core.load(tmp_path / "slip.npz", like=TINY).model(picture(32, 32))
    assert (found - expected).abs().max() > 1e-3


def test_what_is_none_of_these_files_is_refused(tmp_path: Path) -> None:
    whole = google_file()

    def code(**arrays: Any) -> str:
        np.savez(tmp_path / "model.npz", **arrays)
        with pytest.raises(vit_core.CheckpointError) as caught:
            vit_core.load(tmp_path / "model.npz", like=TINY)
        return caught.value.code

    assert code(weights=np.zeros(3)) == "numpy_archive"
    assert code(**whole, **{"pre_logits/kernel": np.zeros((D, D), np.float32)}) == "unexpected_tensor"
    assert code(**{key: value for key, value in whole.items() if key != "cls"}) == "missing_tensor"
    assert code(**{**whole, "cls": np.zeros((1, 2, D), np.float32)}) == "wrong_shape"
    assert code(**{**whole, "head/bias": np.full(C, np.nan, np.float32)}) == "not_finite"
    assert code(**{**whole, "head/bias": np.array([object()] * C)}) == "unsafe_pickle"
    with pytest.raises(vit_core.CheckpointError) as caught:
        read_shapes(tmp_path / "model.npz")
    assert caught.value.code == "unsafe_pickle"
    assert code(**{**whole, "head/bias": np.zeros(C, "V3")}) == "unreadable"
    assert code(**{**whole, "Transformer/encoderblock/LayerNorm_0/scale": np.zeros(())}) == "unexpected_tensor"
    np.savez(tmp_path / "model.npz", **whole)
    (tmp_path / "model.npz").write_bytes((tmp_path / "model.npz").read_bytes()[:-500])
    with pytest.raises(vit_core.CheckpointError) as caught:
        vit_core.load(tmp_path / "model.npz", like=TINY)
    assert caught.value.code == "unreadable"
